import { refuse, RefusalError } from '../../shared/errors.ts'
import type { ByteSource } from './byte-source.ts'
import type { Encryption } from './encryption.ts'
import { ObjectStore } from './object-store.ts'
import { PdfRef } from './objects.ts'
import type { PdfArray, PdfDict, PdfObject } from './objects.ts'
import { PageTree } from './page-tree.ts'
import type { Page } from './page-tree.ts'
import { headerOffsetOf } from './read-object.ts'
import type { Xref } from './read-xref.ts'
import type { RebuiltXref } from './rebuild-xref.ts'
import { unreadable } from './unreadable.ts'

export type { Box, Page } from './page-tree.ts'

export interface PdfDocument {
  readonly source: ByteSource
  readonly xref: Xref
  readonly trailer: PdfDict
  /** How it is encrypted, if it is; everything that is read from it is decrypted. */
  readonly encryption: Encryption | undefined
  readonly catalog: PdfDict
  readonly catalogRef: PdfRef
  /** The cross-reference data was missing or wrong and was rebuilt by scanning the file. */
  readonly repaired: boolean
  /** What the scan for that found. */
  readonly rebuilt: RebuiltXref | undefined
  readonly pageCount: number
  /** @param index from 0; throws `document-unreadable` where there is no such page */
  page(index: number): Page
  /** Follows references to the end; `null` for what does not exist. */
  resolve(object: PdfObject | undefined): PdfObject
  /** A dictionary's entry, resolved. */
  get(dict: PdfDict, key: string): PdfObject
  /** The dictionary that the object is or refers to; of a stream, its own. */
  dictOf(object: PdfObject | undefined): PdfDict | undefined
  arrayOf(object: PdfObject | undefined): PdfArray | undefined
}

/**
 * Opens a document for reading; objects are parsed when they are asked for. The source stays open and stays
 * the caller's. Throws `document-not-pdf`, `document-encrypted` or `document-unreadable`, nothing else.
 */
export function openDocument(source: ByteSource): PdfDocument {
  const headerOffset = headerOffsetOf(source)
  if (headerOffset === undefined) return refuse('document-not-pdf')
  try {
    const store = new ObjectStore(source, headerOffset)
    const found = catalogIn(store) ?? afterRepair(store) ?? unreadable('catalogue-missing')
    return new OpenDocument(store, found.ref)
  } catch (problem) {
    if (problem instanceof RefusalError) throw problem
    return unreadable('structure-damaged', problem)
  }
}

function afterRepair(store: ObjectStore): { ref: PdfRef; dict: PdfDict } | undefined {
  if (store.rebuilt !== undefined) return undefined
  store.repair()
  return catalogIn(store)
}

/** The catalogue that the trailer names, if it has pages; after a repair any other that has. */
function catalogIn(store: ObjectStore): { ref: PdfRef; dict: PdfDict } | undefined {
  const root = store.xref.trailer.get('Root')
  for (const ref of [root, ...(store.rebuilt?.catalogues ?? []).toReversed()]) {
    const dict = ref instanceof PdfRef ? store.dictOf(ref) : undefined
    if (ref instanceof PdfRef && dict !== undefined && store.dictOf(dict.get('Pages')) !== undefined) return { ref, dict }
  }
  return undefined
}

class OpenDocument implements PdfDocument {
  readonly source: ByteSource
  readonly catalogRef: PdfRef
  readonly #store: ObjectStore
  #pages: PageTree
  #pagesRepaired: boolean

  constructor(store: ObjectStore, catalogRef: PdfRef) {
    this.#store = store
    this.source = store.source
    this.catalogRef = catalogRef
    this.#pagesRepaired = this.repaired
    this.#pages = new PageTree(store, this.catalog.get('Pages') ?? null)
    if (this.pageCount === 0) unreadable('pages-missing')
  }

  /** A table that proves wrong while the tree is read changes the tree. */
  #pageTree(): PageTree {
    if (this.#pagesRepaired !== this.repaired) {
      this.#pagesRepaired = this.repaired
      this.#pages = new PageTree(this.#store, this.catalog.get('Pages') ?? null)
    }
    return this.#pages
  }

  get xref(): Xref {
    return this.#store.xref
  }

  get trailer(): PdfDict {
    return this.#store.xref.trailer
  }

  get encryption(): Encryption | undefined {
    return this.#store.encryption
  }

  get catalog(): PdfDict {
    return this.dictOf(this.catalogRef) ?? unreadable('catalogue-missing')
  }

  get repaired(): boolean {
    return this.#store.rebuilt !== undefined
  }

  get rebuilt(): RebuiltXref | undefined {
    return this.#store.rebuilt
  }

  get pageCount(): number {
    return this.#pageTree().count
  }

  page(index: number): Page {
    return this.#pageTree().page(index)
  }

  resolve(object: PdfObject | undefined): PdfObject {
    return this.#store.resolve(object)
  }

  get(dict: PdfDict, key: string): PdfObject {
    return this.#store.get(dict, key)
  }

  dictOf(object: PdfObject | undefined): PdfDict | undefined {
    return this.#store.dictOf(object)
  }

  arrayOf(object: PdfObject | undefined): PdfArray | undefined {
    return this.#store.arrayOf(object)
  }
}
