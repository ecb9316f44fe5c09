import { landmarkWords as words } from '../../../shared/text/document-landmarks.ts'
import type { TextPiece, TextRow } from './text-rows.ts'

/** A stretch of one line. Points from the left and the top of the page. */
export interface Span {
  left: number
  right: number
  baseline: number
  /** Of the letters beside it. */
  size: number
}

/** A part of a line that a stamp may have to fill: what is typed there (empty where nothing is), and where. */
export interface Fillable extends Span {
  typed: string
}

/** What the head of page 1 shows, as far as it is there. */
export interface HeadLandmarks {
  nation: TextPiece | undefined
  motto: TextPiece | undefined
  /** The lines of the agency, its superior first. */
  agency: TextPiece[]
  number: (Fillable & { symbol: string }) | undefined
  date: { day: Fillable; month: Fillable; year: Fillable } | undefined
}

/** Measured heads end at 110 points of 842. */
const headShare = 0.3
const leftColumn = 0.45
const blank = '[\\s\\d.…_]*'
const nationLine = new RegExp(words.nation, 'u')
const mottoLine = new RegExp(words.motto, 'iu')
const numberLine = new RegExp(`(?<=^|\\s)${words.number}\\s*:?(?<number>${blank})/(?<symbol>[\\p{L}\\d][\\p{L}\\d\\-–.&/]*)`, 'du')
const dateLine = new RegExp(`(?<!\\p{L})${words.day}(?<day>${blank})${words.month}(?<month>${blank})${words.year}(?<year>${blank})`, 'du')

/** @param page points */
export function headLandmarks(rows: readonly TextRow[], page: { width: number; height: number }): HeadLandmarks {
  const head = rows.filter(({ baseline }) => baseline < headShare * page.height)
  const nationRow = head.find(({ text }) => nationLine.test(text))
  const numberMatch = firstMatch(head, numberLine, (x) => x < leftColumn * page.width)
  const nation = nationRow?.pieces.find(({ text }) => nationLine.test(text))
  const before = numberMatch?.row.baseline ?? (nationRow ? nationRow.baseline + agencyBelow : 0)
  return {
    nation,
    motto: head.flatMap(({ pieces }) => pieces).find(({ text }) => mottoLine.test(text)),
    agency: nationRow ? agencyLines(head, nationRow, before, page.width) : [],
    number: numberMatch && { ...fillable(numberMatch, 'number'), symbol: numberMatch.match.groups?.symbol ?? '' },
    date: dateOf(firstMatch(head, dateLine, (x) => x > leftColumn * 0.8 * page.width)),
  }
}

const agencyBelow = 34

interface RowMatch {
  row: TextRow
  match: RegExpExecArray
}

function firstMatch(rows: readonly TextRow[], line: RegExp, isThere: (x: number) => boolean): RowMatch | undefined {
  for (const row of rows) {
    const match = line.exec(row.text)
    if (match && isThere(row.xAt(match.index))) return { row, match }
  }
  return undefined
}

function fillable({ row, match }: RowMatch, group: string): Fillable {
  const [start = 0, end = 0] = match.indices?.groups?.[group] ?? []
  const typed = /\d+/.exec(match.groups?.[group] ?? '')?.[0] ?? ''
  return { typed, left: row.xAt(start), right: row.xAt(end), baseline: row.baseline, size: row.size }
}

/** A year that is not typed is the last word of its line: four digits have room there. */
function dateOf(found: RowMatch | undefined): HeadLandmarks['date'] {
  if (!found) return undefined
  const year = fillable(found, 'year')
  const room = year.typed === '' ? Math.max(year.right, year.left + 2.3 * year.size) : year.right
  return { day: fillable(found, 'day'), month: fillable(found, 'month'), year: { ...year, right: room } }
}

/** Beside the national name and below it, as far down as the number. */
function agencyLines(rows: readonly TextRow[], nation: TextRow, before: number, width: number): TextPiece[] {
  return rows
    .filter(({ baseline }) => baseline > nation.baseline - 12 && baseline < before - 4)
    .flatMap(({ pieces }) => pieces.filter(({ left, right, text }) => left < leftColumn * width && (left + right) / 2 < leftColumn * width && isCapital(text)))
}

export function isCapital(text: string): boolean {
  return text === text.toUpperCase() && text !== text.toLowerCase()
}
