import type { ComponentChildren } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import type { PageSize, Paper } from './papers.ts'
import { useSay } from './say.ts'

interface PreviewPageProps {
  paper: Paper
  page: number
  /** Of the first page; most documents have one size throughout. */
  size: PageSize
  /** In CSS pixels. */
  width: number
  /** What lies over it. */
  children?: ComponentChildren
}

/** One page, drawn while it is in sight or next to it; its canvas is given back when it is not. */
export function PreviewPage({ paper, page, size: expected, width, children }: PreviewPageProps) {
  const say = useSay()
  const sheet = useRef<HTMLDivElement>(null)
  const near = useNear(sheet)
  const [size, setSize] = useState(expected)
  const [failed, setFailed] = useState(false)
  const height = (width * size.height) / size.width
  useEffect(() => {
    const place = sheet.current
    if (!near || place === null) return
    const away = new AbortController()
    const show = async (): Promise<void> => {
      const canvas = document.createElement('canvas')
      setSize(await paper.sizeOf(page))
      await paper.draw(page, canvas, Math.round(width * devicePixelRatio), away.signal)
      if (away.signal.aborted) return
      // What was drawn at another size stands until now, so that nothing flickers.
      for (const earlier of place.querySelectorAll('canvas')) giveBack(earlier)
      place.prepend(canvas)
      setFailed(false)
    }
    show().catch(() => {
      if (!away.signal.aborted) setFailed(true)
    })
    return () => away.abort()
  }, [paper, page, near, width])
  useEffect(() => {
    const place = sheet.current
    if (near || place === null) return
    for (const earlier of place.querySelectorAll('canvas')) giveBack(earlier)
  }, [near])
  return (
    <div class="sheet" data-page={page} style={{ inlineSize: `${width}px`, blockSize: `${height}px` }}>
      <div ref={sheet} class="sheet-face" role="img" aria-label={say.pageOf(page, paper.pages)}>
        {failed && <p class="small">{say.pageFailed(page)}</p>}
      </div>
      {children}
    </div>
  )
}

/** True while the element is in its scroller's sight, or as far from it as the scroller is high. */
function useNear(element: { current: HTMLElement | null }): boolean {
  const [near, setNear] = useState(false)
  useEffect(() => {
    if (element.current === null) return
    const observer = new IntersectionObserver((entries) => setNear(entries.at(-1)?.isIntersecting === true), {
      root: element.current.closest('.sheets'),
      rootMargin: '100% 0px',
    })
    observer.observe(element.current)
    return () => observer.disconnect()
  }, [element])
  return near
}

/** Browsers keep the memory of a canvas until it is collected, unless it is told to be nothing. */
function giveBack(canvas: HTMLCanvasElement): void {
  canvas.width = 0
  canvas.height = 0
  canvas.remove()
}
