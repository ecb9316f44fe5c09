/** Largest object number (ISO 32000-1, annex C.2); larger ones are taken as absent. */
export const highestObjectNumber = 8_388_607

export type XrefEntry =
  | { readonly kind: 'free' }
  /** `offset` as written: relative to the start of the PDF inside the file. */
  | { readonly kind: 'plain'; readonly offset: number; readonly generation: number }
  /** `index` is a hint: the object stream's own list decides. */
  | { readonly kind: 'compressed'; readonly container: number; readonly index: number }

const free = 1
const plain = 2
const compressed = 3
const pageEntries = 4_096

/** Entries of one stretch of object numbers, in typed arrays: 200,000 objects cost 1.4 MB. */
class EntryPage {
  readonly kinds = new Uint8Array(pageEntries)
  readonly positions = new Uint32Array(pageEntries)
  readonly extras = new Uint16Array(pageEntries)
  /** The section that an entry came from, counted from the newest. */
  readonly sections = new Uint16Array(pageEntries)

  copy(): EntryPage {
    const copied = new EntryPage()
    copied.kinds.set(this.kinds)
    copied.positions.set(this.positions)
    copied.extras.set(this.extras)
    return copied
  }
}

/** Where each object stands. Sections are read newest first, so the first entry of a number counts. */
export class XrefTable {
  readonly #pages = new Map<number, EntryPage>()
  #highest = 0
  #section = 0
  #onAmbiguous: () => void = () => undefined

  /** @param onAmbiguous told when the section names another place for an object that it has placed already */
  beginSection(onAmbiguous: () => void): void {
    this.#section++
    this.#onAmbiguous = onAmbiguous
  }

  /** As `setPlain`, where no newer section said anything. */
  offerPlain(number: number, offset: number, generation: number): void {
    this.#offer(number, plain, offset, generation)
  }

  offerCompressed(number: number, container: number, index: number): void {
    this.#offer(number, compressed, container, index)
  }

  /** Largest object number with an entry. */
  get highest(): number {
    return this.#highest
  }

  setFree(number: number): void {
    this.#set(number, free, 0, 0)
  }

  setPlain(number: number, offset: number, generation: number): void {
    this.#set(number, plain, offset, generation)
  }

  setCompressed(number: number, container: number, index: number): void {
    this.#set(number, compressed, container, index)
  }

  has(number: number): boolean {
    return (this.#pages.get(Math.floor(number / pageEntries))?.kinds[number % pageEntries] ?? 0) !== 0
  }

  get(number: number): XrefEntry | undefined {
    const page = this.#pages.get(Math.floor(number / pageEntries))
    const slot = number % pageEntries
    const position = page?.positions[slot] ?? 0
    const extra = page?.extras[slot] ?? 0
    const kind = page?.kinds[slot] ?? 0
    if (kind === plain) return { kind: 'plain', offset: position, generation: extra }
    if (kind === compressed) return { kind: 'compressed', container: position, index: extra }
    return kind === free ? { kind: 'free' } : undefined
  }

  /** All entries, by rising number. */
  *entries(): Generator<[number: number, entry: XrefEntry]> {
    for (const index of [...this.#pages.keys()].sort((one, other) => one - other)) {
      for (let slot = 0; slot < pageEntries; slot++) {
        const entry = this.get(index * pageEntries + slot)
        if (entry !== undefined) yield [index * pageEntries + slot, entry]
      }
    }
  }

  /** Where objects stand, as written and in rising order, and the numbers of the streams that hold others. */
  places(): { offsets: Uint32Array; containers: ReadonlySet<number> } {
    const containers = new Set<number>()
    const offsets = new Uint32Array(this.#pages.size * pageEntries)
    let count = 0
    for (const { kinds, positions } of this.#pages.values()) {
      for (let slot = 0; slot < pageEntries; slot++) {
        if (kinds[slot] === plain) offsets[count++] = positions[slot] ?? 0
        else if (kinds[slot] === compressed) containers.add(positions[slot] ?? 0)
      }
    }
    return { offsets: offsets.subarray(0, count).sort(), containers }
  }

  copy(): XrefTable {
    const copied = new XrefTable()
    copied.#highest = this.#highest
    for (const [index, page] of this.#pages) copied.#pages.set(index, page.copy())
    return copied
  }

  hasCompressed(): boolean {
    return [...this.#pages.values()].some((page) => page.kinds.includes(compressed))
  }

  /** Whether an object is said to stand at this offset or behind it. */
  reaches(offset: number): boolean {
    for (const page of this.#pages.values()) {
      for (let slot = 0; slot < pageEntries; slot++) if (page.kinds[slot] === plain && (page.positions[slot] ?? 0) >= offset) return true
    }
    return false
  }

  #offer(number: number, kind: number, position: number, extra: number): void {
    const page = this.#pages.get(Math.floor(number / pageEntries))
    const slot = number % pageEntries
    const known = page?.kinds[slot] ?? 0
    if (page === undefined || known === 0) return this.#set(number, kind, position, extra)
    const isSame = known === kind && page.positions[slot] === Math.min(position, 0xff_ff_ff_ff)
    if (page.sections[slot] === (this.#section & 0xff_ff) && known !== free && !isSame) this.#onAmbiguous()
  }

  #set(number: number, kind: number, position: number, extra: number): void {
    if (!(number >= 0 && number <= highestObjectNumber)) return
    const index = Math.floor(number / pageEntries)
    let page = this.#pages.get(index)
    if (page === undefined) this.#pages.set(index, (page = new EntryPage()))
    const slot = number % pageEntries
    page.kinds[slot] = kind
    page.positions[slot] = Math.min(position, 0xff_ff_ff_ff)
    page.extras[slot] = Math.min(extra, 0xff_ff)
    page.sections[slot] = this.#section & 0xff_ff
    if (number > this.#highest) this.#highest = number
  }
}
