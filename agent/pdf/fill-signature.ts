import type { FinishedRevision } from './revision.ts'
import type { SignaturePlaceholder } from './signature-field.ts'

export type ByteRange = readonly [start: 0, beforeContents: number, afterContents: number, tailBytes: number]

export interface FillJob {
  /** Path of the original. */
  input: string
  revision: FinishedRevision
  placeholder: SignaturePlaceholder
}

export declare function byteRangeOf(placeholder: SignaturePlaceholder, fileSizeBytes: number): ByteRange
/** SHA-256 over the ranges that the signature will cover; the original is streamed. */
export declare function digestCovered(job: FillJob): Uint8Array
/** One pass: writes original + revision with its /ByteRange filled to `output` and returns the digest of the covered ranges. */
export declare function writePrepared(job: FillJob, output: string): Uint8Array
/** Writes the CMS into the prepared file's /Contents; refuses one that does not fit. */
export declare function embedContents(output: string, placeholder: SignaturePlaceholder, cms: Uint8Array): void
