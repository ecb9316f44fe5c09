import { open, readFile, stat } from 'node:fs/promises'
import { registerHooks } from 'node:module'
import type * as pdfJs from 'pdfjs-dist/legacy/build/pdf.mjs'
import type { TextItem } from 'pdfjs-dist/types/src/display/api.js'
import type { TextRun } from '../read-heading.ts'

/** The text of one page's own content, as the page is shown. What later signatures drew (annotations) is not among it. */
export interface TextPage {
  /** Points. */
  width: number
  height: number
  runs: TextRun[]
}

/** The pages of an open document; text is read page by page. */
export interface TextPages {
  count: number
  /** @param index from 0 */
  page(index: number): Promise<TextPage>
  close(): Promise<void>
}

type PdfJs = typeof pdfJs

/** Loads pdf.js: apart from the reading, so that its time is not counted as the document's. */
export async function loadTextPages(): Promise<(path: string) => Promise<TextPages>> {
  keepDrawingOut()
  const pdfjs = await import('pdfjs-dist/legacy/build/pdf.mjs')
  // With the parser already here pdf.js looks for no worker file of its own.
  // @ts-expect-error -- the package has no types for this file, and nothing of it is used by name
  await import('pdfjs-dist/legacy/build/pdf.worker.mjs')
  return (path) => openTextPages(pdfjs, path)
}

/** Larger files are read where pdf.js looks, never whole. */
const wholeUpToBytes = 10 * 1024 * 1024

async function openTextPages(pdfjs: PdfJs, path: string): Promise<TextPages> {
  const { size } = await stat(path)
  const parts = size > wholeUpToBytes ? await openParts(pdfjs, path, size) : undefined
  const source = parts ? { range: parts.transport, disableAutoFetch: true, disableStream: true } : { data: new Uint8Array(await readFile(path)) }
  const task = pdfjs.getDocument({ ...source, disableFontFace: true, useSystemFonts: false, useWasm: false, verbosity: pdfjs.VerbosityLevel.ERRORS })
  const close = async (): Promise<void> => {
    await task.destroy()
    await parts?.close()
  }
  try {
    const document = await task.promise
    return { count: document.numPages, page: async (index) => readPage(pdfjs, await document.getPage(index + 1)), close }
  } catch (error) {
    await close()
    throw error
  }
}

/** The file in the parts that pdf.js asks for. A part that cannot be read ends the worker, as whatever else fails behind pdf.js's back. */
async function openParts(pdfjs: PdfJs, path: string, size: number): Promise<{ transport: pdfJs.PDFDataRangeTransport; close(): Promise<void> }> {
  const file = await open(path)
  const transport = new pdfjs.PDFDataRangeTransport(size, null)
  transport.requestDataRange = (begin, end) => {
    void file.read({ buffer: new Uint8Array(end - begin), position: begin }).then(({ buffer, bytesRead }) => transport.onDataRange(begin, buffer.subarray(0, bytesRead)))
  }
  return { transport, close: () => file.close() }
}

async function readPage(pdfjs: PdfJs, page: pdfJs.PDFPageProxy): Promise<TextPage> {
  const { width, height, transform, userUnit } = page.getViewport({ scale: 1 })
  const { items } = await page.getTextContent({ disableNormalization: false })
  page.cleanup()
  const texts = items.filter((item): item is TextItem => 'str' in item && item.str !== '')
  return { width, height, runs: texts.map((item) => runOf(pdfjs, transform, userUnit, item)).filter((run) => run !== undefined) }
}

/** Text that stands upright; what runs another way on the shown page belongs to no line. */
function runOf(pdfjs: PdfJs, viewport: number[], userUnit: number, item: TextItem): TextRun | undefined {
  const [a = 0, b = 0, c = 0, d = 0, x = 0, y = 0] = pdfjs.Util.transform(viewport, item.transform as number[]) as number[]
  const upright = a > 0 && d < 0 && Math.abs(b) < a * slope
  return upright ? { x, y, width: item.width * userUnit, size: Math.hypot(c, d), text: item.str } : undefined
}

/** Of a line that counts as level. */
const slope = 0.05

/**
 * At its start pdf.js loads a native library to draw with, of 20 MB, and complains where it is missing. Text is read
 * without drawing, so something that is there anyway takes its place.
 */
function keepDrawingOut(): void {
  if ('DOMMatrix' in globalThis) return
  Object.assign(globalThis, { DOMMatrix: Object, Path2D: Object })
  const instead = { url: 'node:path', format: 'builtin', shortCircuit: true } as const
  registerHooks({ resolve: (specifier, context, next) => (specifier === '@napi-rs/canvas' ? instead : next(specifier, context)) })
}
