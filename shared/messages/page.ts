import type { Refusal } from '../errors.ts'
import type { CutAt } from './line-lost.ts'
import type { Profile } from '../protocol/sign.ts'
import type { NextStep, Site, StepWay } from './site.ts'
import type { StoredHeader, WayBack, WayThroughPage } from './way-back.ts'

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
  /** As the list says it ("Mật", "Tối mật"). Such a document is never fetched before the clerk chooses it. */
  secrecy?: string
  /** Of a document that has arrived: its number in the book of arrivals, and the day. */
  arrivalNumber?: string
  arrivalDate?: string
  /** How sure: a link that says so, or one that only looks like it. */
  certainty: 'certain' | 'probable'
  /** What it waits for, where the site's descriptor says so. */
  act?: Profile
  /** What the document system can do with it next, once it is signed and back. */
  next?: NextOfDocument
  /** How the signed file goes back; undefined where the site's descriptor knows no way. */
  wayBack?: WayBack
  /** The background's word, not the page's: it is in a batch of this browser, or was signed in one that is still listed. */
  batch?: 'open' | 'signed'
}

/** A next step with what was read put into its templates. */
export interface NextOfDocument extends Pick<NextStep, 'label' | 'by' | 'unready' | 'done' | 'said'> {
  /** In the system's own words. */
  recipients?: string
}

/** `sites` are the descriptors that may fit the page, best first; `further` asks for the following pages of the list too. */
export interface FindToPage {
  kind: 'find'
  sites: readonly Site[]
  further?: boolean
}
export interface FoundFromPage {
  site: string
  siteName: string
  documents: FoundDocument[]
  /** The descriptor that was taken. */
  siteId?: string
  /** Opening a file marks it as read there: nothing is fetched before the clerk chooses. */
  opensLoudly?: boolean
  /** What the descriptor says must be there, and is not. */
  health?: PageHealth
  /** Milliseconds of work that looking took, rests left out. */
  workedMs?: number
  /** The list goes on on a further page. */
  hasFurther?: boolean
  /** Why the further pages could not all be read. */
  refusal?: Refusal
}

/** What a page of a known system no longer has: its marks, its list, its rows, or a column of them. */
export interface PageHealth {
  missing: ('site' | 'list' | 'row' | 'file' | 'number' | 'date' | 'title' | 'secrecy')[]
}

/** Asks the background, once a frame, for the descriptors that may fit this page; answered with them. */
export interface SitesFromPage {
  kind: 'sites'
}

/** Tells the background how many documents a frame shows, whenever that changes. */
export interface CountFromPage {
  kind: 'count'
  count: number
}

/** First message on the port `document`: asks the page for the bytes of a document. They come as base64 pieces, at most four unanswered. */
export interface FetchToPage {
  kind: 'fetch'
  key: string
}

/** First message on the port `return`: puts a signed file back from within the page; its bytes follow in pieces. */
export interface ReturnToPage {
  kind: 'return'
  name: string
  wayBack: WayThroughPage
}

/** First message on the port `return`, too: the document system's next step, by a form, by pressing, or by a call with the page's own header. */
export interface StepToPage {
  kind: 'step'
  way: StepWay
}

/** First message on the port `row`: whether a page of the site shows what the selector finds. Answered by `row-is`. */
export interface RowToPage {
  kind: 'row'
  url: string
  selector: string
}

/** First message on the port `row`, too: a question of the site that only the header of the page's storage may ask. Answered by `answered`. */
export interface AskToPage {
  kind: 'ask'
  url: string
  header: StoredHeader
}

/** First message on the port `look` of the sign window: shows the agent's own copy of a document. Its bytes follow in pieces. */
export interface LookToBackground {
  kind: 'look'
  batchId: string
  documentId: string
}

/** What is said on these ports. Pieces are the same on all and in both directions. */
export type PortMessage =
  | FetchToPage
  | ReturnToPage
  | StepToPage
  | RowToPage
  | AskToPage
  | LookToBackground
  | { kind: 'piece'; base64: string }
  | { kind: 'taken' }
  | { kind: 'end' }
  /** `cutAt`: the line to the document system broke. */
  | { kind: 'failed'; refusal: Refusal; cutAt?: CutAt }
  | { kind: 'row-is'; found: boolean }
  /** What the site answered to the signed file, or to the question. */
  | { kind: 'answered'; answer: SiteAnswer }
  /** The file was given to the page in the tab, which alone will see the answer. */
  | { kind: 'submitted' }

/** An HTTP answer of the document system. */
export interface SiteAnswer {
  /** After redirects. */
  url: string
  redirected: boolean
  status: number
  contentType: string
  /** At most the first 64 KiB. */
  text: string
}
