import { readFile } from 'node:fs/promises'
import { registerHooks } from 'node:module'
import type * as pdfJs from 'pdfjs-dist/legacy/build/pdf.mjs'
import type { TextItem } from 'pdfjs-dist/types/src/display/api.js'
import { readHeading, type Heading, type TextRun } from './read-heading.ts'

export interface ReadText extends Heading {
  /** The first page holds text that can be read. */
  hasText: boolean
}

/** Loads pdf.js: apart from the reading, so that its time is not counted as the document's. */
export async function loadTextReader(): Promise<(path: string) => Promise<ReadText>> {
  keepDrawingOut()
  const pdfjs = await import('pdfjs-dist/legacy/build/pdf.mjs')
  // With the parser already here pdf.js looks for no worker file of its own.
  // @ts-expect-error -- the package has no types for this file, and nothing of it is used by name
  await import('pdfjs-dist/legacy/build/pdf.worker.mjs')
  return (path) => readText(pdfjs, path)
}

type PdfJs = typeof pdfJs

/** Number and subject from the content of page 1. What later signatures drew (annotations) is not read. */
async function readText(pdfjs: PdfJs, path: string): Promise<ReadText> {
  const data = new Uint8Array(await readFile(path))
  const task = pdfjs.getDocument({ data, disableFontFace: true, useSystemFonts: false, useWasm: false, verbosity: pdfjs.VerbosityLevel.ERRORS })
  try {
    const page = await (await task.promise).getPage(1)
    const viewport = page.getViewport({ scale: 1 })
    const { items } = await page.getTextContent({ disableNormalization: false })
    const runs = items.filter((item): item is TextItem => 'str' in item).map((item) => runOf(pdfjs, viewport.transform, item))
    return { ...readHeading(runs), hasText: runs.some(({ text }) => text.trim() !== '') }
  } finally {
    await task.destroy()
  }
}

function runOf(pdfjs: PdfJs, viewport: number[], item: TextItem): TextRun {
  const [, , c = 0, d = 0, x = 0, y = 0] = pdfjs.Util.transform(viewport, item.transform as number[]) as number[]
  return { x, y, width: item.width, size: Math.hypot(c, d), text: item.str }
}

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
