import { limits } from '../../shared/protocol/limits.ts'
import { asBuffer, classOf, delimiter, isDigit, latin1, regular, whiteSpace } from './characters.ts'
import { PdfDict, PdfName, PdfRef, PdfString } from './objects.ts'
import type { PdfArray, PdfObject } from './objects.ts'
import { looseNumber, unescapeLiteral } from './token-values.ts'
import { unreadable } from './unreadable.ts'

/** Anything that is no object: `endobj`, `stream`, `]`, `>>`; empty at the end of the document. */
export class Keyword {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }
}

/** Thrown when a token may go on behind the window that was read; the caller reads a larger one. */
export const windowEnd = new Error('the window ends inside a token')

/** Elements of one object, all levels together; real ones have far fewer. */
const elementsPerObject = 1_000_000
/** Readers need to take 127 (ISO 32000-1, annex C). */
const nameBytes = 64 * 1024
const arrayEnd = new Keyword(']')
const dictEnd = new Keyword('>>')

/** Where the value of an entry stands, relative to the window. */
export type OnEntry = (key: string, start: number, end: number, value: PdfObject | Keyword) => void

/**
 * Reads objects (ISO 32000-2, 7.3) from a window of bytes. As forgiving as common readers: odd numbers, missing
 * values and missing ends are read as well as they can be.
 */
export class ObjectParser {
  position = 0
  /** Largest object number that anything parsed so far refers to. */
  highestReference = 0
  readonly #bytes: Uint8Array
  readonly #final: boolean
  #elements = 0

  /** @param final whether the document ends where the window ends */
  constructor(bytes: Uint8Array, final: boolean) {
    this.#bytes = bytes
    this.#final = final
  }

  /** An object; `null` stands for keywords that are out of place. */
  object(): PdfObject {
    const value = this.value(0)
    return value instanceof Keyword ? null : value
  }

  value(depth: number, onEntry?: OnEntry): PdfObject | Keyword {
    this.skipSpace()
    const code = this.#peek()
    if (isDigit(code) || code === 0x2b || code === 0x2d || code === 0x2e) return this.#numberOrRef()
    if (code === 0x2f) return new PdfName(this.#name())
    if (code === 0x28) return this.#literalString()
    if (code === 0x5b) return this.#array(depth)
    if (code === 0x3c) return this.#peek(1) === 0x3c ? this.#dict(depth, onEntry) : this.#hexString()
    if (code === 0x3e && this.#peek(1) === 0x3e) return this.#take(2, dictEnd)
    if (code === 0x5d) return this.#take(1, arrayEnd)
    if (code !== -1 && classOf[code] === delimiter) return this.#take(1, new Keyword(String.fromCharCode(code)))
    return this.#keyword()
  }

  /** White space and comments. */
  skipSpace(): void {
    for (let code = this.#peek(); code !== -1; code = this.#peek()) {
      if (code === 0x25) while (code !== -1 && code !== 10 && code !== 13) code = this.#next()
      else if (classOf[code] === whiteSpace) this.position++
      else return
    }
  }

  /** The next integer without sign, or undefined (the position stays). */
  integer(): number | undefined {
    this.skipSpace()
    const start = this.position
    let value = 0
    for (let code = this.#peek(); isDigit(code); code = this.#next()) value = value * 10 + code - 0x30
    return this.position === start ? undefined : value
  }

  /** Takes the word if it comes next. */
  word(text: string): boolean {
    this.skipSpace()
    for (let index = 0; index < text.length; index++) if (this.#peek(index) !== text.charCodeAt(index)) return false
    this.position += text.length
    return true
  }

  /** Takes `stream` and its line end (7.3.8.1), so that the position is the first byte of the data. */
  streamStart(): boolean {
    if (!this.word('stream')) return false
    while (this.#peek() === 0x20) this.position++
    if (this.#peek() === 13) this.position++
    if (this.#peek() === 10) this.position++
    return true
  }

  /** The byte at the position: -1 at the end of the document. */
  #peek(ahead = 0): number {
    const code = this.#bytes[this.position + ahead]
    if (code !== undefined) return code
    if (!this.#final) throw windowEnd
    return -1
  }

  #next(): number {
    this.position++
    return this.#peek()
  }

  #take<Value>(lengthBytes: number, value: Value): Value {
    this.position += lengthBytes
    return value
  }

  #keyword(): PdfObject | Keyword {
    const start = this.position
    for (let code = this.#peek(); code !== -1 && classOf[code] === regular; code = this.#next());
    const text = latin1(this.#bytes.subarray(start, this.position))
    if (text === 'null') return null
    if (text === 'true') return true
    if (text === 'false') return false
    return new Keyword(text)
  }

  #numberOrRef(): PdfObject {
    const start = this.position
    let value = 0
    for (let code = this.#peek(); isDigit(code); code = this.#next()) value = value * 10 + code - 0x30
    const code = this.#peek()
    if (code === -1 || classOf[code] !== regular) return this.#generationAndR(value) ?? value
    while (this.#peek() !== -1 && classOf[this.#peek()] === regular) this.position++
    return looseNumber(latin1(this.#bytes.subarray(start, this.position)))
  }

  /** `12` was read: does ` 0 R` follow? */
  #generationAndR(number: number): PdfRef | undefined {
    const after = this.position
    const generation = this.integer()
    if (generation !== undefined && generation <= 65_535 && this.word('R')) {
      const code = this.#peek()
      if (code === -1 || classOf[code] !== regular) {
        this.highestReference = Math.max(this.highestReference, number)
        return new PdfRef(number, generation)
      }
    }
    this.position = after
    return undefined
  }

  #name(): string {
    const start = ++this.position
    let escaped = false
    for (let code = this.#peek(); code !== -1 && classOf[code] === regular; code = this.#next()) escaped ||= code === 0x23
    if (this.position - start > nameBytes) unreadable('object-too-large')
    const text = latin1(this.#bytes.subarray(start, this.position))
    return escaped ? text.replace(/#([0-9a-fA-F]{2})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 16))) : text
  }

  #hexString(): PdfString {
    const start = ++this.position
    const close = this.#bytes.indexOf(0x3e, start)
    this.position = close === -1 ? this.#bytes.length : close
    this.#peek()
    const end = this.position++
    const written = asBuffer(this.#bytes).toString('latin1', start, end)
    const decoded = Buffer.from(written, 'hex')
    // Stops at the first character that is no digit: what is whole has none.
    if (decoded.length * 2 === end - start) return new PdfString(new Uint8Array(decoded), true)
    const digits = written.replace(/[^0-9a-f]/gi, '')
    return new PdfString(new Uint8Array(Buffer.from(digits.length % 2 === 0 ? digits : `${digits}0`, 'hex')), true)
  }

  #literalString(): PdfString {
    const start = ++this.position
    let open = 1
    let plain = true
    for (let code = this.#peek(); code !== -1; code = this.#next()) {
      if (code === 0x5c) {
        plain = false
        this.position++
      } else if (code === 0x0d) plain = false
      else if (code === 0x28) open++
      else if (code === 0x29 && --open === 0) break
    }
    const written = this.#bytes.slice(start, this.position++)
    return new PdfString(plain ? written : unescapeLiteral(written))
  }

  #array(depth: number): PdfArray {
    this.position++
    this.#checkDepth(depth)
    const items: PdfArray = []
    while (true) {
      const value = this.value(depth + 1)
      this.#countElement()
      if (!(value instanceof Keyword)) items.push(value)
      else if (value === arrayEnd) return items
      else if (isObjectEnd(value)) return this.#stepBack(value, items)
    }
  }

  #dict(depth: number, onEntry?: OnEntry): PdfDict {
    this.position += 2
    this.#checkDepth(depth)
    const entries = new PdfDict()
    while (true) {
      const key = this.value(depth + 1)
      if (key === dictEnd) return entries
      if (key instanceof Keyword && isObjectEnd(key)) return this.#stepBack(key, entries)
      if (!(key instanceof PdfName)) continue
      this.skipSpace()
      const start = this.position
      const value = this.value(depth + 1)
      onEntry?.(key.value, start, this.position, value)
      this.#countElement()
      if (!(value instanceof Keyword)) entries.set(key.value, value)
      else if (value === dictEnd) return entries
      else if (isObjectEnd(value)) return this.#stepBack(value, entries)
    }
  }

  #stepBack<Value>(keyword: Keyword, value: Value): Value {
    this.position -= keyword.text.length
    return value
  }

  #checkDepth(depth: number): void {
    if (depth >= limits.objectDepth) unreadable('nested-too-deeply')
  }

  #countElement(): void {
    if (++this.#elements > elementsPerObject) unreadable('object-too-large')
  }
}

function isObjectEnd(keyword: Keyword): boolean {
  return keyword.text === '' || keyword.text === 'endobj' || keyword.text === 'stream' || keyword.text === 'endstream'
}
