import type { PdfDocument } from '../pdf/open-document.ts'
import type { XrefEntry } from '../pdf/xref-table.ts'
import { objectStreamOf } from './hidden-links.ts'
import { isWrittenPlainly } from './object-text.ts'

/** Where objects of the earlier revision stand now. */
export class Places {
  readonly #earlier: PdfDocument
  readonly #later: PdfDocument
  /** Numbers in the object streams of the later revision, in their order. */
  readonly #streams = new Map<number, readonly number[]>()

  constructor(earlier: PdfDocument, later: PdfDocument) {
    this.#earlier = earlier
    this.#later = later
  }

  /**
   * Numbers whose object stands elsewhere now. The same place is the same object, as the earlier file is a prefix of
   * the later one; inside an object stream only while that stream stays, and one that changes is a change of its own.
   */
  changed(): number[] {
    return [...this.#earlier.xref.table.entries()]
      .filter(([number, entry]) => entry.kind !== 'free' && !samePlace(entry, this.#later.xref.table.get(number)))
      .map(([number]) => number)
  }

  /** Numbers that nothing stood under before. */
  added(): number[] {
    const isInUse = (entry: XrefEntry | undefined) => entry !== undefined && entry.kind !== 'free'
    return [...this.#later.xref.table.entries()]
      .filter(([number, entry]) => isInUse(entry) && !isInUse(this.#earlier.xref.table.get(number)))
      .map(([number]) => number)
  }

  /**
   * Whether every reader finds the same object at the new place, by the same references as before: the generation stays,
   * in an object stream the number stands once, where the table says, and no key is written twice.
   */
  isPlain(number: number): boolean {
    const [before, now] = [this.#earlier.xref.table.get(number), this.#later.xref.table.get(number)]
    if (now === undefined || now.kind === 'free') return true
    if (generationOf(before) !== generationOf(now)) return false
    if (now.kind === 'compressed') {
      const numbers = this.#numbersIn(now.container)
      if (numbers.indexOf(number) !== now.index || numbers.lastIndexOf(number) !== now.index) return false
    }
    return isWrittenPlainly(this.#later, number)
  }

  #numbersIn(container: number): readonly number[] {
    const known = this.#streams.get(container) ?? objectStreamOf(this.#later, container)?.numbers ?? []
    this.#streams.set(container, known)
    return known
  }
}

function generationOf(entry: XrefEntry | undefined): number {
  return entry?.kind === 'plain' ? entry.generation : 0
}

function samePlace(one: XrefEntry, other: XrefEntry | undefined): boolean {
  if (one.kind === 'plain') return other?.kind === 'plain' && one.offset === other.offset && one.generation === other.generation
  return one.kind === 'compressed' && other?.kind === 'compressed' && one.container === other.container && one.index === other.index
}
