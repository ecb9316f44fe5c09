import type { TextRun } from '../read-heading.ts'

/** All text at one height, from left to right, with the place of each character. Points from the left and the top. */
export interface TextRow {
  /** NFC; a wide blank is one blank. */
  text: string
  baseline: number
  /** Of the largest letters. */
  size: number
  /** Left edge of the character at this index; of the end of the text, its right edge. */
  xAt(index: number): number
  /** The row in pieces, where a blank is wider than between words. */
  pieces: TextPiece[]
}

/** Letters that stand together. */
export interface TextPiece {
  text: string
  left: number
  right: number
  baseline: number
  size: number
}

/** Words of one line can have different boxes where fonts are mixed; their baselines are this near. */
const sameRow = 3.5
/** A wider blank parts two columns; in units of the letters' size. */
const columnGap = 1.5
/** A narrower one parts nothing. */
const wordGap = 0.15

/** Letters that are drawn once more so near, in units of their size, are meant to look bold. */
const overprint = 0.15

/** From the top to the bottom of the page. */
export function rowsOf(runs: readonly TextRun[]): TextRow[] {
  const ordered = runs.filter(({ text }) => text.trim() !== '').toSorted((one, other) => one.y - other.y)
  const rows: TextRun[][] = []
  for (const run of ordered) {
    const row = rows.at(-1)
    if (row?.[0] && run.y - row[0].y <= sameRow) row.push(run)
    else rows.push([run])
  }
  return rows.map((row) => rowOf(withoutOverprint(row.toSorted((one, other) => one.x - other.x))))
}

/** From left to right. */
function withoutOverprint(row: readonly TextRun[]): TextRun[] {
  const kept: TextRun[] = []
  for (const run of row) {
    const last = kept.at(-1)
    const isAgain = last !== undefined && last.text === run.text && run.x - last.x < overprint * run.size && Math.abs(run.y - last.y) < overprint * run.size
    if (!isAgain) kept.push(run)
  }
  return kept
}

function rowOf(runs: readonly TextRun[]): TextRow {
  const characters: { text: string; left: number; right: number }[] = []
  const pieces: TextPiece[] = []
  for (const run of runs) {
    const last = pieces.at(-1)
    const gap = last ? run.x - last.right : Infinity
    const { letters, left, right } = spread(run)
    if (gap > wordGap * run.size && characters.length > 0) characters.push({ text: ' ', left: last?.right ?? left, right: left })
    characters.push(...letters)
    const text = letters.map((letter) => letter.text).join('')
    if (!last || gap > columnGap * run.size) pieces.push({ text, left, right, baseline: run.y, size: run.size })
    else extend(last, gap > wordGap * run.size ? ` ${text}` : text, right, run.size)
  }
  return {
    text: characters.map(({ text }) => text).join(''),
    baseline: runs[0]?.y ?? 0,
    size: Math.max(...runs.map(({ size }) => size)),
    xAt: (index) => characters[index]?.left ?? characters.at(-1)?.right ?? 0,
    pieces: pieces.map((piece) => ({ ...piece, text: piece.text.replaceAll(/\s+/g, ' ').trim() })),
  }
}

function extend(piece: TextPiece, text: string, right: number, size: number): void {
  piece.text += text
  piece.right = right
  piece.size = Math.max(piece.size, size)
}

/**
 * The characters of a run over its width. A run tells only where it begins and ends; between them letters are as wide as
 * those of Times New Roman. Blanks at its ends belong to the gaps beside it.
 */
function spread({ text, x, width }: TextRun): { letters: { text: string; left: number; right: number }[]; left: number; right: number } {
  const letters = Array.from(text.normalize('NFC'), (letter) => (/\s/u.test(letter) ? ' ' : letter.length > 1 ? '?' : letter))
  const whole = letters.reduce((sum, letter) => sum + widthOf(letter), 0)
  let at = 0
  const placed = letters.map((letter) => {
    const left = x + (at / whole) * width
    at += widthOf(letter)
    return { text: letter, left, right: x + (at / whole) * width }
  })
  const first = placed.findIndex((letter) => letter.text !== ' ')
  const last = placed.findLastIndex((letter) => letter.text !== ' ')
  const inked = placed.slice(first, last + 1)
  return { letters: inked, left: inked[0]?.left ?? x, right: inked.at(-1)?.right ?? x }
}

/** In thousandths of the size, by classes. */
function widthOf(letter: string): number {
  const bare = letter.normalize('NFD').charAt(0)
  if (/[ .,]/.test(bare)) return 250
  if (/[ijlt:;/!'|]/.test(bare)) return 278
  if (/[-fr()sI]/.test(bare)) return 350
  if (/[mwMW]/.test(bare)) return 830
  if (/\p{Lu}/u.test(bare)) return 680
  return 500
}
