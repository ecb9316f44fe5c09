import type { ComponentChildren } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import type { Papers } from './papers.ts'

/** In CSS pixels; the look of it is in sign-window.css. */
const width = 40
/** Beyond this, bringing the document over for so small a picture takes longer than anybody looks. */
const mostBytes = 20 * 1024 * 1024

interface ThumbnailProps {
  documentId: string
  sizeBytes: number
  draw: Papers['thumbnail'] | undefined
  /** What lies over the picture. */
  children?: ComponentChildren
}

/** A picture of the first page, drawn when the row comes into sight and given up when it leaves before. It says nothing: words stand beside it. */
export function Thumbnail({ documentId, sizeBytes, draw, children }: ThumbnailProps) {
  const place = useRef<HTMLSpanElement>(null)
  const [url, setUrl] = useState<string>()
  const wanted = draw !== undefined && url === undefined && sizeBytes <= mostBytes
  useEffect(() => {
    if (!wanted || place.current === null) return
    let looking: AbortController | undefined
    const observer = new IntersectionObserver((entries) => {
      looking?.abort()
      if (entries.at(-1)?.isIntersecting !== true) return
      const { signal } = (looking = new AbortController())
      // Without a picture the row is complete all the same; the preview says what is wrong with a document.
      draw(documentId, Math.ceil(width * devicePixelRatio), signal).then(setUrl, () => undefined)
    })
    observer.observe(place.current)
    return () => {
      observer.disconnect()
      looking?.abort()
    }
  }, [wanted, draw, documentId])
  return (
    <span class="thumbnail" ref={place}>
      {url !== undefined && (
        <span class="thumbnail-page">
          <img src={url} alt="" />
          {children}
        </span>
      )}
    </span>
  )
}
