import type { ByteSource } from './byte-source.ts'
import { asBuffer, classOf, isDigit, regular, whiteSpace } from './characters.ts'
import type { InflateBudget } from './decode-stream.ts'
import { RefusalError } from '../../shared/errors.ts'
import { isName, PdfDict, PdfRef } from './objects.ts'
import type { PdfObject } from './objects.ts'
import { ObjectParser, windowEnd } from './parse-object.ts'
import { contentsOf } from './object-stream.ts'
import { endsAt, find, readIndirect, streamAt } from './read-object.ts'
import type { Xref } from './read-xref.ts'
import { highestObjectNumber, XrefTable } from './xref-table.ts'

export interface RebuiltXref extends Xref {
  /** Every object that some trailer names as catalogue or that says it is one. */
  readonly catalogues: readonly PdfRef[]
  /** Largest object number that some object refers to, found or not: a new object must not take its place. */
  readonly highestReference: number
}

const chunkBytes = 1024 * 1024
const overlapBytes = 64
/** How much of an object is looked at while scanning; larger dictionaries are read when they are needed. */
const peekBytes = 16 * 1024

/**
 * Scans the whole file for `12 0 obj` and trailers, in chunks. Of an object that is written twice the last one
 * counts, as for other readers. What looks like an object inside a stream of a stated length is passed over.
 */
export function rebuildXref(source: ByteSource, headerOffset: number, budget: InflateBudget): RebuiltXref {
  return new Scan(source, headerOffset, budget).run()
}

class Scan {
  readonly #source: ByteSource
  readonly #base: number
  readonly #budget: InflateBudget
  readonly #table = new XrefTable()
  readonly #trailer = new PdfDict()
  readonly #catalogues = new Map<number, PdfRef>()
  /** Bytes that may still be looked at twice: keeps a file of broken objects from costing its square. */
  #peekBudget: number
  /** Nothing to find from here on. */
  #noEndFrom = Number.POSITIVE_INFINITY
  #highestReference = 0
  /** Everything before was part of a stream. */
  #resumeAt = 0

  constructor(source: ByteSource, base: number, budget: InflateBudget) {
    this.#source = source
    this.#base = base
    this.#budget = budget
    this.#peekBudget = 3 * source.sizeBytes + chunkBytes
  }

  run(): RebuiltXref {
    for (let start = this.#base; start < this.#source.sizeBytes; start = Math.max(start + chunkBytes, this.#resumeAt)) {
      const from = Math.max(this.#base, start - overlapBytes)
      const chunk = asBuffer(this.#source.read(from, start - from + chunkBytes))
      this.#scanChunk(chunk, from)
    }
    return { table: this.#table, trailer: this.#trailer, base: this.#base, newest: undefined, ambiguous: [], catalogues: this.#found(), highestReference: this.#highestReference }
  }

  /** Where no trailer names a catalogue, the last one found counts. */
  #found(): PdfRef[] {
    const found = [...this.#catalogues.values()]
    const last = found.at(-1)
    if (!(this.#trailer.get('Root') instanceof PdfRef) && last !== undefined) this.#trailer.set('Root', last)
    return found
  }

  /** Words that end in the overlap were found in the chunk before. */
  #scanChunk(chunk: Buffer, from: number): void {
    let object = chunk.indexOf('obj')
    let trailer = chunk.indexOf('trailer')
    while (object !== -1 || trailer !== -1) {
      if (object !== -1 && (trailer === -1 || object < trailer)) {
        this.#objectWord(chunk, object, from)
        object = chunk.indexOf('obj', Math.max(object + 3, this.#resumeAt - from))
      } else {
        if (from + trailer >= this.#resumeAt) this.#trailerAt(from + trailer + 7)
        trailer = chunk.indexOf('trailer', trailer + 7)
      }
    }
  }

  /** `obj` was found: do two integers stand before it? */
  #objectWord(chunk: Buffer, at: number, from: number): void {
    const next = chunk[at + 3]
    if (next !== undefined && classOf[next] === regular && !isDigit(next)) return
    const generation = integerBefore(chunk, at)
    const number = generation === undefined ? undefined : integerBefore(chunk, generation.start)
    if (generation === undefined || number === undefined || !number.spaced || number.value === 0) return
    const offset = from + number.start
    if (offset < this.#resumeAt) return
    this.#resumeAt = from + at + 3
    this.#table.setPlain(number.value, offset - this.#base, generation.value)
    this.#lookAt(offset, new PdfRef(number.value, generation.value))
  }

  #lookAt(offset: number, ref: PdfRef): void {
    const window = this.#peekBudget > 0 ? this.#source.read(offset, peekBytes) : new Uint8Array(0)
    const value = this.#attempt(() => objectIn(window))
    this.#peekBudget -= value?.parsedBytes ?? window.length
    if (value === undefined) return
    if (value.highestReference <= highestObjectNumber) this.#highestReference = Math.max(this.#highestReference, value.highestReference)
    if (!(value.object instanceof PdfDict)) return
    const dict = value.object
    if (isName(dict.get('Type'), 'Catalog')) this.#catalogues.set(ref.number, ref)
    if (!value.isStream) return
    const dataStart = offset + value.parsedBytes
    if (isName(dict.get('Type'), 'XRef')) this.#takeTrailer(dict)
    if (isName(dict.get('Type'), 'ObjStm')) this.#attempt(() => this.#objectStream(ref, dict, dataStart))
    this.#resumeAt = this.#streamEnd(dict, dataStart)
  }

  #streamEnd(dict: PdfDict, start: number): number {
    const length = dict.get('Length')
    if (typeof length === 'number' && endsAt(this.#source, start, length)) return start + length
    if (start >= this.#noEndFrom) return start
    const end = find(this.#source, 'endstream', start)
    if (end === undefined) this.#noEndFrom = start
    return end ?? start
  }

  #objectStream(ref: PdfRef, dict: PdfDict, start: number): void {
    const direct = (object: PdfObject | undefined) => (object === undefined || object instanceof PdfRef ? this.#directNumber(object) : object)
    const stream = streamAt({ source: this.#source, budget: this.#budget, resolve: direct }, dict, start)
    const contents = contentsOf(stream, direct)
    const namesCatalogue = asBuffer(contents.bytes).includes('/Catalog')
    for (const [index, number] of contents.numbers.entries()) {
      this.#table.setCompressed(number, ref.number, index)
      if (!namesCatalogue) continue
      const value = contents.object(index)
      if (value instanceof PdfDict && isName(value.get('Type'), 'Catalog')) this.#catalogues.set(number, new PdfRef(number))
    }
  }

  /** A /Length or the like that is written in an object which was already found. */
  #directNumber(ref: PdfRef | undefined): PdfObject {
    const entry = ref === undefined ? undefined : this.#table.get(ref.number)
    if (entry?.kind !== 'plain') return null
    const value = readIndirect(this.#source, this.#base + entry.offset)?.value
    return typeof value === 'number' ? value : null
  }

  #trailerAt(offset: number): void {
    if (this.#peekBudget <= 0) return
    const window = this.#source.read(offset, peekBytes)
    const parser = new ObjectParser(window, true)
    const trailer = this.#attempt(() => parser.object())
    // What fails may have gone through all of it.
    this.#peekBudget -= trailer === undefined ? window.length : parser.position
    if (trailer instanceof PdfDict) this.#takeTrailer(trailer)
  }

  /** The last trailer counts; a name that only an older one has is kept. */
  #takeTrailer(trailer: PdfDict): void {
    for (const key of ['Root', 'Info', 'ID', 'Encrypt', 'Size']) {
      const value = trailer.get(key)
      if (value !== undefined && value !== null) this.#trailer.set(key, value)
    }
    const root = trailer.get('Root')
    if (root instanceof PdfRef) this.#catalogues.set(root.number, root)
  }

  /** What is broken here is not found; it may not even be needed. */
  #attempt<Value>(read: () => Value): Value | undefined {
    try {
      return read()
    } catch (problem) {
      if (problem === windowEnd || problem instanceof RefusalError) return undefined
      throw problem
    }
  }
}

interface SeenObject {
  readonly object: PdfObject
  readonly parsedBytes: number
  readonly isStream: boolean
  readonly highestReference: number
}

function objectIn(window: Uint8Array): SeenObject | undefined {
  const parser = new ObjectParser(window, window.length < peekBytes)
  if (parser.integer() === undefined || parser.integer() === undefined || !parser.word('obj')) return undefined
  const object = parser.object()
  const isStream = object instanceof PdfDict && parser.streamStart()
  return { object, parsedBytes: parser.position, isStream, highestReference: parser.highestReference }
}

/** The integer that ends before `end`, white space between them allowed. */
function integerBefore(chunk: Buffer, end: number): { value: number; start: number; spaced: boolean } | undefined {
  let last = end
  while (last > 0 && classOf[chunk[last - 1] ?? 0] === whiteSpace) last--
  let start = last
  while (start > 0 && last - start < 10 && isDigit(chunk[start - 1] ?? 0)) start--
  return start === last ? undefined : { value: Number(chunk.toString('latin1', start, last)), start, spaced: last < end }
}
