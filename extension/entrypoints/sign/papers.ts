import { browser } from 'wxt/browser'
import { PortTalk } from '../../../shared/messages/port-talk.ts'
import { orAborted } from '../../ui/or-aborted.ts'
import type { Papers } from '../../ui/papers.ts'
import { Turns } from '../../ui/turns.ts'
import type { PdfReader } from '../../ui/draw-pdf.ts'

const thumbnailsAtOnce = 2

/** The documents of a batch: their bytes come from the agent through the background, pdf.js opens them. */
export function papersOf(batchId: string): Papers {
  const turns = new Turns(thumbnailsAtOnce)
  const drawn = new Map<string, string>()
  const preview = lazy()
  const small = lazy()
  const open = async (reader: () => Promise<PdfReader>, documentId: string, signal: AbortSignal) => {
    const [pdf, bytes] = await Promise.all([reader(), lookAt(batchId, documentId, signal)])
    return pdf.open(bytes, signal)
  }
  return {
    prepare: () => void preview().then((reader) => reader.prepare()),
    open: (documentId, signal) => open(preview, documentId, signal),
    thumbnail: (documentId, widthPixels, signal) =>
      turns.take(async () => {
        const earlier = drawn.get(documentId)
        if (earlier !== undefined) return earlier
        const paper = await open(small, documentId, signal)
        try {
          const canvas = document.createElement('canvas')
          await paper.draw(1, canvas, widthPixels, signal)
          const url = URL.createObjectURL(await pictureOf(canvas))
          drawn.set(documentId, url)
          return url
        } finally {
          paper.close()
        }
      }, signal),
  }
}

/** A reader that is loaded when it is needed for the first time: pdf.js is larger than the rest of the window. */
function lazy(): () => Promise<PdfReader> {
  let reader: Promise<PdfReader> | undefined
  return () => (reader ??= import('../../ui/draw-pdf.ts').then(({ PdfReader: Reader }) => new Reader(new URL('/pdf/', location.href).href)))
}

/** The agent's own copy of a document, compared by the background with what the clerk agrees to. */
async function lookAt(batchId: string, documentId: string, signal: AbortSignal): Promise<Uint8Array> {
  signal.throwIfAborted()
  const port = browser.runtime.connect({ name: 'look' })
  const hangUp = (): void => port.disconnect()
  signal.addEventListener('abort', hangUp)
  try {
    const talk = new PortTalk(port, '')
    talk.say({ kind: 'look', batchId, documentId })
    // Who hangs up hears nothing of it from the port.
    const parts = await orAborted(Array.fromAsync(talk.receiveBytes()), signal)
    return new Uint8Array(await new Blob(parts).arrayBuffer())
  } finally {
    signal.removeEventListener('abort', hangUp)
    port.disconnect()
  }
}

function pictureOf(canvas: HTMLCanvasElement): Promise<Blob> {
  return new Promise((resolve, reject) => canvas.toBlob((picture) => (picture ? resolve(picture) : reject(new Error('the canvas gives no picture'))), 'image/webp'))
}
