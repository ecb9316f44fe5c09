import type { TimeStampPatience, TimeStampService } from '../trust/request-time-stamp.ts'
import type { RevocationReason, UnknownReason } from '../trust/revocation.ts'
import type { Level } from '../verify/report.ts'

/** A level above the one that the key alone gives. */
export type RaisedLevel = Exclude<Level, 'B-B'>

/**
 * What needs servers: it runs behind the key and never holds it up. A signed document that waits for its stamp is a whole
 * B-B file on the disk, so that nothing about it has to be remembered: after a restart it is raised again.
 */
export interface EvidenceWorkers {
  /**
   * Adds time stamps and evidence, in this order, until the level is reached. Writes `job.output` through a `.part`
   * file and resolves only when the check passed: prefix identical, no signature worse than before, level reached.
   * Throws `time-stamp-failed`, `revocation-unknown`, `certificate-revoked`, `certificate-untrusted`, `document-not-signed`
   * and what reading a document throws; `job.input` stays as it is.
   */
  raise(job: RaiseJob, watch?: RaiseWatch): Promise<RaisedDocument>

  /** The question before a signature: whether the chain holds and nobody revoked it. */
  checkCertificate(job: CertificateJob): Promise<CertificateCheck>

  /** A token over a digest alone, checked. Throws `time-stamp-failed`. */
  stamp(job: StampJob, unwanted?: AbortSignal): Promise<StampedDigest>

  close(): Promise<void>
}

export interface RaiseWatch {
  /** Told when the first time stamp is there, with the time that it states; evidence may still be missing. */
  onStamped?: (at: Date) => void
  /** When aborted, servers are asked no more: what waits for one fails at once. */
  unwanted?: AbortSignal
}

export interface RaiseJob {
  input: string
  output: string
  level: RaisedLevel
  /**
   * `into-signature`: the newest signature gets the stamp as an unsigned attribute, in the room behind its container.
   * Only for a file that was just signed and that nobody has got yet. `append`: a document time stamp in a revision of
   * its own, where no trusted stamp is there yet; the way for every other file.
   */
  stamp: 'into-signature' | 'append'
  timeStamp: TimeStampService
  /** Anchors, DER. */
  roots: Uint8Array[]
  /** Helpers, DER. */
  intermediates: Uint8Array[]
  /** How long a time stamp is waited for; by default as long as real authorities need. */
  patience?: TimeStampPatience
}

export interface StampJob extends Pick<RaiseJob, 'timeStamp' | 'roots' | 'intermediates' | 'patience'> {
  sha256: Uint8Array
}

export interface StampedDigest {
  /** DER. */
  token: Uint8Array
  /** The time that it states. */
  at: Date
}

export interface RaisedDocument {
  sizeBytes: number
  sha256: string
}

export interface CertificateJob {
  /** DER, the signer's first, then helpers. */
  certificates: Uint8Array[]
  roots: Uint8Array[]
}

/** `unknown` asks the clerk, and is journalled; `revoked` and `untrusted` block. */
export type CertificateCheck =
  /** `until`: when the first of the answers that say so goes out of date, where all of them tell. */
  | { kind: 'good'; until: Date | undefined }
  | { kind: 'untrusted'; holder: string }
  | { kind: 'revoked'; holder: string; revokedAt: Date; reason: RevocationReason }
  | { kind: 'unknown'; holder: string; reason: UnknownReason }
