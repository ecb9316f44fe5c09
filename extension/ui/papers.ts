/** In points (1/72 inch) as the page is shown. */
export interface PageSize {
  width: number
  height: number
}

/** A document opened to be looked at. Pages count from 1. */
export interface Paper {
  pages: number
  sizeOf: (page: number) => Promise<PageSize>
  /** Draws a page as wide as `widthPixels` of the canvas, as far as a canvas can be that large. Rejects when `signal` aborts. */
  draw: (page: number, canvas: HTMLCanvasElement, widthPixels: number, signal: AbortSignal) => Promise<void>
  /** Frees what it holds. */
  close: () => void
}

/** The documents of one batch as the agent holds them. Rejects with a `RefusalError` where there is none to see. */
export interface Papers {
  /** The clerk may want to open one soon. */
  prepare: () => void
  open: (documentId: string, signal: AbortSignal) => Promise<Paper>
  /** The address of a small picture of the first page, `widthPixels` wide; the same one each time. */
  thumbnail: (documentId: string, widthPixels: number, signal: AbortSignal) => Promise<string>
}
