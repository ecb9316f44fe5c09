import type { ByteSource } from '../pdf/byte-source.ts'
import { asBuffer } from '../pdf/characters.ts'
import { isName, PdfDict, PdfName, PdfStream } from '../pdf/objects.ts'
import type { PdfDocument } from '../pdf/open-document.ts'
import { Keyword, ObjectParser } from '../pdf/parse-object.ts'
import { find, parseAt, readIndirect } from '../pdf/read-object.ts'
import { objectOf, objectStreamOf } from './hidden-links.ts'

/** Whether the object with this number is written so that every reader reads the same: no key twice, nothing out of place. */
export function isWrittenPlainly(document: PdfDocument, number: number): boolean {
  const entry = document.xref.table.get(number)
  if (entry?.kind === 'compressed') return isPlainInStream(document, entry.container, number)
  return entry?.kind === 'plain' && isPlainAt(document.source, document.xref.base + entry.offset)
}

/** The same for the newest trailer, which names the catalogue. */
export function hasPlainTrailer({ source, xref }: PdfDocument): boolean {
  if (xref.newest === undefined) return false
  const start = xref.base + xref.newest.offset
  if (xref.newest.form === 'stream') return isPlainAt(source, start)
  const trailer = find(source, 'trailer', start)
  return trailer !== undefined && parseAt(source, trailer, (parser) => parser.word('trailer') && isPlainValue(parser))
}

function isPlainAt(source: ByteSource, offset: number): boolean {
  return parseAt(source, offset, (parser) => startsObject(parser) && isPlainValue(parser))
}

function isPlainInStream(document: PdfDocument, container: number, number: number): boolean {
  const stream = objectOf(document, container)
  const contents = objectStreamOf(document, container)
  const first = stream instanceof PdfStream ? document.get(stream.dict, 'First') : null
  if (contents === undefined || typeof first !== 'number') return false
  const head = new ObjectParser(contents.bytes, true)
  for (const listed of contents.numbers) {
    head.integer()
    const offset = head.integer() ?? 0
    if (listed === number) return isPlainValue(new ObjectParser(contents.bytes.subarray(first + offset), true))
  }
  return false
}

function startsObject(parser: ObjectParser): boolean {
  return parser.integer() !== undefined && parser.integer() !== undefined && parser.word('obj')
}

/** Goes through one value, which is nested no deeper than the parser that read it before allows. */
function isPlainValue(parser: ObjectParser): boolean {
  if (parser.word('<<')) return isPlainDict(parser)
  if (!parser.word('[')) return !(parser.value(0) instanceof Keyword)
  while (!parser.word(']')) if (!isPlainValue(parser)) return false
  return true
}

function isPlainDict(parser: ObjectParser): boolean {
  const keys = new Set<string>()
  while (!parser.word('>>')) {
    const key = parser.value(0)
    if (!(key instanceof PdfName) || keys.has(key.value) || !isPlainValue(parser)) return false
    keys.add(key.value)
  }
  return true
}

const chunkBytes = 1024 * 1024
/** Longer than any header of an object. */
const overlapBytes = 64

/**
 * Whether an object of the earlier revision stands once more in what was appended, behind the place that the table names or packed into
 * an object stream that the table does not name for it: a reader that repairs the file, because something else about it displeases,
 * would take that one.
 */
export function hidesObject(earlier: PdfDocument, later: PdfDocument): boolean {
  const last = new Map<number, number>()
  const { source } = later
  for (let start = earlier.source.sizeBytes; start < source.sizeBytes; start += chunkBytes) {
    const text = asBuffer(source.read(start, chunkBytes + overlapBytes)).toString('latin1')
    for (const { 0: header, 1: number, index } of text.matchAll(/(?<!\d)(\d{1,10})[\s\0]+\d{1,5}[\s\0]+obj/g)) {
      if (header.length < overlapBytes) last.set(Number(number), start + index)
    }
  }
  return [...last].some(([number, offset]) => exists(earlier, number) && isOlderPlace(later, number, offset)) || packsAnother(earlier, later, last)
}

function isObjectStreamAt(source: ByteSource, offset: number): boolean {
  const value = readIndirect(source, offset)?.value
  return value instanceof PdfDict && isName(value.get('Type'), 'ObjStm')
}

function exists({ xref }: PdfDocument, number: number): boolean {
  return (xref.table.get(number)?.kind ?? 'free') !== 'free'
}

function isOlderPlace(later: PdfDocument, number: number, offset: number): boolean {
  const entry = later.xref.table.get(number)
  const place = entry?.kind === 'compressed' ? later.xref.table.get(entry.container) : entry
  return place?.kind === 'plain' && isBefore(later, later.xref.base + place.offset, offset)
}

/** Every appended stream of objects, whatever number it has; one that no table lists is there for other readers alone. */
function packsAnother(earlier: PdfDocument, later: PdfDocument, appended: ReadonlyMap<number, number>): boolean {
  for (const [container, offset] of appended) {
    if (!exists(later, container) && isObjectStreamAt(later.source, offset)) return true
    const packed = objectStreamOf(later, container)?.numbers ?? []
    const isElsewhere = (number: number) => {
      const entry = later.xref.table.get(number)
      return !(entry?.kind === 'compressed' && entry.container === container) && !isReplaced(earlier, later, number, offset)
    }
    if (packed.some((number) => exists(earlier, number) && isElsewhere(number))) return true
  }
  return false
}

/** A later section may replace what an earlier one packed: then its place is behind. */
function isReplaced(earlier: PdfDocument, later: PdfDocument, number: number, container: number): boolean {
  const entry = later.xref.table.get(number)
  const place = entry?.kind === 'compressed' ? later.xref.table.get(entry.container) : entry
  return place?.kind === 'plain' && later.xref.base + place.offset > container && later.xref.base + place.offset >= earlier.source.sizeBytes
}

/** A table may point at the white space before an object. */
function isBefore({ source }: PdfDocument, place: number, offset: number): boolean {
  return offset - place > overlapBytes || (place < offset && asBuffer(source.read(place, offset - place)).toString('latin1').trim() !== '')
}
