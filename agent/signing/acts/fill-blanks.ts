import { refuse } from '../../../shared/errors.ts'
import type { MarkName } from '../../../shared/protocol/marks.ts'
import type { Landmarks } from '../placement/find-landmarks.ts'
import type { Fillable } from '../placement/heading-landmarks.ts'
import type { ShownPage } from '../placement/decide-places.ts'
import type { Appearance, Place } from '../appearance/appearance.ts'
import type { ActDate, ActStep } from './act.ts'
import { blankStamp, dateWords } from './stamp-drawings.ts'
import type { EarlierSignature } from './read-signatures.ts'

export interface Given {
  number?: string
  date?: ActDate
  places?: Partial<Record<MarkName, Place>>
}

type BlankName = 'number' | 'day' | 'month' | 'year'

/** What has to be drawn into the head of the document; `unsure` where a blank has no room or the head was not found. */
export interface Filling {
  steps: (ActStep & { what: BlankName; appearance: Appearance; text: string; confidence: number })[]
  unsure: boolean
}

/** Less than a digit's width is no blank that can be filled. */
const leastRoom = 6

/**
 * Number, day and month for the blanks that are still empty, in this order. Refuses `number-missing` where one is empty
 * and nothing was given, `number-differs` where something else is typed than was given.
 * @param earlier what was stamped before is drawn over the blank, and its content is not read
 */
export function fillBlanks({ head, pages: [first] }: Landmarks, given: Given, earlier: readonly EarlierSignature[]): Filling {
  if (!head?.number || !head.date || !first) {
    if (given.number === undefined || given.date === undefined) refuse('number-missing')
    return { steps: [], unsure: true }
  }
  const page = { index: 0, width: first.width, height: first.height }
  const date = given.date && dateWords(given.date)
  const parts = [
    { what: 'number', blank: head.number, wanted: given.number && bareNumber(given.number) },
    { what: 'day', blank: head.date.day, wanted: date?.day },
    { what: 'month', blank: head.date.month, wanted: date?.month },
    { what: 'year', blank: head.date.year, wanted: date?.year },
  ] as const
  const empty = parts.filter((part) => isEmpty(part, page, earlier))
  const steps = empty.map(({ what, blank, wanted }): Filling['steps'][number] => {
    if (!wanted) return refuse('number-missing')
    const place = given.places?.[what]
    const confidence = place ? 1 : blank.right - blank.left < leastRoom ? 0 : 0.98
    return { what, appearance: blankStamp(wanted, blank, page, { slanted: what !== 'number', place }), stamps: [], text: wanted, confidence }
  })
  return { steps, unsure: steps.some(({ confidence }) => confidence === 0) }
}

/** The caller's number may bear the document's symbol: only the number itself goes into the blank. */
function bareNumber(number: string): string {
  return number.split('/')[0]?.trim() ?? ''
}

interface Part {
  blank: Fillable
  wanted: string | undefined
}

function isEmpty({ blank, wanted }: Part, page: ShownPage, earlier: readonly EarlierSignature[]): boolean {
  if (blank.typed !== '') {
    if (wanted !== undefined && wanted !== '' && !isSame(blank.typed, wanted)) refuse('number-differs', { asked: wanted, found: blank.typed })
    return false
  }
  return !earlier.some(({ place }) => place !== undefined && covers(place, blank, page))
}

function isSame(one: string, other: string): boolean {
  return one === other || (/^\d+$/.test(other) && Number(one) === Number(other))
}

function covers(place: Place, blank: Fillable, page: ShownPage): boolean {
  const shared = Math.min(place.x + place.width, blank.right) - Math.max(place.x, blank.left)
  const baseline = page.height - blank.baseline
  return place.page === 1 && shared > 0.4 * (blank.right - blank.left) && place.y - 2 < baseline + 3 && place.y + place.height > baseline
}
