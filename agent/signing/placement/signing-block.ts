import { landmarkWords as words } from '../../../shared/text/document-landmarks.ts'
import { isCapital } from './heading-landmarks.ts'
import type { TextPiece, TextRow } from './text-rows.ts'

/** Where a leader signs. Points from the left and the top of the page. */
export interface SigningBlock {
  /** Middle of title and name. */
  centre: number
  /** Bottom of the last title line (T). */
  titleBottom: number
  /** Top of the name (N); where no name was found, the usual distance below the title. */
  nameTop: number
  title: string[]
  /** Empty where it was not found. */
  name: string
  /** Left edge of the recipients' column. */
  recipientsLeft: number
  /** 0 to 1: how much it looks like one of the measured blocks. */
  confidence: number
}

/** Of the font's size: from the baseline to the top of a line of Times New Roman, and to its bottom. */
export const ascent = 0.891
export const descent = 0.216

/** Three empty lines: the middle of 12 measured documents. */
export const usualGap = 80
const sameHeight = 4
const titlePitch = 1.9
const titleDrift = 8
const nameDrift = 15
const gaps = { least: 30, most: 200, usualFrom: 44, usualTo: 130 }
const recipientsLine = new RegExp(`^${words.recipients}`, 'iu')
const titleLine = new RegExp(`^(${words.titles})(?!\\p{L})`, 'u')

/** The block on a page where "recipients" and a title stand at the same height; the most likely, where there are several. */
export function findSigningBlock(rows: readonly TextRow[], page: { width: number; height: number }): SigningBlock | undefined {
  const pieces = rows.flatMap((row) => row.pieces)
  const recipients = pieces.filter(({ text, left }) => recipientsLine.test(text) && left < 0.45 * page.width)
  const found = recipients.flatMap((recipient) => {
    const titles = pieces.filter((piece) => isBeside(piece, recipient, page.width))
    return titles.map((title) => blockFrom(pieces, title, recipient, page, titles.length > 1))
  })
  const [best, second] = found.toSorted((one, other) => other.confidence - one.confidence)
  // Two blocks that look alike: which of them is meant, the page does not tell.
  return best && second ? { ...best, confidence: Math.min(best.confidence, 0.5) } : best
}

function isBeside(piece: TextPiece, recipient: TextPiece, width: number): boolean {
  const centre = (piece.left + piece.right) / 2
  const level = Math.abs(piece.baseline - recipient.baseline) <= sameHeight || Math.abs(topOf(piece) - topOf(recipient)) <= sameHeight
  return level && piece.left > recipient.right && centre > 0.5 * width && isCapital(piece.text)
}

function blockFrom(pieces: readonly TextPiece[], first: TextPiece, recipient: TextPiece, page: { width: number }, several: boolean): SigningBlock {
  const title = titleFrom(pieces, first)
  const last = title.at(-1) ?? first
  const centre = centreOf(last)
  const titleBottom = last.baseline + descent * last.size
  const name = nameBelow(pieces, last)
  const nameTop = name ? topOf(name) : titleBottom + usualGap
  const doubts = [
    [several, 0.5],
    [name === undefined, 0.5],
    [nameTop - titleBottom < gaps.usualFrom || nameTop - titleBottom > gaps.usualTo, 0.15],
    [name !== undefined && Math.abs(centreOf(name) - centre) > 4, 0.15],
    [centre < 0.6 * page.width || centre > 0.82 * page.width, 0.2],
    [!title.some(({ text }) => titleLine.test(text)), 0.15],
    [isObstructed(pieces, centre, titleBottom, nameTop), 0.3],
  ] as const
  const confidence = doubts.reduce((sum, [holds, weight]) => (holds ? sum - weight : sum), 0.98)
  return {
    centre: name ? (centre + centreOf(name)) / 2 : centre,
    titleBottom,
    nameTop,
    title: title.map(({ text }) => text),
    name: name?.text ?? '',
    recipientsLeft: recipient.left,
    confidence: Math.max(0, confidence),
  }
}

/** One to several lines in capitals, each right below the one before. */
function titleFrom(pieces: readonly TextPiece[], first: TextPiece): TextPiece[] {
  const title = [first]
  for (const piece of pieces) {
    const last = title.at(-1) ?? first
    const below = piece.baseline - last.baseline
    if (below <= 0 || Math.abs(centreOf(piece) - centreOf(first)) > titleDrift) continue
    if (below > titlePitch * last.size || !isCapital(piece.text)) break
    title.push(piece)
  }
  return title
}

function nameBelow(pieces: readonly TextPiece[], last: TextPiece): TextPiece | undefined {
  const bottom = last.baseline + descent * last.size
  return pieces.find((piece) => {
    const gap = topOf(piece) - bottom
    return gap >= gaps.least && gap <= gaps.most && Math.abs(centreOf(piece) - centreOf(last)) <= nameDrift && isName(piece.text)
  })
}

function isName(text: string): boolean {
  const parts = text.split(' ')
  return parts.length >= 2 && parts.length <= 8 && /^\p{Lu}/u.test(text) && !/[\d:;/(]/.test(text)
}

/** Something is printed where the signature goes. */
function isObstructed(pieces: readonly TextPiece[], centre: number, titleBottom: number, nameTop: number): boolean {
  return pieces.some((piece) => piece.baseline > titleBottom + 2 && piece.baseline < nameTop - 1 && piece.left < centre + 60 && piece.right > centre - 60)
}

function centreOf({ left, right }: TextPiece): number {
  return (left + right) / 2
}

function topOf({ baseline, size }: TextPiece): number {
  return baseline - ascent * size
}
