import { leaderPlace, sealPlace } from '../placement/decide-places.ts'
import type { Appearance, Place } from '../sign-document.ts'
import type { ActRequest, ActStep } from './act.ts'
import { fillBlanks } from './fill-blanks.ts'
import { guardPersonalSignature } from './guard-order.ts'
import { around, blockOf, type FoundPlace } from './place-person.ts'
import type { Reading } from './plan-act.ts'
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
): Promise<{ steps: ActStep[]; found: FoundPlace }> {
  const earlier = await readSignatures(reading.document)
  const personal = guardPersonalSignature(earlier, certificate)
  const filling = fillBlanks(reading.landmarks, act, earlier)
  const found = placeSeal(act, reading, personal)
  const seal: Appearance | undefined = act.invisible ? undefined : act.image === undefined ? { lines: act.lines, place: found.place } : { image: act.image, lines: [], place: found.place }
  const confidence = filling.unsure && !act.place ? 0 : found.confidence
  const steps: ActStep[] = allowsAnnotations(reading.document)
    ? [{ what: 'seal', appearance: seal, stamps: filling.steps.map(({ appearance }) => appearance) }]
    : [...filling.steps, { what: 'seal', appearance: seal, stamps: [] }]
  return { steps, found: { ...found, confidence } }
}

/** Over the left third of the leader's image where that is shown, else where it would be. */
function placeSeal({ place, sealMm }: Extract<ActRequest, { act: 'issue' }>, reading: Reading, personal: readonly EarlierSignature[]): FoundPlace {
  if (place) return { place, confidence: 1 }
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
