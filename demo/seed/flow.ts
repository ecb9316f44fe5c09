import { ascent, breakLines, descent, measure } from './typeset.ts'
import type { DrawnPage, Style } from './typeset.ts'

/** Margins by their widths, or the sides of the text counted from the left and top edges of the page; points. */
export interface Sides {
  left: number
  right: number
  top: number
  bottom: number
}

/** Where the writing stands: pages filled so far, and the top of the next line on the last of them. */
export interface Flow {
  pages: DrawnPage[]
  page: DrawnPage
  y: number
  sides: Sides
}

/** @param paper width and height in points */
export function beginFlow(paper: { width: number; height: number }, margins: Sides): Flow {
  const page: DrawnPage = { ...paper, texts: [], rules: [] }
  const sides = { left: margins.left, right: paper.width - margins.right, top: margins.top, bottom: paper.height - margins.bottom }
  return { pages: [page], page, y: sides.top, sides }
}

/** A new page, with its number in the middle of the top margin. */
export function turnPage(flow: Flow): void {
  flow.page = { width: flow.page.width, height: flow.page.height, texts: [], rules: [] }
  flow.pages.push(flow.page)
  flow.y = flow.sides.top
  placeLine(flow.page, { face: 'regular', size: 13 }, String(flow.pages.length), { centre: flow.page.width / 2 }, 34)
}

export interface PlacedLine {
  x: number
  end: number
  baseline: number
}

type Place = { left: number } | { centre: number } | { right: number }

/** Puts one line with its top at `top`; answers where its text begins and ends. */
export function placeLine(page: DrawnPage, style: Style, text: string, place: Place, top: number): PlacedLine {
  const width = measure(style, text)
  const x = 'left' in place ? place.left : 'centre' in place ? place.centre - width / 2 : place.right - width
  const baseline = top + ascent * style.size
  page.texts.push({ ...style, text, x, baseline, wordSpacing: 0 })
  return { x, end: x + width, baseline }
}

export interface ParagraphStyle extends Style {
  indent: number
  /** From one baseline to the next. */
  pitch: number
  after: number
  align: 'justify' | 'centre' | 'left'
}

/** The height that a paragraph would take. */
export function heightOf(flow: Flow, style: ParagraphStyle, text: string): number {
  return breakLines(style, text, flow.sides.right - flow.sides.left, style.indent).length * style.pitch + style.after
}

/** Writes a paragraph, over as many pages as it needs; answers where its last line ended. */
export function writeParagraph(flow: Flow, style: ParagraphStyle, text: string): { page: number; end: number; baseline: number } {
  const { left, right } = flow.sides
  const lines = breakLines(style, text, right - left, style.indent)
  let last = { page: flow.pages.length - 1, end: left, baseline: flow.y }
  for (const [index, line] of lines.entries()) {
    if (flow.y + (ascent + descent) * style.size > flow.sides.bottom) turnPage(flow)
    const start = left + (index === 0 ? style.indent : 0)
    const fills = style.align === 'justify' && index < lines.length - 1 && line.blanks > 0
    const x = style.align === 'centre' ? (left + right - line.width) / 2 : start
    const wordSpacing = fills ? (right - start - line.width) / line.blanks : 0
    const baseline = flow.y + ascent * style.size
    flow.page.texts.push({ face: style.face, size: style.size, text: line.text, x, baseline, wordSpacing })
    last = { page: flow.pages.length - 1, end: x + line.width + wordSpacing * line.blanks, baseline }
    flow.y += style.pitch
  }
  flow.y += style.after
  return last
}
