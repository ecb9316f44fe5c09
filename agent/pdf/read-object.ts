import type { ByteSource } from './byte-source.ts'
import { asBuffer, isDigit } from './characters.ts'
import { decodeStream } from './decode-stream.ts'
import type { InflateBudget, Resolve } from './decode-stream.ts'
import { PdfDict, PdfStream } from './objects.ts'
import type { PdfObject, StreamBody } from './objects.ts'
import { ObjectParser, windowEnd } from './parse-object.ts'
import { unreadable } from './unreadable.ts'

const firstWindowBytes = 16 * 1024
const largestWindowBytes = 64 * 1024 * 1024
const searchBytes = 1024 * 1024

/** Runs `parse` on a window that starts at `offset` and grows until everything it asks for is inside. */
export function parseAt<Value>(source: ByteSource, offset: number, parse: (parser: ObjectParser) => Value): Value {
  for (let lengthBytes = firstWindowBytes; lengthBytes <= largestWindowBytes; lengthBytes *= 8) {
    const bytes = source.read(offset, lengthBytes)
    try {
      return parse(new ObjectParser(bytes, bytes.length < lengthBytes || offset + bytes.length >= source.sizeBytes))
    } catch (problem) {
      if (problem !== windowEnd) throw problem
    }
  }
  return unreadable('object-too-large')
}

export interface IndirectObject {
  readonly number: number
  readonly generation: number
  readonly value: PdfObject
  /** Absolute offset one past what was parsed; for a stream, of its first data byte. */
  readonly end: number
  readonly isStream: boolean
}

/** Reads `12 0 obj … `; undefined where no such header stands at the offset. */
export function readIndirect(source: ByteSource, offset: number): IndirectObject | undefined {
  if (offset < 0 || offset >= source.sizeBytes) return undefined
  return parseAt(source, offset, (parser) => {
    const number = parser.integer()
    const generation = number === undefined ? undefined : parser.integer()
    if (number === undefined || generation === undefined || !parser.word('obj')) return undefined
    const value = parser.object()
    const isStream = value instanceof PdfDict && parser.streamStart()
    return { number, generation, value, end: offset + parser.position, isStream }
  })
}

export interface StreamContext {
  readonly source: ByteSource
  readonly budget: InflateBudget
  readonly resolve: Resolve
}

/** @param decrypt turns the bytes of the file into those that the filters expect */
export function streamAt(context: StreamContext, dict: PdfDict, start: number, decrypt = (bytes: Uint8Array) => bytes): PdfStream {
  const body: StreamBody = {
    raw: () => decrypt(context.source.read(start, streamLength(context, dict, start))),
    decoded: () => decodeStream(dict, body.raw(), context.resolve, context.budget),
  }
  return new PdfStream(dict, body)
}

/** /Length where `endstream` follows it; otherwise the distance to the next `endstream`, `endobj` or the end. */
export function streamLength(context: StreamContext, dict: PdfDict, start: number): number {
  const stated = context.resolve(dict.get('Length'))
  if (typeof stated === 'number' && endsAt(context.source, start, stated)) return stated
  const end = find(context.source, 'endstream', start) ?? find(context.source, 'endobj', start) ?? context.source.sizeBytes
  const tail = context.source.read(Math.max(start, end - 2), Math.min(2, end - start))
  const lineEnd = tail.at(-1) === 10 ? (tail.at(-2) === 13 ? 2 : 1) : tail.at(-1) === 13 ? 1 : 0
  return end - start - lineEnd
}

/** Whether `endstream` follows (after white space) when the data has the length. */
export function endsAt(source: ByteSource, start: number, lengthBytes: number): boolean {
  if (!Number.isInteger(lengthBytes) || lengthBytes < 0 || start + lengthBytes > source.sizeBytes) return false
  return asBuffer(source.read(start + lengthBytes, 32)).toString('latin1').trimStart().startsWith('endstream')
}

/** Absolute offset of the next place where the text stands. */
export function find(source: ByteSource, text: string, from: number): number | undefined {
  for (let offset = from; offset < source.sizeBytes; offset += searchBytes) {
    const at = asBuffer(source.read(offset, searchBytes + text.length - 1)).indexOf(text, 0, 'latin1')
    if (at !== -1) return offset + at
  }
  return undefined
}

/** Offset of `%PDF` in the first 1,024 bytes; everything the file says about offsets is relative to it. */
export function headerOffsetOf(source: ByteSource): number | undefined {
  const at = asBuffer(source.read(0, 1_024)).indexOf('%PDF', 0, 'latin1')
  return at === -1 ? undefined : at
}

/** The last `startxref` of the file, as written. */
export function startXrefOf(source: ByteSource): number | undefined {
  const tailStart = Math.max(0, source.sizeBytes - 4_096)
  const tail = asBuffer(source.read(tailStart, 4_096)).toString('latin1')
  const at = tail.lastIndexOf('startxref')
  const digits = at === -1 ? undefined : /^startxref[\s\0]*(\d{1,15})/.exec(tail.slice(at))?.[1]
  return digits === undefined ? undefined : Number(digits)
}

/** Whether a digit stands at the offset. */
export function digitAt(source: ByteSource, offset: number): boolean {
  return isDigit(source.read(offset, 1)[0] ?? 0)
}
