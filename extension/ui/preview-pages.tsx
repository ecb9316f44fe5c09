import type { RefObject } from 'preact'
import { useEffect, useId, useLayoutEffect, useState } from 'preact/hooks'
import type { MarkName } from '../../shared/protocol/marks.ts'
import { MarkBox } from './mark-box.tsx'
import { shownSize } from './mark-geometry.ts'
import { Notice, RefusalNotice } from './notice.tsx'
import { PreviewPage } from './preview-page.tsx'
import { useSay } from './say.ts'
import type { MarkPlaces } from './use-mark-places.ts'
import type { PaperState } from './use-paper.ts'

/** Paper lies on a table: so much of it is seen around each page, in CSS pixels. */
const margin = 16

interface PreviewPagesProps {
  shown: PaperState
  /** What the document is called. */
  name: string
  /** 1 is as wide as the place. */
  zoom: number
  places: MarkPlaces
  scroller: RefObject<HTMLDivElement | null>
  onPage: (page: number) => void
}

/** All pages below each other, in one place that scrolls. */
export function PreviewPages({ shown, name, zoom, places, scroller, onPage }: PreviewPagesProps) {
  const say = useSay()
  const hint = useId()
  const markKeys = useId()
  const placeWidth = useWidth(scroller)
  const width = Math.max(120, Math.round((placeWidth - 2 * margin) * zoom))
  useStayOnPage(scroller, width)
  return (
    <div
      class="sheets"
      ref={scroller}
      role="region"
      aria-label={say.pagesOf(name)}
      aria-describedby={hint}
      tabIndex={0}
      onScroll={({ currentTarget }) => onPage(pageInSight(currentTarget))}
    >
      <p id={hint} class="hidden-but-said">
        {say.previewKeys}
      </p>
      <p id={markKeys} class="hidden-but-said">
        {say.markKeys}
      </p>
      {shown.state === 'opening' && <p class="preview-empty soft">{say.previewOpening}</p>}
      {shown.state === 'failed' && (
        <div class="preview-empty">{shown.refusal ? <RefusalNotice refusal={shown.refusal} urgent /> : <Notice tone="care" urgent>{say.previewFailed}</Notice>}</div>
      )}
      {shown.state === 'open' &&
        placeWidth > 0 &&
        Array.from({ length: shown.paper.pages }, (_, index) => (
          <PreviewPage key={index} paper={shown.paper} page={index + 1} size={shown.firstPage} width={width}>
            <PageMarks places={places} page={index + 1} width={width} keys={markKeys} />
          </PreviewPage>
        ))}
    </div>
  )
}

function PageMarks({ places, page, width, keys }: { places: MarkPlaces; page: number; width: number; keys: string }) {
  const { document, marks, movable, refused, place, show } = places
  const size = shownSize(document.facts ?? {}, page)
  if (size === undefined) return null
  const here = marks.filter((placed) => placed.page === page)
  return (
    <>
      {here.map((placed) => {
        const { mark } = placed
        const key = `${document.documentId} ${mark}`
        return <MarkBox key={key} {...{ placed, size, movable, refused, keys }} scale={width / size.width} onPlace={(to) => place(mark, to)} onShow={(at) => show(mark, at)} />
      })}
    </>
  )
}

/** The page that takes the middle of the place. */
export function pageInSight(scroller: HTMLElement): number {
  const middle = scroller.scrollTop + scroller.clientHeight / 2
  const sheets = [...scroller.querySelectorAll<HTMLElement>('.sheet')]
  const below = sheets.findIndex((sheet) => sheet.offsetTop > middle)
  return Math.max(1, below === -1 ? sheets.length : below)
}

/** Brings a mark into the middle of the place and gives it the focus, where it can be moved. False while its page is not there yet. */
export function goToMark(scroller: HTMLElement, mark: MarkName): boolean {
  const box = scroller.querySelector<HTMLElement>(`[data-mark="${mark}"]`)
  box?.scrollIntoView({ block: 'center', inline: 'nearest' })
  box?.focus({ preventScroll: true })
  return box !== null
}

export function scrollToPage(scroller: HTMLElement, page: number): void {
  const sheet = scroller.querySelectorAll<HTMLElement>('.sheet')[page - 1]
  if (sheet) scroller.scrollTo({ top: page === 1 ? 0 : sheet.offsetTop - margin / 2 })
}

/** Turning the page must not skip what is still out of sight: then the browser scrolls on by itself. */
export function restInSight(scroller: HTMLElement, page: number, direction: 'up' | 'down'): boolean {
  const sheet = scroller.querySelectorAll<HTMLElement>('.sheet')[page - 1]
  if (sheet === undefined) return true
  const { offsetTop, offsetHeight } = sheet
  const { scrollTop, clientHeight } = scroller
  return direction === 'up' ? offsetTop >= scrollTop - margin : offsetTop + offsetHeight <= scrollTop + clientHeight + margin
}

function useWidth(element: RefObject<HTMLElement | null>): number {
  const [width, setWidth] = useState(0)
  useLayoutEffect(() => {
    if (!element.current) return
    const observer = new ResizeObserver(([entry]) => setWidth(Math.floor(entry?.contentRect.width ?? 0)))
    observer.observe(element.current)
    return () => observer.disconnect()
  }, [element])
  return width
}

/** After a zoom, the same place of the document is in sight. */
function useStayOnPage(scroller: RefObject<HTMLElement | null>, width: number): void {
  const [before, setBefore] = useState(width)
  useEffect(() => {
    if (scroller.current && before > 0 && before !== width) {
      const { current } = scroller
      const half = current.clientHeight / 2
      current.scrollTop = ((current.scrollTop + half) * width) / before - half
      current.scrollLeft = (current.scrollWidth - current.clientWidth) / 2
    }
    setBefore(width)
  }, [width])
}
