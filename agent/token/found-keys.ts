import type { Settings } from '../settings/settings.ts'
import type { KeyListing, KeySource } from './key-source.ts'

/** Drivers are looked for only where nothing is named: who names a module or a key file gets that and nothing else. */
export function mustSearch({ pkcs11Modules, keyFiles, searchDrivers }: Pick<Settings, 'pkcs11Modules' | 'keyFiles' | 'searchDrivers'>): boolean {
  return searchDrivers && pkcs11Modules.length + keyFiles.length === 0
}

/**
 * The keys behind drivers that have to be found first. The search runs when somebody asks for keys, not before, and
 * again while there are none, since a driver may have been installed in the meantime.
 *
 * @param open a source of the keys behind these modules
 * @param find paths of modules, in the order in which they are tried
 */
export function createFoundKeySource(open: (modules: string[]) => KeySource, find: () => Promise<string[]>): KeySource {
  return new FoundKeys(open, find)
}

type Tell = (listing: KeyListing) => void
interface Watcher {
  reading: (() => void) | undefined
  /** Ends the telling. */
  end: (() => void) | undefined
}

class FoundKeys implements KeySource {
  readonly #open: (modules: string[]) => KeySource
  readonly #find: () => Promise<string[]>
  #modules: string[] = []
  #source: KeySource
  #hasKeys = false
  /** Who wants to be told of tokens that come and go. */
  readonly #watchers = new Map<Tell, Watcher>()

  constructor(open: (modules: string[]) => KeySource, find: () => Promise<string[]>) {
    this.#open = open
    this.#find = find
    this.#source = open([])
  }

  async list(): Promise<KeyListing> {
    return this.#heard(await (await this.#searched()).list())
  }

  async authorise(...question: Parameters<KeySource['authorise']>): ReturnType<KeySource['authorise']> {
    return (await this.#searched()).authorise(...question)
  }

  watch(tell: Tell, reading?: () => void): () => void {
    this.#watchers.set(tell, { reading, end: this.#watchNow(tell, reading) })
    return () => {
      this.#watchers.get(tell)?.end?.()
      this.#watchers.delete(tell)
    }
  }

  async close(): Promise<void> {
    for (const { end } of this.#watchers.values()) end?.()
    this.#watchers.clear()
    await this.#source.close()
  }

  async #searched(): Promise<KeySource> {
    if (!this.#hasKeys) await this.#use(await this.#find())
    return this.#source
  }

  /** A source without keys has no login to lose; one that another call has found keys with meanwhile stays. */
  async #use(modules: string[]): Promise<void> {
    if (this.#hasKeys || modules.join('\0') === this.#modules.join('\0')) return
    const old = this.#source
    this.#modules = modules
    this.#source = this.#open(modules)
    for (const [tell, { reading, end }] of this.#watchers) {
      end?.()
      this.#watchers.set(tell, { reading, end: this.#watchNow(tell, reading) })
    }
    await old.close()
  }

  #watchNow(tell: Tell, reading: (() => void) | undefined): (() => void) | undefined {
    return this.#source.watch?.((listing) => tell(this.#heard(listing)), reading)
  }

  /** Nobody named these drivers, so what is wrong with one is no news to a clerk whose token is read by another. */
  #heard({ keys, problems }: KeyListing): KeyListing {
    this.#hasKeys = keys.length > 0
    return { keys, problems: this.#hasKeys ? [] : problems }
  }
}
