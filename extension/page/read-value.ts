import type { Reading } from '../../shared/messages/site.ts'
import { attempt } from './attempt.ts'
import { tidy } from './found.ts'
import type { RowParts } from './row-parts.ts'
import { cellsOf, plain, type TableHeadings } from './table-headings.ts'

/** Where a reading looks: one row of one page. */
export interface Place {
  row: Element
  /** Of the row among those of its root. */
  index: number
  document: Document
  location: URL
  /** Of the location: asking the address for it thousands of times takes its time. */
  origin: string
  headings: TableHeadings
  parts: RowParts
}

/** Descriptors are few, rows are many: each pattern is compiled once. */
const patterns = new Map<string, RegExp>()

export function compiled(pattern: string): RegExp {
  let known = patterns.get(pattern)
  if (known === undefined) patterns.set(pattern, (known = new RegExp(pattern, 'u')))
  return known
}

/** Longer texts are no number, no date and no title; and no page may keep a pattern busy. */
const longest = 2_000

export function readValue(reading: Reading, place: Place): string | undefined {
  const text = reading.from === 'address' ? place.location.pathname + place.location.search : textOf(reading, elementOf(reading, place), place.parts)
  if (reading.pattern === undefined) return text
  return compiled(reading.pattern).exec(text)?.[1]
}

/** The element that a reading is about; undefined where the page has none. */
export function elementOf(reading: Reading, place: Place): Element | undefined {
  const { from = 'row', selector, column, label } = reading
  if (from === 'row' && selector !== undefined && column === undefined && label === undefined) return place.parts.first(place.index, selector)
  const whole = from === 'page' ? place.document.documentElement : place.row
  const part = column !== undefined ? cellUnder(column, place) : label !== undefined ? besideLabel(label, whole) : whole
  return selector === undefined ? part : (part?.querySelector(selector) ?? undefined)
}

function textOf({ attribute }: Reading, element: Element | undefined, parts: RowParts): string {
  if (element === undefined) return ''
  return parts.text(element, attribute, () => tidy(attribute === undefined ? element.textContent : element.getAttribute(attribute), longest))
}

function cellUnder(column: string, { row, headings }: Place): Element | undefined {
  const index = headings.over(row).findIndex((heading) => compiled(column).test(heading))
  if (index < 0) return undefined
  const cells = cellsOf(row)
  // A cell that spans others pushes those behind it along.
  let at = 0
  for (const cell of cells) {
    at += Math.max(1, Number(attempt(() => cell.getAttribute('colspan')) ?? 1) || 1)
    if (at > index) return cell
  }
  return undefined
}

const labels = 'dt, th, label, td, .label, strong, b'

function besideLabel(label: string, whole: Element): Element | undefined {
  for (const candidate of whole.querySelectorAll(labels)) {
    if (candidate.childElementCount > 2 || !compiled(label).test(plain(candidate.textContent))) continue
    const beside = candidate.nextElementSibling ?? candidate.parentElement?.nextElementSibling
    if (beside) return beside
  }
  return undefined
}
