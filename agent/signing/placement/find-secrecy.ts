import type { Secrecy } from '../../../shared/protocol/sign.ts'
import { landmarkWords as words } from '../../../shared/text/document-landmarks.ts'
import type { TextPiece, TextRow } from './text-rows.ts'

/** Marks stand under number and symbol, at the left of the head, or above everything (Circular 24/2020/TT-BCA, article 5). */
const headShare = 0.36
const leftColumn = 0.47
const topShare = 0.08
/** A line of the same paragraph is nearer than this, in units of the letters' size. */
const linePitch = 2

const labelled = new RegExp(`^${words.secrecyLabel}\\s*:?\\s*(?<mark>.+)$`, 'iu')
/** A mark behind number and symbol, which hold no blank themselves. */
const behindNumber = new RegExp(`^${words.number}\\s*:?\\s*[^\\s/]*\\s*/\\s*\\S+\\s+(?<mark>.+)$`, 'iu')
const unfinished = new RegExp(`(?<!\\p{L})(${words.beforeSecrecy})$`, 'u')

/** The mark of secrecy on page 1: the words alone, in capitals, in the mark's own place. In running text, names and subjects they mean nothing. */
export function findSecrecy(rows: readonly TextRow[], page: { width: number; height: number }): Secrecy | undefined {
  const pieces = rows.flatMap((row) => joinSpaced(row.pieces)).filter(({ baseline }) => baseline < headShare * page.height)
  for (const piece of pieces) {
    const found = gradeOf(behindNumber.exec(piece.text)?.groups?.mark ?? piece.text)
    if (found && isInPlace(piece, page) && !pieces.some((other) => runsInto(other, piece))) return found
  }
  return pieces.map(({ text }) => labelled.exec(text)?.groups?.mark).map((mark) => (mark === undefined ? undefined : gradeOf(mark.toUpperCase()))).find((grade) => grade !== undefined)
}

/** The words of a mark and nothing else but what frames them; letters may be spaced. */
export function gradeOf(text: string): Secrecy | undefined {
  const bare = text.normalize('NFKC').replaceAll(/[^\p{L}\d]/gu, '')
  return words.secrecy.find(([, mark]) => mark.replaceAll(' ', '') === bare)?.[0]
}

/** Letters that stand far apart are one word all the same. */
function joinSpaced(pieces: readonly TextPiece[]): TextPiece[] {
  const joined: TextPiece[] = []
  let isOpen = false
  for (const piece of pieces) {
    const isLetter = /^\p{Lu}$/u.test(piece.text.normalize('NFC'))
    const last = joined.at(-1)
    if (last !== undefined && isLetter && isOpen) joined[joined.length - 1] = { ...last, text: last.text + piece.text, right: piece.right }
    else joined.push(piece)
    isOpen = isLetter
  }
  return joined
}

function isInPlace({ left, right, baseline }: TextPiece, page: { width: number; height: number }): boolean {
  return (left + right) / 2 < leftColumn * page.width || baseline < topShare * page.height
}

/** The line above, or the words to the left, go on in this one. */
function runsInto(other: TextPiece, piece: TextPiece): boolean {
  if (other === piece || !unfinished.test(other.text)) return false
  const below = piece.baseline - other.baseline
  const overlaps = other.left < piece.right && piece.left < other.right
  return Math.abs(below) < 3 ? other.right < piece.left : below > 0 && below < linePitch * piece.size && overlaps
}
