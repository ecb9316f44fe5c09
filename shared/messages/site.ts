import type { Profile } from '../protocol/sign.ts'
import type { StoredHeader, TokenOnPage, WayBack } from './way-back.ts'

/**
 * A document system as data (docs/sites.md says every field in full). Everything is JSON: built in, named by policy, imported from a
 * file, or written by "teach this site"; the background checks it and hands it to the content script.
 *
 * Patterns are regular expressions (flag `u`). Templates take `{name}` from what was read under that name, encoded for an address;
 * `{+name}` puts it in as it is.
 */
export interface Site {
  format: typeof siteFormat
  /** Names the system, not the office: the same id replaces what was there. */
  id: string
  /** Of this descriptor; counts up. */
  version: number
  name: string
  /** Where this shape was seen: a public source, the office's own system, or that it was taught. */
  source: string
  /** What nobody has seen yet and was assumed, in plain words. */
  assumed?: string[]
  /** Where it holds: `https://qlvb.tinh.gov.vn`, or `https://*.vnptioffice.vn` for every host below. Without it, wherever `recognise` fits. */
  origins?: string[]
  /** All of them must be in the page. */
  recognise: { title?: string; selectors: string[] }
  /** Hosts besides the page's own that hand out its files. */
  fileHosts?: string[]
  /** False where opening a file marks the document as read: nothing is fetched then before the clerk chooses. */
  readingIsSilent?: boolean
  views: PageView[]
}

export const siteFormat = 'antin-site-1'

/** One kind of page, with one row for each document. */
export interface PageView {
  /** Patterns of the address's path and, where that does not tell, of its query (`?action=102`). */
  path: string
  query?: string
  /** Only where this is in the page: systems that open a document in the page of its list. */
  when?: string
  /** Must be in the page as long as the system looks as it did; an empty list has it too. */
  list?: string
  /** Selector of the element that stands for one document. */
  row: string
  /** Read from each row. `file` is the address of the document; the rest is free, to be used in templates. */
  reads: { file: Reading } & Partial<Record<'name' | 'number' | 'date' | 'title' | 'state' | 'secrecy' | 'arrivalNumber' | 'arrivalDate', Reading>> & Record<string, Reading | undefined>
  /** Where files are handed out to a header only, whose value a script keeps in the page's storage. */
  authorization?: StoredHeader
  /** What its documents wait for: the first whose `when` is found in the row is proposed. */
  acts?: { when?: string; act: Profile }[]
  /** The first whose `when` is found (in the row, or anywhere in the page) is taken. */
  waysBack: { when?: string; in?: 'row' | 'page'; way: WayBackTemplate }[]
  /** The link or control that leads to the next page of the list. */
  nextPage?: string
  next?: NextStep
}

export interface Reading {
  /** Where to look; the row unless said otherwise. */
  from?: 'row' | 'page' | 'address'
  /** Without it, the row itself. */
  selector?: string
  /** The cell below the column heading, or beside the label, that fits this pattern; both are compared in lower case without marks. */
  column?: string
  label?: string
  /** Without it, the text. */
  attribute?: string
  /** Its first group is the value. */
  pattern?: string
}

/** A way back whose addresses, selectors and fields are templates. */
export type WayBackTemplate = WayBack

/** What the clerk does with a document once it is signed and back: hand it to the next person, or issue it. Offered once per batch. */
export interface NextStep {
  /** On the button: "Chuyển văn thư". */
  label: string
  /** Only documents in whose row this is found. */
  when?: string
  /** Who gets it, read from the row or the page, to be shown before. */
  recipients?: Reading
  by: StepWay
  /** A page whose text says that the document must not go yet: the first group is what, e.g. an attachment without a signature. */
  unready?: { url: string; pattern: string }
  /** What shows that it was done: this pattern in the answer or, with `url`, in that page, which is read again. */
  done: { url?: string; pattern: string }
  /** The system's own words where it refuses: the first group of this pattern in the answer. */
  said?: string
}

export type StepWay =
  /** With `authorization` the page itself makes the call. */
  | { by: 'api'; url: string; method: 'POST' | 'PUT'; fields: Record<string, string>; token?: TokenOnPage; authorization?: StoredHeader }
  /** `url` is the page that carries the form; its own fields go along. */
  | { by: 'form'; url: string; form: string; fields: Record<string, string> }
  /** The page is opened in a tab of its own, and this element of it is pressed. */
  | { by: 'click'; url: string; selector: string }
