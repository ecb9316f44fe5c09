import type { Certificate } from './certificate.ts'

/** CRLReason (RFC 5280, 5.3.1), by number; 7 is not used. */
export const revocationReasons = [
  'unspecified', 'key-compromise', 'ca-compromise', 'affiliation-changed', 'superseded', 'cessation-of-operation', 'certificate-hold',
  undefined, 'remove-from-crl', 'privilege-withdrawn', 'aa-compromise',
] as const
export type RevocationReason = NonNullable<(typeof revocationReasons)[number]>

/** What a piece of evidence says of one certificate; `producedAt` is its thisUpdate. */
export type RevocationStatus =
  | { readonly kind: 'good'; readonly producedAt: Date; readonly nextUpdate?: Date | undefined }
  | { readonly kind: 'revoked'; readonly producedAt: Date; readonly revokedAt: Date; readonly reason: RevocationReason }
  | { readonly kind: 'unknown'; readonly reason: UnknownReason }

/** Why evidence says nothing that can be relied on. */
export type UnknownReason =
  | 'no-evidence'
  | 'malformed'
  | 'refused-by-responder'
  | 'not-known-to-responder'
  | 'for-another-certificate'
  | 'signer-not-entitled'
  | 'signature-wrong'
  | 'nonce-differs'
  | 'stale'
  | 'from-the-future'
  | 'too-late'
  | 'delta'
  | 'partial'
  | 'extension-unknown'
  /** Of a server that was asked: it gave no answer. */
  | 'unreachable'

export interface RevocationQuestion {
  certificate: Certificate
  issuer: Certificate
  /** The time in question: evidence must have been in force then, or have come later. */
  at: Date
  /** Evidence from after this is no evidence. */
  now: Date
}

/** A responder's clock may be ahead by this much. */
const skewMs = 5 * 60_000
/** How long evidence that names no next update is taken for the newest one. */
const openEndedMs = 24 * 3_600_000

/** In force at the time in question, or later than that while the authority still answered for the certificate. */
export function timeFault(
  { certificate, at, now }: RevocationQuestion,
  thisUpdate: Date,
  nextUpdate: Date | undefined,
): UnknownReason | undefined {
  if (thisUpdate.getTime() > now.getTime() + skewMs) return 'from-the-future'
  // An authority drops expired certificates from its lists: silence about them means nothing.
  if (thisUpdate > certificate.notAfter) return 'too-late'
  const inForceUntil = nextUpdate?.getTime() ?? thisUpdate.getTime() + openEndedMs
  return at.getTime() > inForceUntil ? 'stale' : undefined
}
