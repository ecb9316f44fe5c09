/** An address under which the browser's download manager can read a file, until it is released. */
export type BlobToAddress = (file: Blob) => Promise<{ url: string; release: () => void }>

/** What the worker and the page behind it say on the broadcast channel `save`. */
export type SaveMessage = { kind: 'hold'; id: string; file: Blob } | { kind: 'held'; id: string; url: string } | { kind: 'release'; id: string; url: string }

export interface Offscreen {
  hasDocument(): Promise<boolean>
  createDocument(parameters: { url: string; reasons: string[]; justification: string }): Promise<void>
  closeDocument(): Promise<void>
}

/**
 * A service worker cannot make blob: addresses, and data: addresses end at 2 MB in Chromium; a page out of sight can.
 * Files pass over a broadcast channel, which unlike extension messages carries them as they are.
 */
export function addressByPage(offscreen: Offscreen, pageUrl: string): BlobToAddress {
  let held = 0
  let opening: Promise<void> | undefined
  const open = async (): Promise<void> => {
    if (!(await offscreen.hasDocument())) await offscreen.createDocument({ url: pageUrl, reasons: ['BLOBS'], justification: 'saving signed documents to the download folder' })
  }
  return async (file) => {
    held++
    await (opening ??= open())
    const channel = new BroadcastChannel('save')
    const id = crypto.randomUUID()
    const url = await new Promise<string>((resolve) => {
      channel.onmessage = ({ data }: MessageEvent<SaveMessage>) => {
        if (data.kind === 'held' && data.id === id) resolve(data.url)
      }
      channel.postMessage({ kind: 'hold', id, file } satisfies SaveMessage)
    })
    return {
      url,
      release: () => {
        channel.postMessage({ kind: 'release', id, url } satisfies SaveMessage)
        channel.close()
        if (--held > 0) return
        opening = undefined
        void offscreen.closeDocument()
      },
    }
  }
}

/** Where the background is a page itself (Firefox). */
export const addressHere: BlobToAddress = (file) => {
  const url = URL.createObjectURL(file)
  return Promise.resolve({ url, release: () => URL.revokeObjectURL(url) })
}
