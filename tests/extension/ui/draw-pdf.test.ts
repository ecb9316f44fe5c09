// @vitest-environment happy-dom
import { expect, test, vi } from 'vitest'
import { PdfReader } from '../../../extension/ui/draw-pdf.ts'

const asked = vi.hoisted(() => ({ open: [] as Record<string, unknown>[], render: [] as Record<string, unknown>[] }))

vi.mock('pdfjs-dist', () => {
  const page = { getViewport: () => ({ width: 100, height: 100 }), cleanup: () => undefined, render: (how: Record<string, unknown>) => (asked.render.push(how), { promise: Promise.resolve(), cancel: () => undefined }) }
  const document = { numPages: 1, getPage: () => Promise.resolve(page) }
  return {
    AnnotationMode: { DISABLE: 0, ENABLE: 1, ENABLE_FORMS: 2, ENABLE_STORAGE: 3 },
    PDFWorker: { create: () => ({ destroy: () => undefined }) },
    getDocument: (how: Record<string, unknown>) => (asked.open.push(how), { promise: Promise.resolve(document), destroy: () => Promise.resolve() }),
  }
})

test('a document is drawn and nothing more: no form to fill in, no XFA, nothing loaded from elsewhere', async () => {
  vi.stubGlobal('Worker', class {
    readonly address: string
    constructor(address: string) {
      this.address = address
    }
    terminate(): void {
      asked.open.push({ ended: this.address })
    }
  })
  const folder = 'chrome-extension://x/pdf/'
  const paper = await new PdfReader(folder).open(new Uint8Array(8), new AbortController().signal)
  await paper.draw(1, document.createElement('canvas'), 100, new AbortController().signal)
  paper.close()
  const { data, worker: _, ...how } = asked.open[0] ?? {}
  expect(data).toHaveLength(8)
  expect(how['enableXfa']).toBe(false)
  expect(how).not.toHaveProperty('url')
  for (const [name, value] of Object.entries(how)) if (name.endsWith('Url')) expect(value).toBe(folder)
  // Of its four ways, the one that draws annotations as they look and makes no field of them.
  expect(asked.render.map(({ annotationMode }) => annotationMode)).toEqual([1])
  vi.unstubAllGlobals()
})
