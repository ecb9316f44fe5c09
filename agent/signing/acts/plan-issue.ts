import { leaderPlace, sealPlace } from '../placement/decide-places.ts'
import type { Appearance, Place } from '../appearance/appearance.ts'
import type { ActRequest, ActStep } from './act.ts'
import { fillBlanks } from './fill-blanks.ts'
import { guardPersonalSignature } from './guard-order.ts'
import { around, blockOf, type FoundPlace } from './place-person.ts'
import type { Reading } from './reading.ts'
import { allowsAnnotations, readSignatures, type EarlierSignature } from './read-signatures.ts'

/** A hand's usual image, where the leader signed without showing one: the middle of 12 measured documents. */
const usualHand = { width: 147, height: 73 }

/**
 * Number, day and month, then the seal. Where a certification allows no annotation (P=2, as the field's tools
 * certify), each is a signature of its own; elsewhere one signature covers them all, and number and date are stamps beside it.
 */
export async function planIssue(
  act: Extract<ActRequest, { act: 'issue' }>,
  reading: Reading,
  certificate: Uint8Array,
): Promise<{ steps: ActStep[]; found: FoundPlace; blanks: DrawnBlank[] }> {
  const earlier = await readSignatures(reading.document)
  const personal = guardPersonalSignature(earlier, certificate, act.ownCertificateSha256)
  const filling = fillBlanks(reading.landmarks, act, earlier)
  const found = placeSeal(act, reading, personal)
  const seal: Appearance | undefined = act.invisible ? undefined : act.image === undefined ? { lines: act.lines, place: found.place } : { image: act.image, lines: [], place: found.place }
  const confidence = filling.unsure && !act.places?.seal ? 0 : found.confidence
  const blanks = filling.steps.map(({ what, appearance, text, confidence: sure }) => ({ mark: what, place: appearance.place, text, confidence: sure }))
  return { steps: inOrder(filling.steps, seal, { together: allowsAnnotations(reading.document), byOwnKey: act.ownCertificateSha256 !== undefined }), found: { ...found, confidence }, blanks }
}

/** A number or a part of the date, as it will stand in its blank. */
export interface DrawnBlank {
  mark: 'number' | 'day' | 'month' | 'year'
  place: Place | undefined
  text: string
  confidence: number
}

/** Number, day, month, seal. The registrar's own key signs what is filled in, the agency's key the seal alone. */
function inOrder(filled: readonly (ActStep & { appearance: Appearance })[], appearance: Appearance | undefined, { together, byOwnKey }: { together: boolean; byOwnKey: boolean }): ActStep[] {
  const [first, ...others] = filled
  if (first === undefined) return [{ what: 'seal', appearance, stamps: [] }]
  if (together && !byOwnKey) return [{ what: 'seal', appearance, stamps: filled.map((step) => step.appearance) }]
  const ahead = together ? [{ ...first, stamps: others.map((step) => step.appearance) }] : filled
  return [...ahead.map(({ what, appearance: drawn, stamps }) => ({ what, byOwnKey, appearance: drawn, stamps })), { what: 'seal', appearance, stamps: [] }]
}

/** Over the left third of the leader's image where that is shown, else where it would be. */
function placeSeal({ places, sealMm }: Extract<ActRequest, { act: 'issue' }>, reading: Reading, personal: readonly EarlierSignature[]): FoundPlace {
  if (places?.seal) return { place: places.seal, confidence: 1 }
  const hand = handOf(reading, personal)
  if (hand) return { place: around(sealPlace(hand, reading.page(hand.page - 1), sealMm)), confidence: 0.98 }
  const { block, page, confidence } = blockOf(reading)
  return { place: around(sealPlace(leaderPlace(block, page, usualHand), page, sealMm)), confidence }
}

/** The newest image of a person that is as large as a hand's: in the signing block, where there is one. Initials are smaller. */
function handOf({ landmarks: { block } }: Reading, personal: readonly EarlierSignature[]): Place | undefined {
  const images = personal.map(({ image }) => image).filter((image) => image !== undefined && image.height > 24)
  return images.findLast((image) => !block || (image?.page === block.page + 1 && Math.abs(image.x + image.width / 2 - block.centre) < 60)) ?? undefined
}
