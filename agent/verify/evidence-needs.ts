import type { PdfDocument } from '../pdf/open-document.ts'
import { securityStoreOf } from '../pdf/security-store.ts'
import type { SecurityStore } from '../pdf/security-store.ts'
import { signaturesOf } from '../pdf/signatures.ts'
import { readCertificate } from '../trust/certificate.ts'
import type { Certificate } from '../trust/certificate.ts'
import { checkSigner } from '../trust/check-signer.ts'
import { proveTimes } from './prove-times.ts'
import type { ProvenTimes } from './prove-times.ts'
import { readSignature } from './read-signature.ts'
import type { VerificationOptions } from './verify-document.ts'

/** A certificate whose path and status must be in the file, so that it can be judged later without asking anybody. */
export interface EvidenceNeed {
  leaf: Certificate
  /** DER: what its signature or token carries. */
  carried: readonly Uint8Array[]
  /** When it must have been good. */
  at: Date
}

export interface EvidenceNeeds {
  needs: readonly EvidenceNeed[]
  /** What the file holds already. */
  store: SecurityStore
  /** The strings of /Contents that the evidence is for. */
  contents: readonly Uint8Array[]
}

/** Every signer and every authority of a time stamp in the document. */
export function evidenceNeeds(document: PdfDocument, { roots, extraCertificates = [], at = new Date() }: VerificationOptions): EvidenceNeeds {
  const store = securityStoreOf(document)
  const trust = { roots: roots.map(readCertificate), intermediates: [...extraCertificates, ...store.certificates], evidence: store, at }
  const signatures = signaturesOf(document)
  const looks = signatures.map((signature) => readSignature(document, signature, trust.intermediates))
  const needs = proveTimes(looks, trust).flatMap((times) => [...signerNeeds(times, at), ...stampNeeds(times)])
  return { needs, store, contents: signatures.map(({ contents }) => contents) }
}

function signerNeeds({ look, proof }: ProvenTimes, now: Date): EvidenceNeed[] {
  const { certificate, container } = look.integrity ?? {}
  if (certificate === undefined || look.isDocumentTimeStamp) return []
  return [{ leaf: certificate, carried: container?.certificates ?? [], at: proof === undefined || proof.at > now ? now : proof.at }]
}

function stampNeeds({ look, stampJudgedAt }: ProvenTimes): EvidenceNeed[] {
  return look.stamps.flatMap(({ token: { signedData } }) => {
    const { certificate } = checkSigner(signedData, [])
    return certificate === undefined ? [] : [{ leaf: certificate, carried: signedData.certificates, at: stampJudgedAt }]
  })
}
