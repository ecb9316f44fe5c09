import type { KeyListing, KeySource } from '../token/key-source.ts'

export interface KeyListener {
  tell: (listing: KeyListing) => void
  /** Something came or went and is being read. */
  reading: () => void
}

/** Has the tokens watched as long as somebody listens: with no extension connected no driver has to stay loaded. */
export class KeyWatch {
  readonly #keys: KeySource
  readonly #listeners = new Set<KeyListener>()
  #end: (() => void) | undefined

  constructor(keys: KeySource) {
    this.#keys = keys
  }

  /** The returned function ends the listening. */
  add(listener: KeyListener): () => void {
    this.#listeners.add(listener)
    this.#end ??= this.#keys.watch?.(
      (listing) => this.#each(({ tell }) => tell(listing)),
      () => this.#each(({ reading }) => reading()),
    )
    return () => this.#remove(listener)
  }

  #remove(listener: KeyListener): void {
    this.#listeners.delete(listener)
    if (this.#listeners.size > 0) return
    this.#end?.()
    this.#end = undefined
  }

  #each(say: (listener: KeyListener) => void): void {
    for (const listener of this.#listeners) say(listener)
  }
}
