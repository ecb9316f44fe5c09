import { limits } from '../../shared/protocol/limits.ts'
import { documentKinds, headingWords, toneSpellings } from '../../shared/text/document-heading.ts'

/** A run of text on one line, as the page is shown: points from the left and from the top of the page. */
export interface TextRun {
  x: number
  /** Of the baseline. */
  y: number
  width: number
  /** Of the letters, in points. */
  size: number
  text: string
}

/** What the head of an administrative document says; empty where it does not say it plainly. */
export interface Heading {
  /** Number and symbol, with a slash between them. */
  number: string
  /** What the document is about, as written there. */
  subject: string
}

const { number: numberWord, about, paragraphsAfter } = headingWords
const numberLine = new RegExp(`^${numberWord}\\s*(:|\\d*\\s*/)`, 'iu')
const filledNumber = new RegExp(`^${numberWord}\\s*:?\\s*(\\d+)\\s*/\\s*([\\p{L}\\d][\\p{L}\\d\\-–/.&]*)`, 'iu')
const aboutLine = new RegExp(`^${about}\\b`, 'iu')
const nextParagraph = new RegExp(`^(${paragraphsAfter.join('|')})`, 'iu')
const kinds = new Set(documentKinds.map(oneSpelling))

const sameLine = 3.5
/** A wider blank parts two columns; in units of the letters' size. */
const columnGap = 1.5
/** Lines of one paragraph are nearer than this; in units of the letters' size. */
const paragraphPitch = 1.75
const centreTolerance = 30
const subjectLines = 6

/** Reads number and subject from the runs of the first page (Decree 30/2020, annex I). */
export function readHeading(runs: TextRun[]): Heading {
  const lines = joinRuns(runs)
  const at = lines.findIndex(({ text }) => numberLine.test(text))
  const first = lines[at]
  if (!first) return { number: '', subject: '' }
  const subject = subjectAside(lines, first) || subjectUnderTitle(lines.slice(at + 1))
  return { number: numberOf(first.text).slice(0, limits.nameCharacters), subject: subject.slice(0, limits.nameCharacters) }
}

/** Runs of one height become one line where no wide blank is between them; ordered from the top, then from the left. */
function joinRuns(runs: TextRun[]): TextRun[] {
  const ordered = runs.filter(({ text }) => text.trim() !== '').sort((one, other) => one.y - other.y)
  const rows: TextRun[][] = []
  for (const run of ordered) {
    const row = rows.at(-1)
    if (row?.[0] && run.y - row[0].y <= sameLine) row.push(run)
    else rows.push([run])
  }
  return rows.flatMap((row) => joinRow(row.sort((one, other) => one.x - other.x)))
}

function joinRow(row: TextRun[]): TextRun[] {
  const lines: TextRun[] = []
  for (const run of row) {
    const last = lines.at(-1)
    const gap = last ? run.x - (last.x + last.width) : Infinity
    if (!last || gap > columnGap * run.size) {
      lines.push({ ...run })
      continue
    }
    const blank = gap > 0.15 * run.size && !last.text.endsWith(' ') && !run.text.startsWith(' ')
    last.text += (blank ? ' ' : '') + run.text
    last.width = run.x + run.width - last.x
  }
  return lines.map((line) => ({ ...line, text: line.text.normalize('NFC').replaceAll(/\s+/gu, ' ').trim() }))
}

function numberOf(text: string): string {
  const found = filledNumber.exec(text)
  return found ? `${found[1] ?? ''}/${found[2] ?? ''}` : ''
}

/** An official letter: the subject stands under the number, in its column. */
function subjectAside(lines: TextRun[], number: TextRun): string {
  const first = lines.find((line) => aboutLine.test(line.text) && line.y > number.y && overlaps(line, number))
  return first ? paragraphFrom(lines, first, (line) => overlaps(line, first)) : ''
}

/** The other kinds: the kind in capitals in the middle of the page, the subject in centred lines below it. */
function subjectUnderTitle(lines: TextRun[]): string {
  const title = lines.find(({ text }) => isCapital(text) && kinds.has(oneSpelling(text.toLowerCase())))
  if (!title) return ''
  const isCentred = (line: TextRun): boolean => Math.abs(centreOf(line) - centreOf(title)) <= centreTolerance && !isCapital(line.text)
  const first = lines.find((line) => line.y > title.y + sameLine && line.y - title.y < 2 * title.size && isCentred(line))
  return first ? paragraphFrom(lines, first, isCentred) : ''
}

function paragraphFrom(lines: TextRun[], first: TextRun, belongs: (line: TextRun) => boolean): string {
  const taken = [first]
  for (const line of lines) {
    const last = taken.at(-1) ?? first
    if (line.y <= last.y + sameLine || !belongs(line)) continue
    if (line.y - last.y > paragraphPitch * first.size || nextParagraph.test(line.text) || taken.length === subjectLines) break
    taken.push(line)
  }
  return taken.map(({ text }) => text).join(' ')
}

function overlaps(one: Pick<TextRun, 'x' | 'width'>, other: Pick<TextRun, 'x' | 'width'>): boolean {
  return one.x < other.x + other.width && other.x < one.x + one.width
}

function isCapital(text: string): boolean {
  return text === text.toUpperCase() && text !== text.toLowerCase()
}

function centreOf({ x, width }: TextRun): number {
  return x + width / 2
}

/** Both ways to set a tone mark are in use. */
function oneSpelling(text: string): string {
  return toneSpellings.reduce((spelled, [from, to]) => spelled.replaceAll(from, to), text.normalize('NFC'))
}
