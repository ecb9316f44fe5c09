import { AnnotationMode, getDocument, PDFWorker, type PDFDocumentLoadingTask, type PDFDocumentProxy } from 'pdfjs-dist'
import { orAborted } from './or-aborted.ts'
import type { Paper } from './papers.ts'
import { Turns } from './turns.ts'

/** Larger than any page at the greatest zoom that still reads well; a canvas of this size takes 64 MB. */
const mostPixels = 16_000_000
/** A sheet of A4 at 900 dpi. */
const mostImagePixels = 80_000_000
const openMs = 20_000
/** The next document is often opened right after; after that, the worker and all its memory are given back. */
const idleMs = 15_000
const errorsOnly = 0

/** Opens documents with pdf.js in a worker of its own, which is ended when nothing has been open for a while. */
export class PdfReader {
  readonly #folder: string
  readonly #open = new Set<PDFDocumentLoadingTask>()
  #worker: { thread: Worker; pdf: PDFWorker } | undefined
  #idle: ReturnType<typeof setTimeout> | undefined

  /** @param folder address of the folder with the worker and what it loads, ending in a slash */
  constructor(folder: string) {
    this.#folder = folder
  }

  /** Starts the worker before there is anything to open, which is half of the time that the first document takes. */
  prepare(): void {
    this.#start()
    this.#rest()
  }

  /** Takes the bytes over. Rejects where pdf.js cannot read them, or does not come to an end. */
  async open(bytes: Uint8Array, signal: AbortSignal): Promise<Paper> {
    signal.throwIfAborted()
    clearTimeout(this.#idle)
    const task = getDocument({ ...this.#options(), data: bytes })
    this.#open.add(task)
    const stop = AbortSignal.any([signal, AbortSignal.timeout(openMs)])
    try {
      return this.#paper(task, await orAborted(task.promise, stop))
    } catch (error) {
      this.#close(task)
      // Whoever is still busy after so long will not listen to a polite word.
      if (stop.aborted && !signal.aborted) this.#end()
      throw error
    }
  }

  #start(): PDFWorker {
    this.#worker ??= startWorker(`${this.#folder}pdf.worker.min.mjs`)
    return this.#worker.pdf
  }

  #options() {
    return {
      worker: this.#start(),
      verbosity: errorsOnly,
      maxImageSize: mostImagePixels,
      // Fonts that a document does not bring are those of the PC, which have Vietnamese letters; only two symbol fonts are shipped.
      useSystemFonts: true,
      standardFontDataUrl: this.#folder,
      cMapUrl: this.#folder,
      cMapPacked: true,
      wasmUrl: this.#folder,
      useWorkerFetch: true,
      enableXfa: false,
    }
  }

  #paper(task: PDFDocumentLoadingTask, document: PDFDocumentProxy): Paper {
    // The page that was asked for first is there first; two at once would each take twice as long.
    const turns = new Turns(1)
    return {
      pages: document.numPages,
      sizeOf: async (page) => {
        const { width, height } = (await document.getPage(page)).getViewport({ scale: 1 })
        return { width, height }
      },
      draw: (page, canvas, widthPixels, signal) => turns.take(() => draw(document, page, canvas, widthPixels, signal), signal),
      close: () => this.#close(task),
    }
  }

  #close(task: PDFDocumentLoadingTask): void {
    if (!this.#open.delete(task)) return
    // What fails while everything is thrown away concerns nobody.
    task.destroy().catch(() => undefined)
    this.#rest()
  }

  #rest(): void {
    clearTimeout(this.#idle)
    if (this.#open.size === 0) this.#idle = setTimeout(() => this.#end(), idleMs)
  }

  #end(): void {
    this.#worker?.pdf.destroy()
    this.#worker?.thread.terminate()
    this.#worker = undefined
  }
}

function startWorker(address: string): { thread: Worker; pdf: PDFWorker } {
  const thread = new Worker(address, { type: 'module' })
  return { thread, pdf: PDFWorker.create({ port: thread, verbosity: errorsOnly }) }
}

async function draw(document: PDFDocumentProxy, pageNumber: number, canvas: HTMLCanvasElement, widthPixels: number, signal: AbortSignal): Promise<void> {
  const page = await document.getPage(pageNumber)
  signal.throwIfAborted()
  const { width, height } = page.getViewport({ scale: 1 })
  const scale = Math.min(widthPixels / width, Math.sqrt(mostPixels / (width * height)))
  const viewport = page.getViewport({ scale })
  canvas.width = Math.max(1, Math.floor(viewport.width))
  canvas.height = Math.max(1, Math.floor(viewport.height))
  const work = page.render({ canvas, viewport, annotationMode: AnnotationMode.ENABLE })
  const cancel = (): void => work.cancel()
  signal.addEventListener('abort', cancel)
  try {
    await work.promise
  } finally {
    signal.removeEventListener('abort', cancel)
    page.cleanup()
  }
}
