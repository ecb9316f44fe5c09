import { useEffect, useRef, useState } from 'preact/hooks'
import type { BatchOnScreen } from '../../shared/messages/view.ts'
import type { MarkName } from '../../shared/protocol/marks.ts'
import { FullMarks } from './document-marks.tsx'
import { Icon } from './icon.tsx'
import { MarkBar } from './mark-bar.tsx'
import type { Papers } from './papers.ts'
import { PreviewBar, type PreviewBarProps } from './preview-bar.tsx'
import { goToMark, PreviewPages, restInSight, scrollToPage } from './preview-pages.tsx'
import type { SignRowFacts } from './choose-rows.ts'
import { useSay } from './say.ts'
import type { UiEvents } from './ui-events.ts'
import { useMarkPlaces } from './use-mark-places.ts'
import { usePaper } from './use-paper.ts'

export interface PreviewProps extends Pick<PreviewBarProps, 'total' | 'neighbours' | 'onSee'> {
  batch: BatchOnScreen
  /** The agent did not want the last move of a mark. */
  placeRefused: boolean
  on: Pick<UiEvents, 'send'>
  row: SignRowFacts
  papers: Papers
  /** Another number each time that the clerk asks for the preview itself. */
  asked: number
  onClose: () => void
}

const zooms = [0.5, 0.75, 1, 1.25, 1.5, 2, 3, 4]

/** One document, page by page, from the agent's own copy. */
export function Preview({ batch, placeRefused, on, row, total, neighbours, papers, asked, onSee, onClose }: PreviewProps) {
  const { document } = row
  const shown = usePaper(papers, document.documentId, document.signedSha256 ?? document.sha256 ?? '')
  const places = useMarkPlaces(batch, document, placeRefused, (moves) => on.send({ kind: 'place', batchId: batch.batchId, moves }))
  const scroller = useRef<HTMLDivElement>(null)
  const [zoom, setZoom] = useState(1)
  const [page, setPage] = useState(1)
  const [wanted, goToWanted] = useState<MarkName>()
  useEffect(() => {
    setPage(1)
    goToWanted(undefined)
    scroller.current?.scrollTo({ top: 0 })
  }, [document.documentId])
  // A mark may be asked for before its page is there.
  useEffect(() => {
    if (wanted !== undefined && shown.state === 'open' && scroller.current && goToMark(scroller.current, wanted)) goToWanted(undefined)
  }, [wanted, shown.state])
  // Whoever opens a document goes on inside it; whoever goes through the list stays there.
  useEffect(() => scroller.current?.focus(), [asked])
  const pages = shown.state === 'open' ? shown.paper.pages : (document.facts?.pages ?? 1)
  const goTo = (wanted: number) => scroller.current && scrollToPage(scroller.current, Math.min(pages, Math.max(1, wanted)))
  const zoomBy = (steps: number) => setZoom(zooms[Math.min(zooms.length - 1, Math.max(0, zooms.indexOf(zoom) + steps))] ?? 1)
  const see = (documentId: string | undefined) => documentId !== undefined && onSee(documentId)
  const press = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return
    const place = scroller.current
    const overflows = place !== null && place.scrollWidth > place.clientWidth
    const actions: Record<string, (() => unknown) | undefined> = {
      'Escape': onClose,
      '+': () => zoomBy(1),
      '=': () => zoomBy(1),
      '-': () => zoomBy(-1),
      'Home': () => goTo(1),
      'End': () => goTo(pages),
      'PageDown': place && restInSight(place, page, 'down') ? () => goTo(page + 1) : undefined,
      'PageUp': place && restInSight(place, page, 'up') ? () => goTo(page - 1) : undefined,
      'ArrowLeft': overflows ? undefined : () => see(neighbours.previous),
      'ArrowRight': overflows ? undefined : () => see(neighbours.next),
    }
    const action = actions[event.key]
    if (action === undefined) return
    event.preventDefault()
    action()
  }
  return (
    <div class="preview-inside" onKeyDown={press}>
      <PreviewHead row={row} onClose={onClose} />
      <PreviewBar
        {...{ place: row.place, total, page, pages, zoom }}
        mayZoom={{ in: zoom !== zooms.at(-1), out: zoom !== zooms[0] }}
        neighbours={neighbours}
        onSee={onSee}
        onPage={goTo}
        onZoom={zoomBy}
      />
      <MarkBar places={places} onGo={goToWanted} />
      <PreviewPages shown={shown} name={nameOf(row)} zoom={zoom} places={places} scroller={scroller} onPage={setPage} />
    </div>
  )
}

function PreviewHead({ row, onClose }: Pick<PreviewProps, 'row' | 'onClose'>) {
  const say = useSay()
  const { facts, signedSha256 } = row.document
  const subject = facts?.subject || facts?.title
  return (
    <div class="preview-head">
      <div class="preview-title">
        <h2>{nameOf(row)}</h2>
        {subject && <p class="preview-subject">{subject}</p>}
        <p class="soft small preview-source">
          <Icon name="lock" size={12} />
          {signedSha256 === undefined ? say.previewOriginal : say.previewSigned}
        </p>
      </div>
      <button type="button" class="button icon-only quiet" aria-label={say.close} title={say.close} onClick={onClose}>
        <Icon name="cross" />
      </button>
      {facts && <FullMarks document={row.document} facts={facts} />}
    </div>
  )
}

function nameOf({ document: { facts, name } }: SignRowFacts): string {
  return facts?.number || name
}
