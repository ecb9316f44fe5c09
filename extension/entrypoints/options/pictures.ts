import { browser } from 'wxt/browser'
import { RefusalError } from '../../../shared/errors.ts'
import type { ViewMessage } from '../../../shared/messages/view.ts'
import type { ImageView } from '../../../shared/protocol/image.ts'
import type { Pictures } from '../../ui/pictures.ts'

/** The agent's pictures; each is asked for once, over a port of its own, since answers are told apart by their kind alone. */
export const picturesOfAgent: Pictures = {
  show: (image) => {
    const picture = shown.get(image.sha256) ?? askPicture(image)
    shown.set(image.sha256, picture)
    // What failed may be asked for again.
    picture.catch(() => shown.delete(image.sha256))
    return picture
  },
}

const shown = new Map<string, Promise<string>>()

function askPicture({ certificateSha256, use }: ImageView): Promise<string> {
  const port = browser.runtime.connect({ name: 'view' })
  return new Promise<string>((resolve, reject) => {
    port.onDisconnect.addListener(() => reject(new Error('the background is gone')))
    port.onMessage.addListener((message: ViewMessage) => {
      if (message.kind !== 'answer') return
      const { picture, refusal } = message.answer
      if (picture === undefined) reject(refusal ? new RefusalError(refusal) : new Error('no picture'))
      else resolve(`data:image/png;base64,${picture}`)
    })
    port.postMessage({ kind: 'show-image', certificateSha256, use })
  }).finally(() => port.disconnect())
}
