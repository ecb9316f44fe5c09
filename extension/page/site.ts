import type { WayBack } from '../../shared/messages/page.ts'

/**
 * A document system as data: what its pages look like and how a signed file goes back. Everything is text, so that a descriptor
 * can travel as JSON. Patterns are regular expressions; templates take `{name}` from what was read under that name.
 */
export interface Site {
  id: string
  version: 1
  name: string
  /** All of them must be in the page. */
  recognise: { title?: string; selectors: string[] }
  /** Hosts besides the page's own that hand out its files. */
  fileHosts?: string[]
  views: PageView[]
}

/** One kind of page, with one row for each document. */
export interface PageView {
  /** Pattern of the address's path. */
  path: string
  /** Selector of the element that stands for one document. */
  row: string
  /** Read from each row. `file` is the address of the document; the rest is free, to be used in templates. */
  reads: { file: Reading; name?: Reading; number?: Reading; date?: Reading; title?: Reading; state?: Reading } & Record<string, Reading | undefined>
  /** Where files are handed out to a header only, whose value a script keeps in the page's storage. */
  authorization?: StoredHeader
  /** The first whose `when` is found (in the row, or anywhere in the page) is taken. */
  waysBack: { when?: string; in?: 'row' | 'page'; way: WayBackTemplate }[]
}

export interface Reading {
  /** Where to look; the row unless said otherwise. */
  from?: 'row' | 'page' | 'address'
  /** Without it, the row itself. */
  selector?: string
  /** Without it, the text. */
  attribute?: string
  /** Its first group is the value. */
  pattern?: string
}

export interface StoredHeader {
  storage: 'local' | 'session'
  key: string
  /** Name and template of the header; `{value}` is what the storage holds. */
  name: string
  template: string
}

/** A way back whose addresses and fields are templates. */
export type WayBackTemplate = WayBack
