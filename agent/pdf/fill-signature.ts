import { createHash } from 'node:crypto'
import type { Hash } from 'node:crypto'
import { closeSync, openSync, readSync, rmSync, writeSync } from 'node:fs'
import { refuse } from '../../shared/errors.ts'
import { latin1Bytes } from './characters.ts'
import type { FinishedRevision } from './revision.ts'
import type { SignaturePlaceholder } from './signature-dict.ts'

/** /ByteRange: two ranges as offset and length, all of the file but the string in /Contents. */
export type ByteRange = readonly [start: 0, beforeContents: number, afterContents: number, tailBytes: number]

export interface FillJob {
  /** Path of the original. */
  input: string
  revision: FinishedRevision
  placeholder: SignaturePlaceholder
}

const chunkBytes = 1024 * 1024

export function byteRangeOf(placeholder: SignaturePlaceholder, fileSizeBytes: number): ByteRange {
  return [0, placeholder.contentsStart, placeholder.contentsEnd, fileSizeBytes - placeholder.contentsEnd]
}

/** The revision with its /ByteRange filled, padded with spaces as @signpdf does; /Contents is still empty. */
export function withByteRange({ revision, placeholder }: Omit<FillJob, 'input'>): Uint8Array {
  const range = byteRangeOf(placeholder, revision.startOffset + revision.bytes.length)
  const text = `/ByteRange [${range.join(' ')}]`.padEnd(placeholder.byteRangeEnd - placeholder.byteRangeStart)
  const filled = revision.bytes.slice()
  filled.set(latin1Bytes(text), placeholder.byteRangeStart - revision.startOffset)
  return filled
}

/** SHA-256 over what the signature will cover; the original is read in chunks. */
export function digestCovered(job: FillJob): Uint8Array {
  return digestAnd(job, 'sha256', () => undefined)
}

/**
 * One pass over the original: writes it to `output` with the revision behind it, /ByteRange filled, and returns
 * the digest of what the signature will cover. Then `embedContents` completes the file.
 */
export function writePrepared(job: FillJob, output: string, { digest = 'sha256', ...on }: DigestPoints & { digest?: CoveredDigest } = {}): Uint8Array {
  // A new file of our own: a link that somebody left there is not followed.
  rmSync(output, { force: true })
  const descriptor = openSync(output, 'wx', 0o600)
  try {
    return digestAnd(job, digest, (bytes) => writeWhole(descriptor, bytes, null), on)
  } finally {
    closeSync(descriptor)
  }
}

/**
 * SHA-256 of the finished file, without reading it.
 * @param digest what `writePrepared` gave to `atContents`
 */
export function digestWhole(digest: Hash, job: Omit<FillJob, 'input'>, cms: Uint8Array): Uint8Array {
  const { contentsStart, contentsEnd } = job.placeholder
  const tail = withByteRange(job).subarray(contentsEnd - job.revision.startOffset)
  const text = `<${Buffer.from(cms).toString('hex').padEnd(contentsEnd - contentsStart - 2, '0')}>`
  return new Uint8Array(digest.update(text, 'latin1').update(tail).digest())
}

/** Writes the CMS (DER) into the /Contents of a prepared file. Throws `signature-rejected` if it does not fit. */
export function embedContents(output: string, placeholder: Pick<SignaturePlaceholder, 'contentsStart' | 'contentsEnd'>, cms: Uint8Array): void {
  const digits = placeholder.contentsEnd - placeholder.contentsStart - 2
  if (cms.length * 2 > digits) refuse('signature-rejected', { reason: 'signature-too-large' })
  const descriptor = openSync(output, 'r+')
  try {
    const text = Buffer.from(cms).toString('hex').padEnd(digits, '0')
    writeWhole(descriptor, latin1Bytes(text), placeholder.contentsStart + 1)
  } finally {
    closeSync(descriptor)
  }
}

/** What a signature can be made over. */
export type CoveredDigest = 'sha256' | 'sha384' | 'sha512'

/** Copies of the running SHA-256 on its way over a prepared file. */
export interface DigestPoints {
  /** Of the original, as it was read for this signature. */
  afterOriginal?: (digest: Hash) => void
  /** Of everything before the string in /Contents, to be carried on by `digestWhole`. */
  atContents?: (digest: Hash) => void
}

function digestAnd(job: FillJob, digest: CoveredDigest, take: (bytes: Uint8Array) => void, { afterOriginal, atContents }: DigestPoints = {}): Uint8Array {
  const hash = createHash('sha256')
  const covered = digest === 'sha256' ? hash : createHash(digest)
  readOriginal(job, (bytes) => {
    hash.update(bytes)
    if (covered !== hash) covered.update(bytes)
    take(bytes)
  })
  afterOriginal?.(hash.copy())
  const appended = withByteRange(job)
  const { startOffset } = job.revision
  const beforeContents = appended.subarray(0, job.placeholder.contentsStart - startOffset)
  hash.update(beforeContents)
  if (covered !== hash) covered.update(beforeContents)
  atContents?.(hash.copy())
  covered.update(appended.subarray(job.placeholder.contentsEnd - startOffset))
  take(appended)
  return new Uint8Array(covered.digest())
}

/** Throws `document-changed` when the file is no longer as long as it was when it was opened. */
function readOriginal({ input, revision }: FillJob, take: (bytes: Uint8Array) => void): void {
  const descriptor = openSync(input, 'r')
  try {
    const chunk = new Uint8Array(chunkBytes)
    let offset = 0
    for (let count = readSync(descriptor, chunk, 0, chunkBytes, 0); count > 0; count = readSync(descriptor, chunk, 0, chunkBytes, offset)) {
      take(chunk.subarray(0, count))
      offset += count
    }
    if (offset !== revision.startOffset) refuse('document-changed')
  } finally {
    closeSync(descriptor)
  }
}

function writeWhole(descriptor: number, bytes: Uint8Array, position: number | null): void {
  for (let written = 0; written < bytes.length;) {
    written += writeSync(descriptor, bytes, written, bytes.length - written, position === null ? null : position + written)
  }
}
