import type { DocumentFacts } from '../../shared/protocol/sign.ts'

/**
 * HOP 6: one document. `session/` sees only `DocumentWorkers`; the work itself runs in worker threads, where
 * PDF, CMS and fonts are loaded.
 */
export interface DocumentWorkers {
  /** Reads a spooled document: what it is, who signed it. Refuses what cannot or must not be signed. */
  inspect(path: string): Promise<DocumentFacts>

  /**
   * prepare → digest → key → embed → check. Writes `job.output` (through a `.part` file, fsync, rename) and
   * resolves only when the own-work check passed: prefix identical, earlier signatures as valid as before,
   * the new one valid over the whole file. Several jobs may be under way; preparation runs ahead of the key.
   * @param askKey gets the digest of the signed attributes and returns the raw signature
   */
  sign(job: SignJob, askKey: (digestSha256: Uint8Array) => Promise<Uint8Array>, onPrepared?: () => void): Promise<SignedDocument>

  close(): Promise<void>
}

export interface SignJob {
  input: string
  output: string
  /** DER: the signer's certificate first, then intermediates. */
  certificates: Uint8Array[]
  algorithm: 'rsa' | 'ecdsa-p256' | 'ecdsa-p384'
  /** Claimed time of signing, written to /M. */
  signedAt: Date
  appearance: Appearance | undefined
  reason?: string
  location?: string
}

/** A visible signature. `image` and text lines share the box. */
export interface Appearance {
  /** PNG with alpha, a path. */
  image?: string
  lines: string[]
  /** Without it: the usual place on `page`, from 1; without that the last page. */
  place?: Place
  page?: number
}

/** In points of the page as it is shown (after /Rotate), origin bottom left of the crop box. Page 1 is the first. */
export interface Place {
  page: number
  x: number
  y: number
  width: number
  height: number
}

export interface SignedDocument {
  sizeBytes: number
  sha256: string
  fieldName: string
}
