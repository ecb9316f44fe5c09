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

/**
 * Reads the ranges once, in chunks, all into the same memory.
 * @param onChunk sees what is digested, with its place in the file; the bytes are its own only until it returns
 */
export function digestRanges(
  source: ByteSource,
  ranges: readonly Range[],
  digest: DigestName,
  onChunk?: (offset: number, bytes: Uint8Array) => void,
): Uint8Array {
  const hash = createHash(digest)
  const chunk = new Uint8Array(chunkBytes)
  for (const { start, end } of ranges) {
    for (let offset = start; offset < end; offset += chunkBytes) {
      const bytes = source.readInto(offset, chunk.subarray(0, Math.min(chunkBytes, end - offset)))
      onChunk?.(offset, bytes)
      hash.update(bytes)
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

const hexDigits = new Set(Buffer.from('0123456789abcdefABCDEF'))

function isHexString(source: ByteSource, start: number, end: number): boolean {
  const string = source.read(start, end - start)
  if (string.length !== end - start || string[0] !== 0x3c || string.at(-1) !== 0x3e) return false
  return string.subarray(1, -1).every((byte) => hexDigits.has(byte))
}

/** A revision ends with `%%EOF` and at most one end of line (ISO 32000-2, 7.5.5). */
function endsRevision(source: ByteSource, endBytes: number): boolean {
  const tail = Buffer.from(source.read(endBytes - 7, 7)).toString('latin1')
  return /%%EOF(\r\n|\r|\n)?$/.test(tail)
}
