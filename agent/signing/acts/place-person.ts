import { refuse } from '../../../shared/errors.ts'
import { padding } from '../appearance/lay-out-stamp.ts'
import { measureImage } from '../appearance/stamp-image.ts'
import { initialsPlace, leaderPlace, leaderTextPlace, onPage, proposedBlock, type ShownPage } from '../placement/decide-places.ts'
import { descent, type SigningBlock } from '../placement/signing-block.ts'
import type { Appearance, Place } from '../appearance/appearance.ts'
import type { ActRequest } from './act.ts'
import type { Reading } from './reading.ts'
import { commentHeight, commentLines, commentText } from './stamp-drawings.ts'

/** A place with how sure it is. */
export interface FoundPlace {
  place: Place
  confidence: number
}

interface Placed {
  found: FoundPlace
  appearance: Appearance
}

type Of<Name extends ActRequest['act']> = Extract<ActRequest, { act: Name }>

/** Where the signing block is, or where most are: then with no confidence. */
export function blockOf({ document, landmarks, page }: Reading): { block: SigningBlock; page: ShownPage; confidence: number } {
  const { block, confidence } = landmarks
  if (block) return { block, page: page(block.page), confidence }
  const last = page(document.pageCount - 1)
  return { block: proposedBlock(last), page: last, confidence: 0 }
}

/** The leader's hand between title and name; text in its stead where there is no image. */
export async function placeHand(act: Of<'approve'>, reading: Reading): Promise<Placed> {
  const image = act.image === undefined ? undefined : await measureImage(act.image)
  const { block, page, confidence } = blockOf(reading)
  const place = act.places?.signature ?? around(image ? leaderPlace(block, page, image) : leaderTextPlace(block, page))
  const appearance = act.image === undefined ? { lines: act.lines, place } : { image: act.image, lines: [], place }
  return { found: { place, confidence: act.places?.signature ? 1 : confidence }, appearance }
}

/** Behind the last words, `./.`; without them under the text of the last page, as a proposal. */
export async function placeInitials(act: Of<'initials'>, { document, landmarks: { lastWords }, page }: Reading): Promise<Placed> {
  const image = await measureImage(act.image)
  const last = page(lastWords?.page ?? document.pageCount - 1)
  const words = lastWords ?? { right: 0.5 * last.width, baseline: 0.6 * last.height }
  const place = act.places?.initials ?? around(initialsPlace(words, last, image))
  return { found: { place, confidence: act.places?.initials ? 1 : lastWords ? 0.95 : 0 }, appearance: { image: act.image, lines: [], place } }
}

const commentBox = { width: 250, from: 20 }

/** Under everything on the page of the signing block, or at the foot of page 1 where the page is full or cannot be read. */
export function placeComment(act: Of<'comment'>, reading: Reading): Placed {
  const { landmarks, page } = reading
  const index = landmarks.block?.page ?? 0
  const shown = page(index)
  const named = act.places?.comment
  const width = named?.width ?? Math.min(commentBox.width, shown.width - 2 * commentBox.from)
  const lines = [...commentLines(act.text, width), act.holder]
  const height = commentHeight(lines.length)
  const rows = landmarks.pages[index]?.rows ?? []
  const lowest = Math.max(0, ...rows.map(({ baseline, size }) => baseline + descent * size))
  const hasRoom = rows.length > 0 && lowest + height + 30 < shown.height
  const y = hasRoom ? shown.height - lowest - 12 - height : commentBox.from
  const left = landmarks.block?.recipientsLeft ?? 85
  const place = named ? { ...named, height } : onPage({ page: index + 1, x: left, y, width, height }, shown)
  return { found: { place, confidence: named ? 1 : hasRoom ? 0.9 : 0 }, appearance: commentText(lines, place) }
}

/** An image is drawn with a little air on every side; the place grows by it, so that the image has its size. */
export function around({ page, x, y, width, height }: Place): Place {
  return { page, x: x - padding, y: y - padding, width: width + 2 * padding, height: height + 2 * padding }
}

export function refuseUnsure({ page, x, y, width, height }: Place): never {
  return refuse('place-unsure', { place: [page, ...[x, y, width, height].map((value) => value.toFixed(0))].join(',') })
}
