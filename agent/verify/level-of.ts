import type { PdfDocument } from '../pdf/open-document.ts'
import { securityStoreOf } from '../pdf/security-store.ts'
import type { CertificateJudgement } from './judge-certificate.ts'
import type { ProvenTimes } from './prove-times.ts'
import { isIntact } from './read-signature.ts'
import type { Level } from './report.ts'

/**
 * What a PAdES signature reaches (EN 319 142-1, 6).
 * @param isArchived a document time stamp covers it and the evidence
 */
export function levelOf({ look, proof }: ProvenTimes, judgement: CertificateJudgement | undefined, isArchived: boolean): Level | undefined {
  if (look.signature.subFilter !== 'ETSI.CAdES.detached' || !isIntact(look)) return undefined
  if (proof === undefined) return 'B-B'
  // A revocation is evidence, too: what it makes of the signature is a finding.
  const isKnown = judgement?.chain.status === 'trusted' && ['good', 'revoked'].includes(judgement.revocation.status)
  if (!isKnown || proof.revocation.status !== 'good') return 'B-T'
  return isArchived ? 'B-LTA' : 'B-LT'
}

/** A trusted document time stamp over a file that held evidence when it was stamped. */
export function isArchive({ look, timeStamp }: ProvenTimes, document: PdfDocument): boolean {
  if (!look.isDocumentTimeStamp || timeStamp?.trusted !== true) return false
  const { ocsps, crls } = securityStoreOf(look.earlier ?? document)
  return ocsps.length + crls.length > 0
}
