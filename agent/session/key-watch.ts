import type { KeyListing, KeySource } from '../token/key-source.ts'

type Listener = (listing: KeyListing) => void

/** Has the tokens watched as long as somebody listens: with no extension connected no driver has to stay loaded. */
export class KeyWatch {
  readonly #keys: KeySource
  readonly #listeners = new Set<Listener>()
  #end: (() => void) | undefined

  constructor(keys: KeySource) {
    this.#keys = keys
  }

  /** The returned function ends the listening. */
  add(listener: Listener): () => void {
    this.#listeners.add(listener)
    this.#end ??= this.#keys.watch?.((listing) => this.#tell(listing))
    return () => this.#remove(listener)
  }

  #remove(listener: Listener): void {
    this.#listeners.delete(listener)
    if (this.#listeners.size > 0) return
    this.#end?.()
    this.#end = undefined
  }

  #tell(listing: KeyListing): void {
    for (const listener of this.#listeners) listener(listing)
  }
}
