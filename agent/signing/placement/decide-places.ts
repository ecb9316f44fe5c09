import type { Place } from '../appearance/appearance.ts'
import type { Fillable } from './heading-landmarks.ts'
import { usualGap, type SigningBlock } from './signing-block.ts'

/** Width and height of anything, in points or pixels. */
export interface Size {
  width: number
  height: number
}

/** A page as it is shown, in points. */
export interface ShownPage extends Size {
  /** From 0. */
  index: number
}

/** As offices set it by hand on 12 measured documents. */
const leaderWidth = 150
const leaderTallest = 100
/** How far title and name may be touched. */
const leaderOverhang = 20
/** In a block that is lower than this the image keeps between title and name. */
const lowBlock = 60

/**
 * The leader's signature: in the middle between title and name (Decree 30/2020, annex I, II.7d), its image fitted into
 * the measured box.
 * @param image in pixels; without one the place is the whole box
 */
export function leaderPlace(block: SigningBlock, page: ShownPage, image: Size | undefined): Place {
  const gap = block.nameTop - block.titleBottom
  const boxHeight = gap < lowBlock ? gap : Math.min(leaderTallest, gap + leaderOverhang)
  const { width, height } = image ? fit(image, { width: leaderWidth, height: boxHeight }) : { width: leaderWidth, height: boxHeight }
  const middle = page.height - (block.titleBottom + block.nameTop) / 2
  return onPage({ page: page.index + 1, x: block.centre - width / 2, y: middle - height / 2, width, height }, page)
}

/** Text instead of an image stays clear of title and name. */
export function leaderTextPlace(block: SigningBlock, page: ShownPage): Place {
  const height = block.nameTop - block.titleBottom - 4
  const width = Math.min(180, 2 * (page.width - 10 - block.centre))
  return onPage({ page: page.index + 1, x: block.centre - width / 2, y: page.height - block.nameTop + 2, width, height }, page)
}

/**
 * The agency's seal in its real size, over the left third of the signature's image and at its height (annex I, II.8a).
 * @param image the signature as it is drawn on the page
 */
export function sealPlace(image: Place, page: ShownPage, diameterMm: number): Place {
  const side = (diameterMm * 72) / 25.4
  const x = image.x + image.width / 3 - side
  const y = image.y + image.height / 2 - side / 2
  return onPage({ page: page.index + 1, x, y, width: side, height: side }, page)
}

/** Where nothing was found: where most blocks stand, on the last page. A proposal, no decision. */
export function proposedBlock(page: ShownPage): SigningBlock {
  const nameTop = 0.72 * page.height
  const block = { centre: 0.72 * page.width, titleBottom: nameTop - usualGap, nameTop }
  return { ...block, title: [], name: '', recipientsLeft: 85, confidence: 0 }
}

/** The drafter's initials stand right behind the last words. */
export function initialsPlace(words: { right: number; baseline: number }, page: ShownPage, image: Size): Place {
  const { width, height } = fit(image, { width: 40, height: 20 })
  return onPage({ page: page.index + 1, x: words.right + 2, y: page.height - words.baseline + 4 - height / 2, width, height }, page)
}

/** Heights of a stamp's box over a line: the text's baseline stands so far above its bottom. */
const blankBox = { height: 14, baseline: 3.14 }

/** The blank of a number, a day or a month as a place, and where the text's baseline is in it. */
export function blankPlace(blank: Fillable, page: ShownPage): { place: Place; baseline: number } {
  const y = page.height - blank.baseline - blankBox.baseline
  const width = blank.right - blank.left
  return { place: { page: page.index + 1, x: blank.left, y, width, height: blankBox.height }, baseline: blankBox.baseline }
}

/** What is nearer to an edge than this, 4.2 mm, most printers leave out. */
export const printedFrom = 12
/** As near as offices were seen to come, where the page's own text leaves no more room. */
const cornerHighest = 5

/**
 * Top right of page 1: attachments and copies (annex I, II.8b and III.1d; part II.I). The rule names the corner and no distance: it
 * stands where it is printed whole.
 * @param textTop where the page's first line begins, from the top
 */
export function cornerPlace(page: ShownPage, size: Size, textTop: number): Place {
  const fromTop = Math.max(cornerHighest, Math.min(printedFrom, textTop - size.height - 1))
  return onPage({ page: page.index + 1, x: page.width - size.width - printedFrom, y: page.height - size.height - fromTop, ...size }, page)
}

export function fit(size: Size, box: Size): Size {
  const scale = Math.min(box.width / size.width, box.height / size.height)
  return { width: size.width * scale, height: size.height * scale }
}

/** Moved, never shrunk: nothing hangs over an edge. */
export function onPage(place: Place, page: Size): Place {
  const clamp = (value: number, most: number): number => Math.min(Math.max(value, 0), Math.max(most, 0))
  return { ...place, x: clamp(place.x, page.width - place.width), y: clamp(place.y, page.height - place.height) }
}
