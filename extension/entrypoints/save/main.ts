import type { SaveMessage } from '../../background/blob-address.ts'

/** Out of sight: makes blob: addresses for the service worker, which cannot. */
const channel = new BroadcastChannel('save')

channel.onmessage = ({ data }: MessageEvent<SaveMessage>) => {
  if (data.kind === 'hold') channel.postMessage({ kind: 'held', id: data.id, url: URL.createObjectURL(data.file) } satisfies SaveMessage)
  if (data.kind === 'release') URL.revokeObjectURL(data.url)
}
