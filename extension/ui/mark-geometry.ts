import { fixedSize, markSides } from '../../shared/protocol/limits.ts'
import type { MarkName, MarkRectangle, PlacedMark } from '../../shared/protocol/marks.ts'
import type { DocumentFacts } from '../../shared/protocol/sign.ts'

/** How far a mark goes, and how much wider and higher it gets, in points as the page is shown. Up is positive. */
export interface Change {
  dx?: number
  dy?: number
  wider?: number
  higher?: number
}

interface Size {
  width: number
  height: number
}

export const pointsPerMm = 72 / 25.4

/** The size of a page as it is shown, in points; undefined where the agent did not say. */
export function shownSize({ pageSizes = [] }: Pick<DocumentFacts, 'pageSizes'>, page: number): Size | undefined {
  return pageSizes.findLast(({ from }) => from <= page)
}

export function rectangleOf({ page, x, y, width, height }: MarkRectangle): MarkRectangle {
  return { page, x, y, width, height }
}

export function mayStretch(mark: MarkName): boolean {
  return !fixedSize.includes(mark)
}

/** A mark after a change, whole inside its page, and no smaller or larger than marks may be. Its left and its bottom edge stand while it is stretched. */
export function changed(mark: MarkName, from: MarkRectangle, { dx = 0, dy = 0, wider = 0, higher = 0 }: Change, page: Size): MarkRectangle {
  const width = mayStretch(mark) ? side(from.width, wider, page.width - from.x) : from.width
  const height = mayStretch(mark) ? side(from.height, higher, page.height - from.y) : from.height
  return { page: from.page, x: within(from.x + dx, page.width - width), y: within(from.y + dy, page.height - height), width, height }
}

/** Like `changed`, for a corner that is drawn with the mouse: the upper left corner stands, so `higher` grows downwards. */
export function stretched(mark: MarkName, from: MarkRectangle, { wider = 0, higher = 0 }: Pick<Change, 'wider' | 'higher'>, page: Size): MarkRectangle {
  if (!mayStretch(mark)) return from
  const top = from.y + from.height
  const height = side(from.height, higher, top)
  return { ...from, width: side(from.width, wider, page.width - from.x), height, y: rounded(top - height) }
}

/**
 * Where a mark of another document goes when it follows one that the clerk moved: as far from where it was proposed; or, where
 * reading proposed nothing that can be relied on, to the same place of its page.
 */
export function followed(mark: PlacedMark, moved: PlacedMark, page: Size, unsure: boolean): MarkRectangle {
  const start = rectangleOf(mark.proposed ?? mark)
  const model = moved.proposed ?? moved
  const size = mayStretch(mark.mark) ? { width: (start.width * moved.width) / model.width, height: (start.height * moved.height) / model.height } : start
  const width = Math.min(rounded(size.width), page.width)
  const height = Math.min(rounded(size.height), page.height)
  const x = unsure ? moved.x : start.x + moved.x - model.x
  const y = unsure ? moved.y : start.y + moved.y - model.y
  return { page: start.page, width, height, x: within(x, page.width - width), y: within(y, page.height - height) }
}

export function sameRectangle(one: MarkRectangle, other: MarkRectangle): boolean {
  return one.page === other.page && (['x', 'y', 'width', 'height'] as const).every((name) => Math.abs(one[name] - other[name]) < 0.005)
}

/** Place and size on a sheet of any zoom, as shares of it. */
export function onSheet({ x, y, width, height }: MarkRectangle, page: Size): Record<'left' | 'bottom' | 'width' | 'height', string> {
  const share = (part: number, whole: number) => `${(100 * part) / whole}%`
  return { left: share(x, page.width), bottom: share(y, page.height), width: share(width, page.width), height: share(height, page.height) }
}

/** Whole millimetres: finer is not seen, and too long to be said. */
export function millimetres(points: number): number {
  return Math.round(points / pointsPerMm)
}

function side(before: number, more: number, room: number): number {
  return rounded(Math.max(Math.min(before + more, room, markSides.most), Math.min(before, markSides.least)))
}

function within(value: number, most: number): number {
  return rounded(Math.min(Math.max(value, 0), Math.max(most, 0)))
}

/** Hundredths of a point, as everything that both sides hash. */
function rounded(value: number): number {
  return Math.round(value * 100) / 100
}
