import { Icon, type IconName } from './icon.tsx'
import { useSay } from './say.ts'

export interface PreviewBarProps {
  /** How many documents the batch has. */
  total: number
  /** Before and after it in the list; undefined at its ends. */
  neighbours: { previous: string | undefined; next: string | undefined }
  onSee: (documentId: string) => void
  /** Of the document in the batch, from 1. */
  place: number
  page: number
  pages: number
  zoom: number
  mayZoom: { in: boolean; out: boolean }
  onPage: (page: number) => void
  onZoom: (steps: number) => void
}

/** Which document, which page, how large; each with a step to either side. */
export function PreviewBar({ place, total, neighbours, page, pages, zoom, mayZoom, onSee, onPage, onZoom }: PreviewBarProps) {
  const say = useSay()
  const { previous, next } = neighbours
  const percent = Math.round(zoom * 100)
  return (
    <div class="preview-bar">
      <div class="stepper">
        <Step icon="left" words={say.previousDocument} onStep={previous === undefined ? undefined : () => onSee(previous)} />
        <span class="number" role="status">
          {say.documentOf(place, total)}
        </span>
        <Step icon="right" words={say.nextDocument} onStep={next === undefined ? undefined : () => onSee(next)} />
      </div>
      <div class="stepper">
        <Step icon="up" words={say.previousPage} onStep={page > 1 ? () => onPage(page - 1) : undefined} />
        <span class="number">{say.pageOf(page, pages)}</span>
        <Step icon="down" words={say.nextPage} onStep={page < pages ? () => onPage(page + 1) : undefined} />
      </div>
      <div class="stepper">
        <Step icon="minus" words={say.zoomOut} onStep={mayZoom.out ? () => onZoom(-1) : undefined} />
        <span class="number" aria-hidden="true">
          {percent}%
        </span>
        <span class="hidden-but-said">{say.zoomValue(percent)}</span>
        <Step icon="plus" words={say.zoomIn} onStep={mayZoom.in ? () => onZoom(1) : undefined} />
      </div>
    </div>
  )
}

/** Stays in the order of the keyboard at the end of its way, so that the focus is not lost there. */
function Step({ icon, words, onStep }: { icon: IconName; words: string; onStep: (() => void) | undefined }) {
  return (
    <button type="button" class="button icon-only quiet low" aria-label={words} title={words} aria-disabled={onStep === undefined} onClick={onStep}>
      <Icon name={icon} size={14} />
    </button>
  )
}
