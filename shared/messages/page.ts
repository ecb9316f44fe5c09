/**
 * Between background and the content script. Plain types, checked by hand where they arrive: the content
 * script carries no schema library. `tabs.sendMessage` asks, the page answers.
 */

/** A document that the page shows. `key` is stable while the page lives and unique in its frame. */
export interface FoundDocument {
  key: string
  /** Absolute address, where the background can fetch it with the clerk's cookies. */
  url?: string
  /** The page alone can produce it (blob, postback, a header kept in page storage). */
  byPage: boolean
  name: string
  number?: string
  date?: string
  title?: string
  state?: string
  /** How sure: a link that says so, or one that only looks like it. */
  certainty: 'certain' | 'probable'
  /** How the signed file goes back; undefined where the site's descriptor knows no way. */
  wayBack?: WayBack
}

export type WayBack =
  | { by: 'api'; url: string; method: 'POST' | 'PUT'; fileField: string; fields: Record<string, string>; confirm: 'answer' | 'digest' | 'none'; digestUrl?: string }
  | { by: 'form'; url: string; fileField: string; confirm: 'answer' | 'digest' | 'none'; digestUrl?: string }
  | { by: 'page' }
  | { by: 'download' }

export interface FindToPage {
  kind: 'find'
}
export interface FoundFromPage {
  site: string
  siteName: string
  documents: FoundDocument[]
}

/** Asks the page for the bytes of a document; they come over the port `document` in base64 chunks. */
export interface FetchToPage {
  kind: 'fetch'
  key: string
}

/** Puts a signed file back by the page's own form; bytes follow over the port `return`. */
export interface ReturnToPage {
  kind: 'return'
  key: string
  name: string
  sha256: string
}
