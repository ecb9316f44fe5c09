import type { MarkName, PlacedMark } from '../../../shared/protocol/marks.ts'
import type { Doubt } from '../placement/find-landmarks.ts'
import type { Appearance, Place } from '../appearance/appearance.ts'

/** The acts by the words that clerks know: what is drawn, where, by whose key, and what must have been done before. */
export const actNames = ['approve', 'issue', 'income', 'appendix', 'copy', 'comment', 'initials'] as const
export type ActName = (typeof actNames)[number]

/** A day of the calendar in Viet Nam. */
export interface ActDate {
  day: number
  month: number
  year: number
}

/** `full` copies a whole document, `recopy` a copy of it, `extract` a part (Decree 30/2020, article 25). */
export type CopyForm = 'full' | 'recopy' | 'extract'

interface Placing {
  /** Where the person said; what is not named is placed by reading. */
  places?: Partial<Record<MarkName, Place>>
  /** What becomes of a document whose place was not found: it is refused, or signed at the place that is proposed. */
  whenUnsure: 'refuse' | 'propose'
  /** Whose key signs, as far as it is known. */
  keyRole: 'person' | 'agency' | 'unknown'
  /** The policy of the office lets any key sign any act; where it was used is for the journal. */
  anyKey?: boolean
  /** Shows neither hand nor seal; number and date are drawn all the same. */
  invisible?: boolean
}

export type ActRequest = Placing &
  (
    | /** The leader's hand between title and name; without an image, lines of text. */ { act: 'approve'; image?: string; lines: string[] }
    | {
        act: 'issue'
        /** The seal, PNG with alpha. */
        image?: string
        lines: string[]
        /** Its real diameter. */
        sealMm: number
        /** Number and day come from the document system; where both stand typed in the document they may be left out. */
        number?: string
        date?: ActDate
        /** SHA-256 of the registrar's own certificate, which signs number and date ahead of the seal. */
        ownCertificateSha256?: string
      }
    | { act: 'income'; agency: string; number: string; date: ActDate }
    | /** A separate file that belongs to a document: its number and symbol. */ { act: 'appendix'; code: string }
    | { act: 'copy'; form: CopyForm; agency: string }
    | { act: 'comment'; text: string; holder: string }
    | { act: 'initials'; image: string }
  )

/** One signature of an act, with what is drawn beside it in the same revision. */
export interface ActStep {
  what: ActName | 'number' | 'day' | 'month' | 'year' | 'seal'
  /** By the registrar's own key, not by the key of the act. */
  byOwnKey?: boolean
  /** Undefined for a signature that is not shown. */
  appearance: Appearance | undefined
  stamps: Appearance[]
}

/** What an act comes to on one document. */
export interface ActPlan {
  /** In the order of signing. */
  steps: ActStep[]
  /** Everything that is drawn, where, and how sure that is. */
  marks: PlacedMark[]
  /** 0 to 1: how sure the place of the act's own mark is; 1 where a person named it. */
  confidence: number
  /** The place is a proposal: nothing on the page says that it is right. */
  proposed: boolean
  doubt: Doubt | undefined
  /** What was read of the document. */
  read: ReadPlaces
}

/** The mark that an act is about; the others go with it. */
export const mainMarks = {
  approve: 'signature',
  issue: 'seal',
  income: 'arrival',
  appendix: 'appendix',
  copy: 'copy',
  comment: 'comment',
  initials: 'initials',
} as const satisfies Record<ActName, MarkName>

/** In points of the page as it is shown, from the bottom left; pages from 1. */
export interface ReadPlaces {
  /** The agency's lines at the head. */
  agency: string[]
  block: { page: number; centre: number; titleBottom: number; nameTop: number; title: string[]; name: string } | undefined
  number: ReadBlank | undefined
  day: ReadBlank | undefined
  month: ReadBlank | undefined
  year: ReadBlank | undefined
  lastWords: { page: number; x: number; y: number } | undefined
}

export interface ReadBlank {
  typed: string
  place: Place
}
