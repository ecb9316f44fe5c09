import type { ChainReport } from '../trust/build-chain.ts'
import type { RevocationReason } from '../trust/revocation.ts'
import type { TimeStampFault } from '../trust/time-stamp-token.ts'

/** Main indications and their sub-indications of ETSI EN 319 102-1, section 5.1.3; those that can occur here. */
export type Indication = 'TOTAL-PASSED' | 'TOTAL-FAILED' | 'INDETERMINATE'

export type SubIndication =
  | 'FORMAT_FAILURE'
  | 'HASH_FAILURE'
  | 'SIG_CRYPTO_FAILURE'
  | 'NO_SIGNING_CERTIFICATE_FOUND'
  | 'NO_CERTIFICATE_CHAIN_FOUND'
  | 'CERTIFICATE_CHAIN_GENERAL_FAILURE'
  | 'CHAIN_CONSTRAINTS_FAILURE'
  | 'REVOKED'
  | 'REVOKED_NO_POE'
  | 'REVOKED_CA_NO_POE'
  | 'TRY_LATER'
  | 'OUT_OF_BOUNDS_NO_POE'
  | 'CRYPTO_CONSTRAINTS_FAILURE_NO_POE'
  | 'SIG_CONSTRAINTS_FAILURE'
  | 'GENERIC'

/**
 * Everything that can be found against a signature, with what it makes of it. The order is the order of weight:
 * the first finding of a signature gives its sub-indication.
 */
export const findings = {
  // the place of the signature in the file
  'byte-range-malformed': ['TOTAL-FAILED', 'FORMAT_FAILURE'],
  'contents-missing': ['TOTAL-FAILED', 'FORMAT_FAILURE'],
  'contents-not-in-hole': ['TOTAL-FAILED', 'FORMAT_FAILURE'],
  'revision-incomplete': ['TOTAL-FAILED', 'FORMAT_FAILURE'],
  // the container
  'container-malformed': ['TOTAL-FAILED', 'FORMAT_FAILURE'],
  'document-changed': ['TOTAL-FAILED', 'HASH_FAILURE'],
  'signature-wrong': ['TOTAL-FAILED', 'SIG_CRYPTO_FAILURE'],
  'signed-after-revocation': ['TOTAL-FAILED', 'REVOKED'],
  'kind-unsupported': ['INDETERMINATE', 'GENERIC'],
  'algorithm-unsupported': ['INDETERMINATE', 'GENERIC'],
  'signer-certificate-missing': ['INDETERMINATE', 'NO_SIGNING_CERTIFICATE_FOUND'],
  'signer-certificate-differs': ['INDETERMINATE', 'NO_SIGNING_CERTIFICATE_FOUND'],
  'signer-certificate-unbound': ['INDETERMINATE', 'SIG_CONSTRAINTS_FAILURE'],
  // the certificate
  'chain-unknown': ['INDETERMINATE', 'NO_CERTIFICATE_CHAIN_FOUND'],
  'chain-undecided': ['INDETERMINATE', 'CERTIFICATE_CHAIN_GENERAL_FAILURE'],
  'chain-broken': ['INDETERMINATE', 'CHAIN_CONSTRAINTS_FAILURE'],
  'certificate-revoked': ['INDETERMINATE', 'REVOKED_NO_POE'],
  'authority-revoked': ['INDETERMINATE', 'REVOKED_CA_NO_POE'],
  'certificate-suspended': ['INDETERMINATE', 'TRY_LATER'],
  'certificate-out-of-time': ['INDETERMINATE', 'OUT_OF_BOUNDS_NO_POE'],
  'certificate-not-for-signing': ['INDETERMINATE', 'CHAIN_CONSTRAINTS_FAILURE'],
  'not-a-time-stamping-authority': ['INDETERMINATE', 'CHAIN_CONSTRAINTS_FAILURE'],
  'algorithm-weak': ['INDETERMINATE', 'CRYPTO_CONSTRAINTS_FAILURE_NO_POE'],
  // what was appended later
  'change-forbidden': ['INDETERMINATE', 'SIG_CONSTRAINTS_FAILURE'],
  'changed-after': ['INDETERMINATE', 'SIG_CONSTRAINTS_FAILURE'],
} as const satisfies Record<string, readonly [Exclude<Indication, 'TOTAL-PASSED'>, SubIndication]>

export type Finding = keyof typeof findings

/**
 * What was done to the document after the bytes that a signature covers, the gravest of it: further signatures (and
 * evidence), fields filled in, annotations added, or anything else.
 */
export const laterChanges = ['none', 'signatures', 'forms', 'annotations', 'other'] as const
export type LaterChanges = (typeof laterChanges)[number]

/** `revision`: an earlier state of the file, complete in itself, at whose end something was appended later. */
export type Coverage = 'whole-file' | 'revision' | 'broken'

export interface SignerFacts {
  readonly holder: string
  readonly organisation: string | undefined
  readonly unit: string | undefined
  readonly title: string | undefined
  /** `CCCD:…`, `MST:…`. */
  readonly identity: string | undefined
  readonly issuer: string
  /** Hex. */
  readonly serial: string
  readonly notBefore: Date
  readonly notAfter: Date
  readonly certificateSha256: string
}

/** What the evidence in the file says of the path below the root. */
export type RevocationReport =
  | { readonly status: 'not-checked' | 'good' | 'unknown' }
  | { readonly status: 'revoked'; readonly holder: string; readonly revokedAt: Date; readonly reason: RevocationReason }

export interface TimeStampReport {
  /** What the token says, to be believed only where it is trusted. */
  readonly at: Date
  readonly authority: string | undefined
  /** Dotted. */
  readonly policy: string
  readonly trusted: boolean
  /** Empty exactly where it is trusted. */
  readonly faults: readonly TimeStampFault[]
  readonly revocation: RevocationReport
}

/**
 * The levels of EN 319 142-1 that a signature reaches by what the file itself holds: B-T a trusted time, B-LT evidence for
 * every certificate of signer and time stamp, B-LTA a document time stamp over that evidence.
 */
export const levels = ['B-B', 'B-T', 'B-LT', 'B-LTA'] as const
export type Level = (typeof levels)[number]

export interface SignatureReport {
  readonly fieldName: string
  readonly kind: 'approval' | 'certification' | 'document-timestamp'
  readonly subFilter: string
  readonly indication: Indication
  readonly subIndication: SubIndication | undefined
  /** Empty exactly for TOTAL-PASSED. */
  readonly findings: readonly Finding[]
  readonly coverage: Coverage
  /** One past the last byte that is covered; 0 for a broken coverage. */
  readonly coveredToBytes: number
  readonly laterChanges: LaterChanges
  /** Covered bytes unchanged and signed by the key of the certificate, whoever that is. */
  readonly intact: boolean
  readonly signer: SignerFacts | undefined
  readonly chain: (Pick<ChainReport, 'status' | 'problems' | 'weaknesses'> & { readonly revocation: RevocationReport }) | undefined
  /** Over the value of the signature; of a document time stamp its own. */
  readonly timeStamp: TimeStampReport | undefined
  /** The earliest time at which trusted time stamps prove that it existed; certificates are judged then, else now. */
  readonly existedAt: Date | undefined
  /** Of a PAdES signature that is intact. */
  readonly level: Level | undefined
  /** What the signer's own clock said: /M, else signing-time. */
  readonly claimedAt: Date | undefined
  readonly reason: string | undefined
  readonly location: string | undefined
  /** Of a certification: 1 allows no change, 2 fields and signatures, 3 annotations too. */
  readonly permissions: 1 | 2 | 3 | undefined
}

export interface VerificationReport {
  /** The gravest of all signatures, and no better than INDETERMINATE while bytes are uncovered; undefined without a signature. */
  readonly indication: Indication | undefined
  readonly signatures: readonly SignatureReport[]
  readonly sizeBytes: number
  /** Bytes behind the newest coverage of a signature that is intact. */
  readonly uncoveredBytes: number
  /** Somebody appended something, and no intact signature covers it. */
  readonly changedAfter: boolean
}

const gravity: Record<Indication, number> = { 'TOTAL-PASSED': 0, 'INDETERMINATE': 1, 'TOTAL-FAILED': 2 }

export function gravest(indications: readonly Indication[]): Indication | undefined {
  return indications.toSorted((one, other) => gravity[other] - gravity[one])[0]
}
