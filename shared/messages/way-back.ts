/**
 * How the document system confirms what it got. `digestUrl` answers with the SHA-256 of the file that it holds now, in hexadecimal, anywhere
 * in its text. `listRow`: on the page at `url`, `selector` finds the document's row only once the signed file is there.
 */
export interface Confirmation {
  confirm: 'answer' | 'digest' | 'listRow' | 'none'
  digestUrl?: string
  listRow?: { url: string; selector: string }
  /** Reading the file back marks nothing as read there: what the system does not tell may then be read without a click. */
  readingIsSilent?: boolean
}

/** A secret of the session that a form or call must carry: read anew before it is used, never kept. */
export interface TokenOnPage {
  /** The form field that it goes into. */
  field: string
  /** A page of the site whose text carries it. */
  url: string
  /** Regular expression; its first group is the token. */
  pattern: string
}

export type WayBack =
  /** With `authorization` the page itself makes the call: only its own storage holds what the header says. */
  | ({ by: 'api'; url: string; method: 'POST' | 'PUT'; fileField: string; fields: Record<string, string>; token?: TokenOnPage; authorization?: StoredHeader } & Confirmation)
  /** `url` is the page that carries the form; `form` is the form's selector in it. The form's own fields go along. */
  | ({ by: 'form'; url: string; form: string; fileField: string; fields: Record<string, string> } & Confirmation)
  /** The page in the tab itself: `input` takes the file, `submit` is pressed (without it, the form of the input is submitted). */
  | ({ by: 'page'; input: string; submit?: string } & Confirmation)
  /** A place of the page in the tab that takes files dropped on it; `submit` is pressed afterwards where the drop alone is not enough. */
  | ({ by: 'drop'; zone: string; submit?: string } & Confirmation)
  /** `as`: the name in the download folder, where it is not the document's own. */
  | { by: 'download'; as?: string }

export interface StoredHeader {
  storage: 'local' | 'session'
  key: string
  /** Name and template of the header; `{value}` is what the storage holds. */
  name: string
  template: string
}

/** What the page in the tab does itself. */
export type WayThroughPage = Exclude<WayBack, { by: 'download' }>
