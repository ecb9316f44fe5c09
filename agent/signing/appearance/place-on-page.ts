import type { Box, Page } from '../../pdf/open-document.ts'
import type { Place } from './appearance.ts'

/** What decides how a page is shown (ISO 32000-2, 7.7.3.3). */
export type PageFrame = Pick<Page, 'cropBox' | 'rotate' | 'userUnit'>
export type Matrix = readonly [number, number, number, number, number, number]

export interface PlacedStamp {
  /** /Rect of the widget, in user space. */
  rect: Box
  /** /Matrix of the form: turns it so that it stands upright on the shown page. */
  matrix: Matrix
  /** Size of the stamp as it is read, in points. */
  width: number
  height: number
}

/** Width and height of the page as it is shown, in points. */
export function shownSize({ cropBox: [left, bottom, right, top], rotate, userUnit }: PageFrame): { width: number; height: number } {
  const width = (right - left) * userUnit
  const height = (top - bottom) * userUnit
  return rotate % 180 === 0 ? { width, height } : { width: height, height: width }
}

/** Moves a place into the shown page where it would hang over an edge, and turns it to page space. */
export function placeOnPage(frame: PageFrame, place: Omit<Place, 'page'>): PlacedStamp {
  const shown = shownSize(frame)
  const width = Math.min(place.width, shown.width)
  const height = Math.min(place.height, shown.height)
  const x = clamp(place.x, shown.width - width)
  const y = clamp(place.y, shown.height - height)
  const { cropBox: [left, bottom], userUnit: unit } = frame
  const [x0, y0, x1, y1] = turn(frame.rotate, shown, [x, y, x + width, y + height])
  return { rect: [left + x0 / unit, bottom + y0 / unit, left + x1 / unit, bottom + y1 / unit], matrix: uprightMatrix(frame.rotate, width, height), width, height }
}

/** A box of user space as it is shown: the other way round than `placeOnPage`. */
export function shownBox(frame: PageFrame, [x0, y0, x1, y1]: Box): Box {
  const { cropBox: [left, bottom], userUnit: unit, rotate } = frame
  const box: Box = [(x0 - left) * unit, (y0 - bottom) * unit, (x1 - left) * unit, (y1 - bottom) * unit]
  const shown = shownSize(frame)
  return turn(((360 - rotate) % 360), rotate % 180 === 0 ? shown : { width: shown.height, height: shown.width }, box)
}

/**
 * Where a stamp goes when nothing says where: on the right half of the page, in its lower part, centred where the
 * signing block of an administrative document has its middle (0.72 of the width on 12 measured documents).
 */
export function defaultPlace(frame: PageFrame, lineCount: number, hasImage: boolean): Omit<Place, 'page'> {
  const shown = shownSize(frame)
  const width = Math.min(180, shown.width * 0.42)
  const textHeight = lineCount * 11.5 + 4
  const height = Math.min((hasImage ? 76 : 0) + textHeight, shown.height * 0.3)
  return { x: 0.72 * shown.width - width / 2, y: 0.2 * shown.height, width, height }
}

function clamp(value: number, maximum: number): number {
  return Math.min(Math.max(value, 0), Math.max(maximum, 0))
}

/** From the shown page to the page before /Rotate, both with the origin at their own bottom left, in points. */
function turn(rotate: number, shown: { width: number; height: number }, [x0, y0, x1, y1]: Box): Box {
  if (rotate === 90) return [shown.height - y1, x0, shown.height - y0, x1]
  if (rotate === 180) return [shown.width - x1, shown.height - y1, shown.width - x0, shown.height - y0]
  if (rotate === 270) return [y0, shown.width - x1, y1, shown.width - x0]
  return [x0, y0, x1, y1]
}

function uprightMatrix(rotate: number, width: number, height: number): Matrix {
  if (rotate === 90) return [0, 1, -1, 0, height, 0]
  if (rotate === 180) return [-1, 0, 0, -1, width, height]
  if (rotate === 270) return [0, -1, 1, 0, 0, width]
  return [1, 0, 0, 1, 0, 0]
}
