import { classOf, isDigit, whiteSpace } from './characters.ts'
import { contentsOf } from './object-stream.ts'
import { PdfRef, PdfStream } from './objects.ts'
import type { PdfDocument } from './open-document.ts'
import { ObjectParser } from './parse-object.ts'
import { parseAt } from './read-object.ts'
import { RefusalError } from '../../shared/errors.ts'
import { highestObjectNumber } from './xref-table.ts'

/** Objects up to so many bytes are looked through as they stand, streams and all. */
const smallObjectBytes = 64 * 1024
const chunkBytes = 1024 * 1024

/**
 * The largest object number that any object of the table refers to, whether something stands under it or not: what is written
 * under a number that somebody refers to already would turn up in their place. References that no reader follows,
 * beyond the largest number, do not count.
 */
export function highestReference(document: PdfDocument): number {
  const { source, xref } = document
  const { offsets, containers } = xref.table.places()
  const search = new Search()
  const startOf = (index: number) => Math.min(xref.base + (offsets[index] ?? Number.POSITIVE_INFINITY), source.sizeBytes)
  for (let index = 0; index < offsets.length;) {
    const start = startOf(index)
    if (startOf(index + 1) - start > smallObjectBytes) {
      search.object(document, start)
      index++
      continue
    }
    // Neighbours are read together: a file of many objects is one pass.
    let next = index + 1
    while (next < offsets.length && startOf(next + 1) - startOf(next) <= smallObjectBytes && startOf(next) - start < chunkBytes) next++
    if (!search.bytes(source.read(start, startOf(next) - start))) for (; index < next; index++) search.object(document, startOf(index))
    index = next
  }
  for (const container of containers) search.objectStream(document, container)
  return search.highest
}

class Search {
  highest = 0

  /**
   * Everything that may be a reference is taken for one.
   * @returns false where a comment may stand inside a reference: that is for the parser
   */
  bytes(bytes: Uint8Array): boolean {
    let isPlain = true
    for (let at = bytes.indexOf(letterR); at !== -1; at = bytes.indexOf(letterR, at + 1)) {
      const generation = spaceBefore(bytes, at)
      const afterNumber = digitsBefore(bytes, generation)
      if (afterNumber === generation) {
        if (generation < at) isPlain &&= !hasComment(bytes, generation)
        continue
      }
      const number = spaceBefore(bytes, afterNumber)
      const start = digitsBefore(bytes, number)
      if (start === number) isPlain &&= !hasComment(bytes, number)
      else this.#take(integerAt(bytes, start, number))
    }
    return isPlain
  }

  /** The object as it is parsed; what a stream holds is no object. */
  object({ source }: PdfDocument, offset: number): void {
    this.#attempt(() =>
      parseAt(source, offset, (parser) => {
        if (parser.integer() === undefined || parser.integer() === undefined || !parser.word('obj')) return
        parser.object()
        this.#take(parser.highestReference)
      }),
    )
  }

  objectStream(document: PdfDocument, container: number): void {
    this.#attempt(() => {
      const stream = document.resolve(new PdfRef(container))
      if (!(stream instanceof PdfStream)) return
      const { bytes } = contentsOf(stream, (object) => document.resolve(object))
      if (this.bytes(bytes)) return
      const parser = new ObjectParser(bytes, true)
      while (parser.position < bytes.length) parser.value(0)
      this.#take(parser.highestReference)
    })
  }

  #take(number: number): void {
    if (number <= highestObjectNumber && number > this.highest) this.highest = number
  }

  /** What cannot be read refers to nothing. */
  #attempt(read: () => void): void {
    try {
      read()
    } catch (problem) {
      if (!(problem instanceof RefusalError)) throw problem
    }
  }
}

const letterR = 0x52
/** Longer than two numbers and the white space that anybody writes between them. */
const nearBytes = 256

/** The offset where the white space, or the digits, before `end` begin. */
function spaceBefore(bytes: Uint8Array, end: number): number {
  let at = end
  while (at > 0 && classOf[bytes[at - 1] ?? 0] === whiteSpace) at--
  return at
}

function digitsBefore(bytes: Uint8Array, end: number): number {
  let at = end
  while (at > 0 && isDigit(bytes[at - 1] ?? 0)) at--
  return at
}

function integerAt(bytes: Uint8Array, start: number, end: number): number {
  let value = 0
  for (let at = start; at < end; at++) value = value * 10 + (bytes[at] ?? 0) - 0x30
  return value
}

function hasComment(bytes: Uint8Array, end: number): boolean {
  return bytes.subarray(Math.max(0, end - nearBytes), end).includes(0x25)
}
