import { refuse } from '../../shared/errors.ts'
import { fixedSize, markSides } from '../../shared/protocol/limits.ts'
import type { MarkRectangle, MoveMark, PlacedMark } from '../../shared/protocol/marks.ts'
import type { DocumentFacts, DocumentView } from '../../shared/protocol/sign.ts'

const sameSize = 0.5

/** The marks of a document after the clerk's moves. @throws RefusalError place-outside, message-malformed; then none is moved */
export function movedMarks({ marks = [], facts }: Pick<DocumentView, 'marks' | 'facts'>, moves: readonly MoveMark[]): PlacedMark[] {
  const unknown = moves.find(({ mark }) => !marks.some((placed) => placed.mark === mark))
  if (unknown) refuse('message-malformed', { kind: unknown.mark })
  return marks.map((placed) => moves.filter(({ mark }) => mark === placed.mark).reduce((moved, { to }) => movedTo(moved, to, facts), placed))
}

function movedTo(placed: PlacedMark, to: MarkRectangle | undefined, facts: DocumentFacts | undefined): PlacedMark {
  const { proposed, ...rest } = placed
  if (to === undefined) return proposed ? { ...rest, ...proposed, confidence: 1, by: 'clerk', proposed } : placed
  const isFixed = fixedSize.includes(placed.mark)
  const keepsSize = Math.abs(to.width - placed.width) <= sameSize && Math.abs(to.height - placed.height) <= sameSize
  const isSane = Math.min(to.width, to.height) >= markSides.least && Math.max(to.width, to.height) <= markSides.most
  if ((isFixed && !keepsSize) || !isSane || !isInside(to, facts)) refuse('place-outside', { page: String(to.page) })
  const { page, x, y, width, height } = placed
  const size = isFixed ? { width, height } : { width: to.width, height: to.height }
  return { ...rest, page: to.page, x: to.x, y: to.y, ...size, confidence: 1, by: 'clerk', proposed: proposed ?? { page, x, y, width, height } }
}

/** A little is left for what both sides round. */
const edge = 0.5

function isInside({ page, x, y, width, height }: MarkRectangle, facts: DocumentFacts | undefined): boolean {
  const size = facts?.pageSizes?.findLast(({ from }) => from <= page)
  return size !== undefined && page <= (facts?.pages ?? 0) && x + width <= size.width + edge && y + height <= size.height + edge
}
