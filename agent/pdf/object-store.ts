import type { ByteSource } from './byte-source.ts'
import { refuse } from '../../shared/errors.ts'
import { InflateBudget } from './decode-stream.ts'
import { encryptionOf } from './encryption.ts'
import type { Encryption } from './encryption.ts'
import { PdfDict, PdfRef, PdfStream } from './objects.ts'
import type { PdfArray, PdfObject } from './objects.ts'
import { contentsOf } from './object-stream.ts'
import type { ObjectStreamContents } from './object-stream.ts'
import { readIndirect, streamAt } from './read-object.ts'
import type { StreamContext } from './read-object.ts'
import { readXref, XrefDamaged } from './read-xref.ts'
import type { Xref } from './read-xref.ts'
import { rebuildXref } from './rebuild-xref.ts'
import type { RebuiltXref } from './rebuild-xref.ts'

const cachedObjects = 50_000
const cachedContainers = 8
const referencesInARow = 32

/** Finds objects by number, parses them when they are asked for, and repairs the file's table when it proves wrong. */
export class ObjectStore {
  readonly source: ByteSource
  readonly #headerOffset: number
  readonly #context: StreamContext
  readonly #cache = new Map<number, PdfObject>()
  readonly #containers = new Map<number, ObjectStreamContents>()
  readonly #loading = new Set<number>()
  #xref: Xref
  #encryption: Encryption | undefined
  #rebuilt: RebuiltXref | undefined

  constructor(source: ByteSource, headerOffset: number) {
    this.source = source
    this.#headerOffset = headerOffset
    this.#context = { source, budget: new InflateBudget(), resolve: (object) => this.resolve(object) }
    try {
      this.#xref = readXref(source, headerOffset, this.#context.budget)
    } catch (problem) {
      if (!(problem instanceof XrefDamaged)) throw problem
      this.#xref = this.repair()
    }
    this.#encryption = encryptionOf(this.#xref.trailer, (object) => this.resolve(object))
    // What was read so far was not decrypted.
    this.#cache.clear()
  }

  /** Undefined for a document that is not encrypted. */
  get encryption(): Encryption | undefined {
    return this.#encryption
  }

  get xref(): Xref {
    return this.#xref
  }

  /** What a repair found; undefined for a file whose own table holds. */
  get rebuilt(): RebuiltXref | undefined {
    return this.#rebuilt
  }

  /** An encrypted document is not repaired: its object streams cannot be scanned. */
  repair(): Xref {
    const rebuilt = rebuildXref(this.source, this.#headerOffset, this.#context.budget)
    if (rebuilt.trailer.has('Encrypt')) refuse('document-encrypted')
    this.#rebuilt = rebuilt
    this.#xref = rebuilt
    this.#cache.clear()
    this.#containers.clear()
    return rebuilt
  }

  resolve(object: PdfObject | undefined): PdfObject {
    let value = object
    for (let step = 0; value instanceof PdfRef; step++) {
      if (step === referencesInARow) return null
      value = this.#load(value)
    }
    return value ?? null
  }

  get(dict: PdfDict, key: string): PdfObject {
    return this.resolve(dict.get(key))
  }

  /** The dictionary that the object is or refers to; of a stream, its own. */
  dictOf(object: PdfObject | undefined): PdfDict | undefined {
    const value = this.resolve(object)
    if (value instanceof PdfStream) return value.dict
    return value instanceof PdfDict ? value : undefined
  }

  arrayOf(object: PdfObject | undefined): PdfArray | undefined {
    const value = this.resolve(object)
    return Array.isArray(value) ? value : undefined
  }

  #load(ref: PdfRef): PdfObject {
    const entry = this.#xref.table.get(ref.number)
    if (entry === undefined || entry.kind === 'free') return null
    if ((entry.kind === 'plain' ? entry.generation : 0) !== ref.generation) return null
    const cached = this.#cache.get(ref.number)
    if (cached !== undefined) return cached
    if (this.#loading.has(ref.number)) return null
    this.#loading.add(ref.number)
    try {
      const value = entry.kind === 'plain' ? this.#plain(ref, entry.offset) : this.#compressed(ref.number, entry.container)
      if (this.#cache.size >= cachedObjects) this.#cache.clear()
      this.#cache.set(ref.number, value)
      return value
    } finally {
      this.#loading.delete(ref.number)
    }
  }

  #plain(ref: PdfRef, offset: number): PdfObject {
    const found = readIndirect(this.source, this.#xref.base + offset)
    if (found?.number !== ref.number) return this.#afterRepair(ref)
    const value = this.#decrypted(found.value, ref)
    if (!found.isStream || !(value instanceof PdfDict)) return value
    return streamAt(this.#context, value, found.end, (bytes) => this.#encryption?.decryptStream(value, bytes, ref) ?? bytes)
  }

  /** The encryption dictionary itself is not encrypted (7.6.2). */
  #decrypted(object: PdfObject, ref: PdfRef): PdfObject {
    const own = this.#xref.trailer.get('Encrypt')
    if (own instanceof PdfRef && own.number === ref.number) return object
    return this.#encryption?.decryptStrings(object, ref) ?? object
  }

  #afterRepair(ref: PdfRef): PdfObject {
    if (this.#rebuilt !== undefined) return null
    this.repair()
    const entry = this.#xref.table.get(ref.number)
    if (entry?.kind === 'plain') return this.#plain(ref, entry.offset)
    return entry?.kind === 'compressed' ? this.#compressed(ref.number, entry.container) : null
  }

  #compressed(number: number, container: number): PdfObject {
    const visited = new Set<number>()
    for (let next: number | undefined = container; next !== undefined && !visited.has(next);) {
      visited.add(next)
      const stream = this.#containerStream(next)
      if (stream === undefined) return null
      const contents = this.#contents(next, stream)
      const index = contents.numbers.lastIndexOf(number)
      if (index !== -1) return contents.object(index)
      const base: PdfObject | undefined = stream.dict.get('Extends')
      next = base instanceof PdfRef ? base.number : undefined
    }
    return null
  }

  /** Object streams are never inside object streams (7.5.7). */
  #containerStream(number: number): PdfStream | undefined {
    const entry = this.#xref.table.get(number)
    const value = entry?.kind === 'plain' ? this.#load(new PdfRef(number, entry.generation)) : null
    return value instanceof PdfStream ? value : undefined
  }

  #contents(number: number, stream: PdfStream): ObjectStreamContents {
    const known = this.#containers.get(number)
    if (known !== undefined) return known
    const contents = contentsOf(stream, this.#context.resolve)
    const oldest = this.#containers.keys().next().value
    if (this.#containers.size >= cachedContainers && oldest !== undefined) this.#containers.delete(oldest)
    this.#containers.set(number, contents)
    return contents
  }
}
