import type { Refusal } from '../errors.ts'
import type { Site } from './site.ts'

/** Between the background and the script that lets the clerk teach a site in its page. */

/** Asks for what is going on in this tab; answered with a `Teaching`, or nothing where nobody teaches here. */
export interface AskTeaching {
  kind: 'teaching'
}

export interface Teaching {
  language: 'vi' | 'en'
  /** Kept while the clerk goes to the page that takes the signed file. */
  draft?: TeachDraft
}

export interface TeachDraft {
  site: Site
  clues: { list: string; links: { href: string; reading: { selector?: string; attribute?: string } }[] }
}

/** The clerk goes to another page of the site; the draft waits there. */
export interface KeepDraft {
  kind: 'keep-draft'
  draft: TeachDraft
}

/** The whole descriptor; answered with the refusal where it is not taken. */
export interface Taught {
  kind: 'taught'
  site: Site
}

export interface TeachEnded {
  kind: 'teach-ended'
}

export type TeachFromPage = AskTeaching | KeepDraft | Taught | TeachEnded
export type TaughtAnswer = { refusal?: Refusal }

export function isTeachMessage(message: unknown): message is TeachFromPage {
  const kinds: readonly unknown[] = ['teaching', 'keep-draft', 'taught', 'teach-ended']
  return typeof message === 'object' && message !== null && 'kind' in message && kinds.includes(message.kind)
}
