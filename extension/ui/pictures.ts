import type { ImageView } from '../../shared/protocol/image.ts'

/** Where the settings get the pictures from that the agent keeps. */
export interface Pictures {
  /** An address that an image element takes. Rejects where the agent does not show it. */
  show: (image: ImageView) => Promise<string>
}
