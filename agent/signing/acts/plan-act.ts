import type { PlacedMark } from '../../../shared/protocol/marks.ts'
import { actTexts } from '../../../shared/text/acts.ts'
import { limits } from '../../../shared/protocol/limits.ts'
import { fileSource } from '../../pdf/byte-source.ts'
import { openDocument } from '../../pdf/open-document.ts'
import { startRevision } from '../../pdf/revision.ts'
import { shownSize } from '../appearance/place-on-page.ts'
import { sureFrom, type Landmarks } from '../placement/find-landmarks.ts'
import { ascent } from '../placement/signing-block.ts'
import type { ShownPage } from '../placement/decide-places.ts'
import type { Appearance, Place } from '../appearance/appearance.ts'
import type { PlanJob } from '../sign-document.ts'
import { mainMarks, type ActPlan, type ActRequest, type ActStep } from './act.ts'
import { guardArrival, guardRole } from './guard-order.ts'
import { planIssue, type DrawnBlank } from './plan-issue.ts'
import { placeComment, placeHand, placeInitials, refuseUnsure, type FoundPlace } from './place-person.ts'
import { readPlaces } from './read-places.ts'
import type { Reading } from './reading.ts'
import { readSignatures } from './read-signatures.ts'
import { arrivalBox, cornerText } from './stamp-drawings.ts'

/** In the worker: what the act draws, where, and in how many signatures. Refuses what must not be signed so. */
export async function planAct({ input, certificates: [certificate = new Uint8Array()], signedAt, act }: PlanJob, landmarks: Landmarks): Promise<ActPlan> {
  guardRole(act, certificate)
  const source = fileSource(input)
  try {
    const document = openDocument(source)
    startRevision(document)
    const page = (index: number): ShownPage => ({ index, ...shownSize(document.page(index)) })
    const reading: Reading = { document, landmarks, page }
    const { steps, found, blanks = [] } = await planSteps(act, reading, certificate, signedAt)
    const isHidden = act.invisible === true && (act.act === 'approve' || act.act === 'issue')
    const confidence = isHidden && act.act === 'approve' ? 1 : found.confidence
    const proposed = confidence < sureFrom
    if (proposed && act.whenUnsure === 'refuse') refuseUnsure(found.place)
    const marks = [...blanks, ...(isHidden ? [] : [{ mark: mainMarks[act.act], ...found, text: wordsOf(act) }])].flatMap(placedMark)
    return { steps, marks, confidence, proposed, doubt: proposed ? landmarks.doubt : undefined, read: readPlaces(landmarks) }
  } finally {
    source.close()
  }
}

interface Planned {
  steps: ActStep[]
  found: FoundPlace
  blanks?: DrawnBlank[]
}

/** What an act writes, as far as it is known before the moment of signing. */
function wordsOf(act: ActRequest): string | undefined {
  switch (act.act) {
    case 'income':
      return [act.number, [act.date.day, act.date.month, act.date.year].join('/')].join(' ')
    case 'appendix':
      return act.code
    case 'copy':
      return actTexts.copyForms[act.form]
    case 'comment':
      return act.text
    case 'approve':
    case 'issue':
    case 'initials':
      return undefined
  }
}

/** Hundredths of a point: both sides of the link hash what they read of it. */
function placedMark({ mark, place, text, confidence }: { mark: PlacedMark['mark']; place: Place | undefined; text: string | undefined; confidence: number }): PlacedMark[] {
  if (place === undefined) return []
  const [x, y, width, height] = [place.x, place.y, place.width, place.height].map((value) => Math.max(0, Math.round(value * 100) / 100)) as [number, number, number, number]
  const words = text === undefined ? {} : { text: text.slice(0, limits.nameCharacters) }
  return [{ mark, page: place.page, x, y, width, height, ...words, confidence, by: 'reading' }]
}

async function planSteps(act: ActRequest, reading: Reading, certificate: Uint8Array, signedAt: Date): Promise<Planned> {
  switch (act.act) {
    case 'approve': {
      const { found, appearance } = await placeHand(act, reading)
      return { steps: [{ what: act.act, appearance: act.invisible ? undefined : appearance, stamps: [] }], found }
    }
    case 'issue':
      return planIssue(act, reading, certificate)
    case 'income':
      guardArrival(await readSignatures(reading.document))
      return single(act, arrivalBox(act, reading.page(0), textTopOf(reading.landmarks)))
    case 'appendix':
      return single(act, cornerText([actTexts.code(act.code), actTexts.signedAt(signedAt)], reading.page(0), textTopOf(reading.landmarks)))
    case 'copy':
      return single(act, cornerText([actTexts.copyForms[act.form], act.agency, actTexts.signedAt(signedAt)], reading.page(0), textTopOf(reading.landmarks)))
    case 'comment': {
      const { found, appearance } = placeComment(act, reading)
      return { steps: [{ what: act.act, appearance, stamps: [] }], found }
    }
    case 'initials': {
      const { found, appearance } = await placeInitials(act, reading)
      return { steps: [{ what: act.act, appearance, stamps: [] }], found }
    }
  }
}

/** Acts whose place the rule itself names: a corner of page 1. */
function single({ act, places }: ActRequest, appearance: Appearance): Planned {
  const place = places?.[mainMarks[act]]
  const moved = place === undefined ? appearance : movedTo(appearance, place)
  return { steps: [{ what: act, appearance: moved, stamps: [] }], found: { place: moved.place ?? { page: 1, x: 0, y: 0, width: 0, height: 0 }, confidence: 1 } }
}

/** Keeps its size, as the drawing in it does; the place says where its top left corner is. */
function movedTo(appearance: Appearance, to: Place): Appearance {
  const { place } = appearance
  return place ? { ...appearance, place: { ...place, page: to.page, x: to.x, y: to.y + to.height - place.height } } : appearance
}

function textTopOf({ pages: [first] }: Landmarks): number {
  const [row] = first?.rows ?? []
  return row ? row.baseline - ascent * row.size : Infinity
}
