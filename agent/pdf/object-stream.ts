import type { Resolve } from './decode-stream.ts'
import type { PdfObject, PdfStream } from './objects.ts'
import { ObjectParser } from './parse-object.ts'
import { unreadable } from './unreadable.ts'
import { highestObjectNumber } from './xref-table.ts'

/** What an object stream holds (ISO 32000-2, 7.5.7). */
export interface ObjectStreamContents {
  /** The decoded stream. */
  readonly bytes: Uint8Array
  /** Object numbers in the order in which the objects stand. */
  readonly numbers: readonly number[]
  /** Parses the object at this place in the order. */
  object(index: number): PdfObject
}

/** Throws `document-unreadable`. */
export function contentsOf(stream: PdfStream, resolve: Resolve): ObjectStreamContents {
  const count = resolve(stream.dict.get('N'))
  const first = resolve(stream.dict.get('First'))
  if (typeof count !== 'number' || typeof first !== 'number' || !(count >= 0 && count <= highestObjectNumber)) unreadable('structure-damaged')
  const bytes = stream.decoded()
  const head = new ObjectParser(bytes.subarray(0, first), true)
  const numbers: number[] = []
  const offsets: number[] = []
  while (numbers.length < count) {
    const number = head.integer()
    const offset = number === undefined ? undefined : head.integer()
    if (number === undefined || offset === undefined) break
    numbers.push(number)
    offsets.push(first + offset)
  }
  return {
    bytes,
    numbers,
    object: (index) => new ObjectParser(bytes.subarray(offsets[index] ?? bytes.length), true).object(),
  }
}
