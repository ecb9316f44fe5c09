import type { BatchOnScreen } from '../../shared/messages/view.ts'
import { sureFrom } from '../../shared/protocol/limits.ts'
import type { MarkName, MarkRectangle, MoveMark, PlacedMark } from '../../shared/protocol/marks.ts'
import { followed, shownSize } from './mark-geometry.ts'

export type BatchDocument = BatchOnScreen['documents'][number]

/** For whom a place holds: the document that is looked at, or all of the batch that are like it. */
export type Reach = 'one' | 'alike'

/** Whether marks of a document can still be moved: it is here, and nobody has agreed to it yet. */
export function mayMove({ state }: Pick<BatchOnScreen, 'state'>, document: BatchDocument): boolean {
  return state === 'offered' && document.state === 'received' && (document.marks?.length ?? 0) > 0
}

/**
 * The other documents that are like this one: of the same template, as the agent tells; or, where it could not read one for
 * certain, with pages of the same size.
 */
export function alikeDocuments(batch: BatchOnScreen, document: BatchDocument): BatchDocument[] {
  const unsure = isUnsure(document)
  return batch.documents.filter((other) => {
    if (other.documentId === document.documentId || !mayMove(batch, other) || isUnsure(other) !== unsure) return false
    return unsure ? sameSize(other, document) : document.facts?.template !== undefined && other.facts?.template === document.facts.template
  })
}

/** The place of a mark that the clerk has put there, on this document and, as it follows from it, on those alike. */
export function movesTo(document: BatchDocument, mark: MarkName, to: MarkRectangle, alike: readonly BatchDocument[]): MoveMark[] {
  const own = document.marks?.find((placed) => placed.mark === mark)
  if (own === undefined) return []
  const moved: PlacedMark = { ...own, ...to, proposed: own.proposed ?? own }
  const others = alike.flatMap(({ documentId, marks = [], facts = {} }): MoveMark[] => {
    const theirs = marks.find((placed) => placed.mark === mark)
    const page = theirs && shownSize(facts, theirs.proposed?.page ?? theirs.page)
    return theirs && page ? [{ documentId, mark, to: followed(theirs, moved, page, isUnsure(document)) }] : []
  })
  return [{ documentId: document.documentId, mark, to }, ...others]
}

/** Back to where they were proposed. */
export function movesBack(documents: readonly BatchDocument[], mark: MarkName): MoveMark[] {
  return documents.filter(({ marks = [] }) => marks.some((placed) => placed.mark === mark && placed.proposed)).map(({ documentId }) => ({ documentId, mark }))
}

/** What the list says of a document's places. */
export type PlaceState = 'sure' | 'unsure' | 'moved' | 'remembered'

export function placeState({ marks = [] }: BatchDocument): PlaceState | undefined {
  if (marks.length === 0) return undefined
  if (marks.some(({ by, confidence }) => by === 'reading' && confidence < sureFrom)) return 'unsure'
  if (marks.some(({ by }) => by === 'clerk')) return 'moved'
  return marks.some(({ by }) => by === 'memory') ? 'remembered' : 'sure'
}

/** What is still worth a look: a place that was not sure is one no more once the clerk has put the mark somewhere. */
export function warningsLeft(document: BatchDocument): NonNullable<BatchDocument['facts']>['warnings'] {
  const warnings = document.facts?.warnings ?? []
  return placeState(document) === 'moved' ? warnings.filter((warning) => warning !== 'place-unsure') : warnings
}

/** Reading itself was not sure, whoever has moved what since. */
function isUnsure({ facts }: BatchDocument): boolean {
  return facts?.warnings.includes('place-unsure') === true
}

function sameSize(one: BatchDocument, other: BatchDocument): boolean {
  const sizes = [one, other].map(({ facts = {}, marks = [] }) => shownSize(facts, marks[0]?.page ?? 1))
  const [first, second] = sizes
  return first !== undefined && second !== undefined && Math.abs(first.width - second.width) < 1 && Math.abs(first.height - second.height) < 1
}
