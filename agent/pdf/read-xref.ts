import type { ByteSource } from './byte-source.ts'
import { isDigit } from './characters.ts'
import type { InflateBudget } from './decode-stream.ts'
import { isName, PdfDict, PdfRef } from './objects.ts'
import type { PdfObject } from './objects.ts'
import { parseAt, readIndirect, startXrefOf, streamAt } from './read-object.ts'
import { highestObjectNumber, XrefTable } from './xref-table.ts'

/** The cross-reference data as it is written (ISO 32000-2, 7.5.4 and 7.5.8). */
export interface Xref {
  readonly table: XrefTable
  readonly trailer: PdfDict
  /** What `offset`s are relative to: the start of the PDF inside the file. */
  readonly base: number
  /** Where the newest section stands (as written, relative to `base`) and its form; undefined when rebuilt. */
  readonly newest: { readonly offset: number; readonly form: 'table' | 'stream' } | undefined
  /** Absolute offsets of sections that name two places for one object: readers differ about which of them counts. */
  readonly ambiguous: readonly number[]
}

/** The cross-reference data is missing or wrong: the file has to be scanned. */
export class XrefDamaged extends Error {}

const sectionsPerFile = 4_096
const entryBytes = 20
const chunkEntries = 3_200

/** Throws `XrefDamaged`. */
export function readXref(source: ByteSource, headerOffset: number, budget: InflateBudget): Xref {
  const offset = startXrefOf(source)
  if (offset === undefined) throw new XrefDamaged('no startxref')
  try {
    return new ChainReader(source, headerOffset, budget).read(offset)
  } catch (problem) {
    if (!(problem instanceof XrefDamaged) || headerOffset === 0) throw problem
    return new ChainReader(source, 0, budget).read(offset)
  }
}

interface FreeRange {
  readonly numbers: number[]
}

/** Follows /Prev from the newest section to the oldest. */
class ChainReader {
  readonly #source: ByteSource
  readonly #base: number
  readonly #budget: InflateBudget
  readonly #table = new XrefTable()
  readonly #visited = new Set<number>()
  readonly #ambiguous = new Set<number>()

  constructor(source: ByteSource, base: number, budget: InflateBudget) {
    this.#source = source
    this.#base = base
    this.#budget = budget
  }

  read(newestOffset: number): Xref {
    const newest = this.#section(newestOffset)
    const trailer = new PdfDict(newest.trailer)
    let prev = previousOf(newest.trailer)
    while (prev !== undefined) {
      const section = this.#section(prev)
      for (const key of ['Root', 'Info', 'ID']) {
        const value = section.trailer.get(key)
        if (!trailer.has(key) && value !== undefined) trailer.set(key, value)
      }
      prev = previousOf(section.trailer)
    }
    return { table: this.#table, trailer, base: this.#base, newest: { offset: newestOffset, form: newest.form }, ambiguous: [...this.#ambiguous] }
  }

  #section(offset: number): { trailer: PdfDict; form: 'table' | 'stream' } {
    if (this.#visited.has(offset)) throw new XrefDamaged('sections in a circle')
    if (this.#visited.add(offset).size > sectionsPerFile) throw new XrefDamaged('too many sections')
    const start = this.#base + offset
    this.#table.beginSection(() => this.#ambiguous.add(start))
    if (start >= this.#source.sizeBytes) throw new XrefDamaged('a section outside the file')
    const subsections = parseAt(this.#source, start, (parser) => (parser.word('xref') ? start + parser.position : undefined))
    return subsections === undefined
      ? { trailer: this.#streamSection(start), form: 'stream' }
      : { trailer: this.#tableSection(subsections), form: 'table' }
  }

  /** In-use entries first, then those hidden in a hybrid file's /XRefStm, then free ones (7.5.8.4). */
  #tableSection(start: number): PdfDict {
    const free: FreeRange = { numbers: [] }
    let offset = start
    while (true) {
      const header = parseAt(this.#source, offset, (parser) => {
        const first = parser.integer()
        const count = first === undefined ? undefined : parser.integer()
        const trailer = first === undefined && parser.word('trailer') ? parser.object() : undefined
        parser.skipSpace()
        return { first, count, trailer, end: offset + parser.position }
      })
      if (header.trailer instanceof PdfDict) return this.#endOfTable(header.trailer, free)
      if (header.first === undefined || header.count === undefined) throw new XrefDamaged('a table without trailer')
      offset = this.#subsection(header.end, header.first, header.count, free)
    }
  }

  #endOfTable(trailer: PdfDict, free: FreeRange): PdfDict {
    const hidden = trailer.get('XRefStm')
    if (typeof hidden === 'number') {
      if (this.#visited.has(hidden)) throw new XrefDamaged('sections in a circle')
      this.#visited.add(hidden)
      this.#streamSection(this.#base + hidden)
    }
    for (const number of free.numbers) if (!this.#table.has(number)) this.#table.setFree(number)
    return trailer
  }

  #subsection(start: number, first: number, count: number, free: FreeRange): number {
    // Every entry has at least 18 bytes, so a count that the file cannot hold costs nothing.
    if (count * (entryBytes - 2) > this.#source.sizeBytes - start) throw new XrefDamaged('more entries than bytes')
    let offset = start
    let number = first
    for (let left = count; left > 0;) {
      const chunk = this.#source.read(offset, Math.min(left, chunkEntries) * entryBytes)
      let at = 0
      while (left > 0 && at + entryBytes <= chunk.length && isRegularEntry(chunk, at)) {
        // A common mistake: the section starts at 1 but lists the free entry 0 first.
        if (number === 1 && left === count && isListHead(chunk, at)) number = 0
        this.#entry(number++, digitsAt(chunk, at, 10), digitsAt(chunk, at + 11, 5), chunk[at + 17] === 0x6e, free)
        at += entryBytes
        left--
      }
      offset += at
      if (left > 0 && (at === 0 || chunk.length - at >= entryBytes)) {
        offset = this.#irregularEntry(offset, number++, free)
        left--
      }
    }
    return offset
  }

  /** An entry that is not 20 bytes long. */
  #irregularEntry(offset: number, number: number, free: FreeRange): number {
    return parseAt(this.#source, offset, (parser) => {
      const position = parser.integer()
      const generation = parser.integer()
      const inUse = parser.word('n')
      if (position === undefined || generation === undefined || (!inUse && !parser.word('f'))) throw new XrefDamaged('a broken entry')
      this.#entry(number, position, generation, inUse, free)
      parser.skipSpace()
      return offset + parser.position
    })
  }

  #entry(number: number, offset: number, generation: number, inUse: boolean, free: FreeRange): void {
    if (inUse && offset > 0) this.#table.offerPlain(number, offset, generation)
    else if (!this.#table.has(number)) free.numbers.push(number)
  }

  #streamSection(start: number): PdfDict {
    const found = readIndirect(this.#source, start)
    if (found === undefined || !(found.value instanceof PdfDict) || !found.isStream || !isName(found.value.get('Type'), 'XRef')) {
      throw new XrefDamaged('no cross-reference section')
    }
    const context = { source: this.#source, budget: this.#budget, resolve: directOnly }
    addStreamEntries(this.#table, found.value, streamAt(context, found.value, found.end).decoded())
    return found.value
  }
}

/** Inside cross-reference streams everything is direct (7.5.8.2). */
function directOnly(object: PdfObject | undefined): PdfObject {
  return object === undefined || object instanceof PdfRef ? null : object
}

/** Adds the entries of a cross-reference stream where the table has none yet. */
function addStreamEntries(table: XrefTable, dict: PdfDict, data: Uint8Array): void {
  const widths = integersOf(dict.get('W'))
  const [typeBytes = 0, secondBytes = 0, thirdBytes = 0] = widths
  const rowBytes = typeBytes + secondBytes + thirdBytes
  if (widths.length < 3 || rowBytes === 0 || widths.some((width) => width > 8)) throw new XrefDamaged('widths of a cross-reference stream')
  const index = integersOf(dict.get('Index') ?? [0, dict.get('Size') ?? 0])
  let at = 0
  for (let pair = 0; pair + 1 < index.length; pair += 2) {
    const first = index[pair] ?? 0
    const count = Math.min(index[pair + 1] ?? 0, highestObjectNumber + 1)
    for (let number = first; number < first + count && at + rowBytes <= data.length; number++, at += rowBytes) {
      const type = typeBytes === 0 ? 1 : bigEndian(data, at, typeBytes)
      const second = bigEndian(data, at + typeBytes, secondBytes)
      const third = bigEndian(data, at + typeBytes + secondBytes, thirdBytes)
      if (type === 1 && second > 0) table.offerPlain(number, second, third)
      else if (type === 2) table.offerCompressed(number, second, third)
      else if (!table.has(number)) table.setFree(number)
    }
  }
}

function integersOf(object: PdfObject | undefined): number[] {
  if (!Array.isArray(object) || object.length > 2 * highestObjectNumber) throw new XrefDamaged('numbers expected')
  return object.map((item) => {
    if (typeof item !== 'number' || !Number.isInteger(item) || item < 0) throw new XrefDamaged('a number expected')
    return item
  })
}

function bigEndian(data: Uint8Array, at: number, lengthBytes: number): number {
  let value = 0
  for (let index = at; index < at + lengthBytes; index++) value = value * 256 + (data[index] ?? 0)
  return value
}

function previousOf(trailer: PdfDict): number | undefined {
  const prev = trailer.get('Prev')
  return typeof prev === 'number' && Number.isInteger(prev) && prev > 0 ? prev : undefined
}

/** `nnnnnnnnnn ggggg n` and two bytes of line end. */
function isRegularEntry(chunk: Uint8Array, at: number): boolean {
  const kind = chunk[at + 17]
  if (chunk[at + 10] !== 0x20 || chunk[at + 16] !== 0x20 || (kind !== 0x6e && kind !== 0x66)) return false
  for (let index = at; index < at + 16; index++) if (index !== at + 10 && !isDigit(chunk[index] ?? 0)) return false
  const [beforeLast = 0, last = 0] = chunk.subarray(at + 18, at + 20)
  return beforeLast <= 32 && last <= 32
}

function isListHead(chunk: Uint8Array, at: number): boolean {
  return chunk[at + 17] === 0x66 && digitsAt(chunk, at + 11, 5) === 65_535
}

function digitsAt(chunk: Uint8Array, at: number, count: number): number {
  let value = 0
  for (let index = at; index < at + count; index++) value = value * 10 + (chunk[index] ?? 0x30) - 0x30
  return value
}
