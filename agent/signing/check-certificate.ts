import { readCertificate } from '../trust/certificate.ts'
import { displayName } from '../trust/distinguished-name.ts'
import { fetchEvidence } from '../trust/fetch-evidence.ts'
import type { AskServer } from '../trust/server-question.ts'
import { askBetweenStages } from './ask-between-stages.ts'
import type { RevocationStatus } from '../trust/revocation.ts'
import type { CertificateCheck, CertificateJob } from './raise-document.ts'
import type { Stage } from './stage.ts'

/** Chain, then OCSP, then the newest list, for the signer and the authorities above (TT 15/2025, Annex II), in the worker. */
export async function checkCertificate({ certificates, roots }: CertificateJob, stage: Stage, askServer: AskServer): Promise<CertificateCheck> {
  await stage.enter(0)
  const [own, ...intermediates] = certificates
  if (own === undefined) throw new Error('a check needs a certificate')
  const leaf = readCertificate(own)
  const question = { leaf, intermediates, roots: roots.map(readCertificate), at: new Date(), known: { ocsps: [], crls: [] } }
  const { chain, isCutShort, statuses } = await fetchEvidence(askBetweenStages(askServer, stage, 0), question)
  // That speaks neither for the certificate nor against it.
  if (isCutShort) return { kind: 'unknown', holder: displayName(leaf.subject), reason: 'unreachable' }
  if (chain.status !== 'trusted') return { kind: 'untrusted', holder: displayName(leaf.subject) }
  const named = statuses.map(({ certificate, status }) => ({ holder: displayName(certificate.subject), status }))
  for (const { holder, status } of named) {
    if (status.kind === 'revoked') return { kind: 'revoked', holder, revokedAt: status.revokedAt, reason: status.reason }
  }
  for (const { holder, status } of named) if (status.kind === 'unknown') return { kind: 'unknown', holder, reason: status.reason }
  return { kind: 'good', until: firstEnd(statuses.map(({ status }) => status)) }
}

function firstEnd(statuses: readonly RevocationStatus[]): Date | undefined {
  const ends = statuses.map((status) => (status.kind === 'good' ? status.nextUpdate?.getTime() : undefined))
  return ends.includes(undefined) || ends.length === 0 ? undefined : new Date(Math.min(...ends.map(Number)))
}
