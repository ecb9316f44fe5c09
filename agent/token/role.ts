import { X509Certificate } from 'node:crypto'
import type { KeyInfo } from './key-source.ts'

/** Whose act a signature is: a person's hand, or the seal of an agency. */
export type Role = 'person' | 'agency'

/** Numbers that only a person has: citizen and identity card, passport. */
const personal = /^(CCCD|CMND|HC)\b/i
/** The tax code, which agencies have, and persons only beside a number of their own. */
const taxCode = /^MST\b/i

/**
 * Whether a certificate stands for a person or an agency, by what its subject's UIDs begin with, as the authorities of
 * Viet Nam write them (0.9.2342.19200300.100.1.1, e.g. `CCCD:012345678901`). Undefined where the subject does not tell,
 * as in many certificates of the government's own authority.
 */
export function roleOfCertificate(der: Uint8Array): Role | undefined {
  const { UID = [] } = new X509Certificate(der).toLegacyObject().subject as Record<string, string | string[]>
  const ids = [UID].flat()
  if (ids.some((id) => personal.test(id))) return 'person'
  return ids.some((id) => taxCode.test(id)) ? 'agency' : undefined
}

/** By the office's list (serial number of the token → role), else by the certificate. A token may call itself `constructor`, too. */
export function roleOfKey({ tokenSerial, certificate }: Pick<KeyInfo, 'tokenSerial' | 'certificate'>, tokenRoles: Readonly<Record<string, Role>>): Role | undefined {
  return (Object.hasOwn(tokenRoles, tokenSerial) ? tokenRoles[tokenSerial] : undefined) ?? roleOfCertificate(certificate)
}
