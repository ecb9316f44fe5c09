import * as v from 'valibot'
import { label, sequence, sha256, uuid } from './fields.ts'

/** What a picture is for. Each certificate has at most one of each. */
export const ImageUse = v.picklist(['signature', 'seal', 'initials'])
export type ImageUse = v.InferOutput<typeof ImageUse>

/** One piece of a file that is imported (`limits.imageBytes` in all), in bytes before base64. */
export const imagePieceBytes = 512 * 1024

/** A picture of a hand or a seal as the agent keeps it. */
export const ImageView = v.strictObject({
  certificateSha256: sha256,
  use: ImageUse,
  /** Of the PNG that is kept. */
  sha256,
  /** Pixels. */
  width: v.number(),
  height: v.number(),
  /** As it will be printed, in millimetres. */
  widthMm: v.number(),
  heightMm: v.number(),
  importedAt: label,
  /** Worth a look: fewer than 150 pixels to the printed inch. */
  coarse: v.boolean(),
})
export type ImageView = v.InferOutput<typeof ImageView>

const toAgent = { kind: v.literal('image'), sequence }
const toExtension = { kind: v.literal('image'), sequence }

export const ImageToAgent = v.variant('step', [
  v.strictObject({ ...toAgent, step: v.literal('list') }),
  /** A piece of a PNG or JPEG file, in order; each is answered with `taken`. One import at a time on a connection. */
  v.strictObject({ ...toAgent, step: v.literal('piece'), importId: uuid, base64: v.pipe(v.string(), v.base64(), v.maxLength(Math.ceil(imagePieceBytes / 3) * 4)) }),
  /** All pieces are out. The clerk confirms in the agent's own window; then the new list is told. */
  v.strictObject({ ...toAgent, step: v.literal('import'), importId: uuid, certificateSha256: sha256, use: ImageUse, sha256 }),
  /** Asks in the agent's own window too. */
  v.strictObject({ ...toAgent, step: v.literal('remove'), certificateSha256: sha256, use: ImageUse }),
  /** The picture itself, as PNG, small enough for one frame. */
  v.strictObject({ ...toAgent, step: v.literal('show'), certificateSha256: sha256, use: ImageUse }),
])
export type ImageToAgent = v.InferOutput<typeof ImageToAgent>

export const ImageToExtension = v.variant('step', [
  v.strictObject({ ...toExtension, step: v.literal('list'), images: v.array(ImageView) }),
  v.strictObject({ ...toExtension, step: v.literal('taken'), importId: uuid }),
  v.strictObject({ ...toExtension, step: v.literal('shown'), certificateSha256: sha256, use: ImageUse, base64: v.string() }),
])
export type ImageToExtension = v.InferOutput<typeof ImageToExtension>
