import type { PairedBrowserView } from '../protocol/pairings.ts'
import type { Refusal } from '../errors.ts'
import type { CertificateView } from '../protocol/list-certificates.ts'
import type { ImageUse, ImageView } from '../protocol/image.ts'
import type { MoveMark } from '../protocol/marks.ts'
import type { BatchView, CopyForm, Profile } from '../protocol/sign.ts'
import type { FoundDocument, PageHealth } from './page.ts'

/**
 * Between background and the extension's own pages, over one port named `view`: the background posts the
 * whole `View` whenever it changes (at most every 100 ms), the page posts commands. Nothing else is shared.
 */
export interface View {
  language: 'vi' | 'en'
  /** The clerk wants the PIN to be asked for as soon as the documents are there. */
  pinAtOnce?: boolean
  link: LinkView
  certificates: CertificateView[]
  /** False until the agent has told its certificates on this link: none known is not none there. */
  certificatesKnown: boolean
  /** A token was put in or pulled and is being read. */
  readingTokens: boolean
  /** What is wrong with tokens and drivers, as the agent tells. */
  problems: Refusal[]
  /** Documents of the tab that a page asked for with `find`. */
  found?: FoundView
  /** Pictures of hands and seals that the agent keeps; absent until it has told them on this link. */
  images?: ImageView[]
  batches: BatchOnScreen[]
  /** Listed sites (origins with the browser's permission granted). */
  sites: SiteView[]
  /** What is known of document systems: by policy, by this clerk, built in. */
  descriptors: DescriptorView[]
  /** The browsers that the agent knows; absent until it has told them on this link. */
  pairings?: PairedBrowserView[]
  /** What the office has fixed for the extension itself. `sites`: the only origins that may be listed; absent where the clerk chooses. */
  fixed: { language?: boolean; agentPort?: number; sites?: readonly string[] }
  /** The certificate that was last used, per site and per what it was for. */
  lastCertificate: Record<string, Partial<Record<Profile, string>>>
  /** What else was last chosen for an act, per site. The words of a comment are not kept. */
  lastDetails?: Record<string, Pick<SignChoice, 'ownCertificateSha256' | 'copyForm'>>
}

export type LinkView =
  | { state: 'connecting' }
  | { state: 'ready'; agentVersion: string }
  | { state: 'unpaired' }
  | { state: 'pairing'; digits: string; awaits: PairingAwaits }
  | { state: 'down'; refusal: Refusal }

/**
 * What a pairing still lacks before its key is kept: the clerk's yes in the agent's own window, the clerk's yes here, or both. Either may
 * come first, and neither stands for the other: what a program on the port says of its window proves nothing.
 */
export type PairingAwaits = 'both' | 'window' | 'here'

export interface FoundView {
  tabId: number
  site: string
  siteName: string
  /** False where the site is not listed: the page is not read until the clerk adds it. */
  listed: boolean
  documents: FoundDocument[]
  /** The page of a known system no longer looks as it did. */
  health?: PageHealth
  /** The list goes on on further pages. */
  hasFurther?: boolean
  /** Further pages are being read. */
  reading?: boolean
  /** Why the further pages could not all be read. */
  refusal?: Refusal
}

/** A document system as the settings show it. */
export interface DescriptorView {
  id: string
  version: number
  name: string
  source: string
  assumed: string[]
  origins: string[]
  from: 'policy' | 'own' | 'built-in'
  /** The whole descriptor, where it can be exported. */
  json?: string
}

export interface SiteView {
  origin: string
  name: string
  byPolicy: boolean
}

/** A batch as the agent tells it, with what only the extension knows of it. */
export interface BatchOnScreen extends BatchView {
  siteName: string
  /** What the document system can do with all of them next, once they are signed and back. */
  next?: { label: string; recipients: Record<string, string> }
  /** The page's own words for each document, to be compared with what the agent read. */
  labels: Record<string, { name: string; number?: string; title?: string }>
  startedAt: string
  /** The document system knows the clerk no more: what it still has to hand out waits until they have logged in again. */
  awaitsLogin?: Refusal
  /** When the first and the last signature came, for the estimate of the time left. */
  firstSignedAt?: string
}

export type Command =
  | { kind: 'find'; tabId: number }
  /** Reads the pages of the list that follow the one in the tab, too. */
  | { kind: 'find-further'; tabId: number }
  /** The clerk shows in the page what a row, a file and the way back are. */
  | { kind: 'teach'; tabId: number }
  | { kind: 'import-descriptor'; text: string }
  | { kind: 'remove-descriptor'; id: string }
  | { kind: 'pair' }
  /** The clerk saw the same six digits here and in a window of the agent. */
  | { kind: 'digits-agree' }
  /** They differ, or no window opened, or the clerk changed their mind. */
  | { kind: 'cancel-pairing' }
  | { kind: 'refresh' }
  /** Whose certificate it is, where neither the office's list nor the certificate tells. */
  | { kind: 'role'; certificateSha256: string; role: 'person' | 'agency' }
  | ({ kind: 'sign'; tabId: number; keys: string[] } & SignChoice)
  /** Files of this PC, which the window has put where the background finds them by their keys. */
  | ({ kind: 'sign-files'; files: DiskFile[] } & SignChoice)
  /** Marks are moved at the agent, which tells the documents anew. */
  | { kind: 'place'; batchId: string; moves: MoveMark[] }
  /** A PNG or JPEG file in base64; the clerk confirms in the agent's own window. */
  | { kind: 'import-image'; certificateSha256: string; use: ImageUse; base64: string }
  | { kind: 'remove-image'; certificateSha256: string; use: ImageUse }
  /** The picture comes as `picture` in the answer. */
  | { kind: 'show-image'; certificateSha256: string; use: ImageUse }
  /** `sendOn`: what is delivered is handed to the document system's next step as well; `insist`: although nobody could say whether the certificate was revoked. */
  | { kind: 'approve'; batchId: string; sendOn?: boolean; insist?: boolean }
  /** Takes what has waited long enough for its time stamp without one. */
  | { kind: 'go-unstamped'; batchId: string }
  | { kind: 'cancel'; batchId: string }
  | { kind: 'pause'; batchId: string }
  | { kind: 'go-on'; batchId: string }
  | { kind: 'skip'; batchId: string; documentId: string }
  /** The document is signed although its newest signature is broken. */
  | { kind: 'insist'; batchId: string; documentId: string }
  | { kind: 'retry'; batchId: string; documentIds?: string[]; insist?: boolean }
  | { kind: 'save'; batchId: string; documentId: string }
  /** A delivery that nothing confirmed: the clerk saw the file in the system, or wants it read back there. */
  | { kind: 'seen'; batchId: string; documentId: string }
  | { kind: 'read-back'; batchId: string; documentId: string }
  | { kind: 'receipt'; batchId: string }
  | { kind: 'dismiss'; batchId: string }
  | { kind: 'set-language'; language: 'vi' | 'en' }
  | { kind: 'set-pin-at-once'; pinAtOnce: boolean }
  | { kind: 'site-added'; origin: string }
  | { kind: 'remove-site'; origin: string }
  /** This browser gives its pairing up. */
  | { kind: 'unpair' }
  /** Another browser is taken off the agent's list. */
  | { kind: 'revoke-pairing'; pairingId: string }

export interface DiskFile {
  key: string
  name: string
}

/** What a batch is for, and whose keys sign it. */
export interface SignChoice {
  certificateSha256: string
  profile: Profile
  /** To issue: the registrar's own key, for number and date ahead of the seal. */
  ownCertificateSha256?: string
  copyForm?: CopyForm
  comment?: string
}

/** The answer to a command that can be refused; `about` is its kind. */
export interface CommandAnswer {
  about: Command['kind']
  batchId?: string
  /** PNG, base64. */
  picture?: string
  refusal?: Refusal
}

export type ViewMessage = { kind: 'view'; view: View } | { kind: 'answer'; answer: CommandAnswer }
