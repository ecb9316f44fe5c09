import { createHash } from 'node:crypto'
import type { DigestName } from '../cms/signature-scheme.ts'
import type { ByteSource } from '../pdf/byte-source.ts'
import type { SignatureInFile } from '../pdf/signatures.ts'
import type { Coverage, Finding } from './report.ts'

/** Which bytes a signature is over, once its /ByteRange is known to mean what it must. */
export interface CoverageReport {
  readonly coverage: Coverage
  readonly findings: readonly Finding[]
  readonly ranges: readonly Range[]
  /** One past the last covered byte. */
  readonly endBytes: number
}

export interface Range {
  readonly start: number
  readonly end: number
}

/**
 * Two ranges, the first from the first byte of the file, and between them the string of /Contents, all of it and
 * nothing else. Whatever is not exactly so is a way to slip bytes past the signature.
 */
export function checkCoverage(signature: SignatureInFile, source: ByteSource): CoverageReport {
  const { contentsStart, contentsEnd } = signature
  if (signature.contents.length === 0 || contentsStart === undefined || contentsEnd === undefined) return broken('contents-missing')
  const ranges = rangesOf(signature.byteRange, source.sizeBytes)
  if (ranges === undefined) return broken('byte-range-malformed')
  const [head, tail] = ranges
  const fitsHole = head.end === contentsStart && tail.start === contentsEnd
  if (!fitsHole || !isHexString(source, contentsStart, contentsEnd)) return broken('contents-not-in-hole')
  const endBytes = tail.end
  if (endBytes === source.sizeBytes) return { coverage: 'whole-file', findings: [], ranges, endBytes }
  if (!endsRevision(source, endBytes)) return { coverage: 'broken', findings: ['revision-incomplete'], ranges, endBytes }
  return { coverage: 'revision', findings: [], ranges, endBytes }
}

export const chunkBytes = 256 * 1024

/** Told the SHA-256 of the first `at` bytes of the file, which the first range has to hold, on the way over them. */
export interface OnDigested {
  readonly at: number
  readonly sha256: (found: Uint8Array) => void
}

/** Reads the ranges once, in chunks, all into the same memory. */
export function digestRanges(source: ByteSource, ranges: readonly Range[], digest: DigestName, prefix?: OnDigested): Uint8Array {
  const hash = createHash(digest)
  const prefixHash = digest === 'sha256' ? hash : createHash('sha256')
  const chunk = new Uint8Array(chunkBytes)
  for (const { start, end } of ranges) {
    for (let offset = start; offset < end;) {
      const stop = prefix !== undefined && offset < prefix.at ? Math.min(end, prefix.at) : end
      const bytes = source.readInto(offset, chunk.subarray(0, Math.min(chunkBytes, stop - offset)))
      if (bytes.length === 0) break
      hash.update(bytes)
      if (prefix !== undefined && prefixHash !== hash && offset < prefix.at) prefixHash.update(bytes)
      offset += bytes.length
      if (offset === prefix?.at) prefix.sha256(prefixHash.copy().digest())
    }
  }
  return hash.digest()
}

/** Two ranges inside the file, neither empty, the first from 0, the second behind it. */
function rangesOf(byteRange: readonly number[], sizeBytes: number): readonly [Range, Range] | undefined {
  const [start, length = 0, tailStart = 0, tailLength = 0] = byteRange
  const areOffsets = byteRange.length === 4 && byteRange.every((value) => Number.isSafeInteger(value) && value >= 0)
  if (!areOffsets || start !== 0 || length === 0 || tailLength === 0) return undefined
  const end = tailStart + tailLength
  return tailStart <= length || end > sizeBytes ? undefined : [{ start, end: length }, { start: tailStart, end }]
}

function broken(finding: Finding): CoverageReport {
  return { coverage: 'broken', findings: [finding], ranges: [], endBytes: 0 }
}

function isHexString(source: ByteSource, start: number, end: number): boolean {
  const string = source.read(start, end - start)
  if (string.length !== end - start || string[0] !== 0x3c || string.at(-1) !== 0x3e) return false
  const digits = Buffer.from(string.subarray(1, -1)).toString('latin1')
  // Decoding stops at the first pair that is none; an odd digit at the end is read with a 0 behind it.
  const even = digits.length % 2 === 0 ? digits : `${digits}0`
  return Buffer.from(even, 'hex').length * 2 === even.length
}

/** A revision ends with `%%EOF` and at most one end of line (ISO 32000-2, 7.5.5). */
function endsRevision(source: ByteSource, endBytes: number): boolean {
  const tail = Buffer.from(source.read(endBytes - 7, 7)).toString('latin1')
  return /%%EOF(\r\n|\r|\n)?$/.test(tail)
}
