import path from 'node:path'
import { RefusalError } from '../../shared/errors.ts'
import type { CertificateView } from '../../shared/protocol/list-certificates.ts'
import { limits } from '../../shared/protocol/limits.ts'
import type { Settings } from '../settings/settings.ts'
import { certificateFacts, whyUnusable } from '../token/certificate.ts'
import type { KeyInfo } from '../token/key-source.ts'
import { roleOfKey } from '../token/role.ts'
import type { RoleAnswers } from './role-answers.ts'
import { inPlain } from './shown-name.ts'

/** A certificate as the clerk sees it, with the reason why it cannot sign today, where there is one. */
export function viewCertificate(key: KeyInfo, { tokenRoles }: Pick<Settings, 'tokenRoles'>, answers: Pick<RoleAnswers, 'get'>, now = new Date()): CertificateView {
  const { holder, organisation, issuer, serialNumber, validFrom, validTo } = certificateFacts(key.certificate)
  const refusal = whyUnusable(key.certificate, now)
  return {
    sha256: key.certificateSha256,
    holder: label(holder),
    organisation: label(organisation),
    issuer: label(issuer),
    serialNumber: label(serialNumber),
    validFrom: validFrom.toISOString(),
    validTo: validTo.toISOString(),
    token: label(key.kind === 'file' ? path.basename(key.tokenSerial) : key.tokenLabel),
    kind: key.kind,
    role: roleOfKey(key, tokenRoles) ?? answers.get(key.certificateSha256) ?? 'unknown',
    ...(refusal ? { refusal } : {}),
  }
}

/** @throws RefusalError with the reason why it cannot sign today */
export function usable(certificate: CertificateView): CertificateView {
  if (certificate.refusal) throw new RefusalError(certificate.refusal)
  return certificate
}

function label(text: string): string {
  return inPlain(text).slice(0, limits.nameCharacters)
}
