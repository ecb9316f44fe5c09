import { useEffect, useState } from 'preact/hooks'
import type { BatchOnScreen } from '../../shared/messages/view.ts'
import type { MarkName, MarkRectangle, MoveMark, PlacedMark } from '../../shared/protocol/marks.ts'
import { alikeDocuments, mayMove, movesBack, movesTo, type BatchDocument, type Reach } from './alike-documents.ts'
import { rectangleOf } from './mark-geometry.ts'

export interface MarkPlaces {
  document: BatchDocument
  /** Empty when there is nothing to be drawn any more. */
  marks: readonly PlacedMark[]
  movable: boolean
  refused: boolean
  /** The mark that has the clerk's attention, where it is on the screen at this moment. */
  current: { mark: MarkName; at: MarkRectangle } | undefined
  alike: readonly BatchDocument[]
  reach: Reach
  show: (mark: MarkName, at: MarkRectangle) => void
  place: (mark: MarkName, to: MarkRectangle) => void
  back: (mark: MarkName) => void
  setReach: (reach: Reach) => void
}

const stillToDraw: readonly BatchDocument['state'][] = ['received', 'approved', 'prepared']

/** The marks of the document that is looked at, and what the clerk does with them. */
export function useMarkPlaces(batch: BatchOnScreen, document: BatchDocument, refused: boolean, move: (moves: MoveMark[]) => void): MarkPlaces {
  const [current, setCurrent] = useState<MarkPlaces['current']>()
  const [reach, setReach] = useState<Reach>('one')
  // A place for all alike was meant for those of that document.
  useEffect(() => {
    setCurrent(undefined)
    setReach('one')
  }, [document.documentId])
  const { marks = [] } = document
  const movable = mayMove(batch, document)
  const alike = movable ? alikeDocuments(batch, document) : []
  const others = reach === 'alike' ? alike : []
  return {
    document,
    marks: stillToDraw.includes(document.state) ? marks : [],
    movable,
    refused,
    current,
    alike,
    reach,
    show: (mark, at) => setCurrent({ mark, at }),
    place: (mark, to) => move(movesTo(document, mark, to, others)),
    back: (mark) => {
      const own = marks.find((placed) => placed.mark === mark)
      if (own?.proposed) setCurrent({ mark, at: own.proposed })
      move(movesBack([document, ...others], mark))
    },
    setReach: (wanted) => {
      setReach(wanted)
      if (wanted === 'one') return
      // What was moved here already is meant for all of them from now on.
      const moved = marks.filter(({ by }) => by === 'clerk')
      const moves = moved.flatMap((placed) => movesTo(document, placed.mark, rectangleOf(placed), alike))
      if (moves.length > 0) move(moves)
    },
  }
}
