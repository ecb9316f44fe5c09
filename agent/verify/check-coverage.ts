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
  const [start, length, tailStart, tailLength] = signature.byteRange
  const numbersHold = signature.byteRange.length === 4 && signature.byteRange.every((value) => Number.isSafeInteger(value) && value >= 0)
  if (!numbersHold || start === undefined || length === undefined || tailStart === undefined || tailLength === undefined) return broken('byte-range-malformed')
  const endBytes = tailStart + tailLength
  if (start !== 0 || length === 0 || tailLength === 0 || tailStart <= length || endBytes > source.sizeBytes) return broken('byte-range-malformed')
  if (length !== contentsStart || tailStart !== contentsEnd || !isHexString(source, contentsStart, contentsEnd)) return broken('contents-not-in-hole')
  const ranges = [{ start: 0, end: length }, { start: tailStart, end: endBytes }]
  if (endBytes === source.sizeBytes) return { coverage: 'whole-file', findings: [], ranges, endBytes }
  if (!endsRevision(source, endBytes)) return { coverage: 'broken', findings: ['revision-incomplete'], ranges, endBytes }
  return { coverage: 'revision', findings: [], ranges, endBytes }
}

const chunkBytes = 1024 * 1024

/**
 * Reads the ranges once, in chunks.
 * @param onChunk sees what is digested, with its place in the file
 */
export function digestRanges(source: ByteSource, ranges: readonly Range[], digest: DigestName, onChunk?: (offset: number, bytes: Uint8Array) => void): Uint8Array {
  const hash = createHash(digest)
  for (const { start, end } of ranges) {
    for (let offset = start; offset < end; offset += chunkBytes) {
      const bytes = source.read(offset, Math.min(chunkBytes, end - offset))
      onChunk?.(offset, bytes)
      hash.update(bytes)
    }
  }
  return hash.digest()
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
