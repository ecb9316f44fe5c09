import { crc32, deflateSync } from 'node:zlib'
import { PNG } from 'pngjs'

export interface InkImage {
  width: number
  height: number
  /** For a PDF: three colour bytes, and one of transparency (255 is ink), for each pixel; deflated. */
  deflated: { rgb: Uint8Array; alpha: Uint8Array }
  /** With transparency, and with its real size. */
  png: Uint8Array
}

/** @param widthMm the real width, written into the PNG as pixels per metre */
export function inkImage(coverage: Float32Array, width: number, height: number, ink: [number, number, number], widthMm: number): InkImage {
  const alpha = Uint8Array.from(coverage, (covered) => Math.round(Math.min(1, covered) * 255))
  const image = new PNG({ width, height })
  for (let index = 0; index < alpha.length; index += 1) image.data.set([...ink, alpha[index] ?? 0], index * 4)
  const rgb = Buffer.alloc(alpha.length * 3)
  for (let at = 0; at < rgb.length; at += 3) rgb.set(ink, at)
  const deflated = { rgb: deflateSync(rgb), alpha: deflateSync(alpha) }
  return { width, height, deflated, png: withRealSize(PNG.sync.write(image), (width * 1000) / widthMm) }
}

/** Puts a pHYs chunk behind the header (PNG, 11.3.4.3). */
function withRealSize(png: Buffer, pixelsPerMetre: number): Uint8Array {
  const body = Buffer.alloc(13)
  body.write('pHYs', 'latin1')
  body.writeUInt32BE(Math.round(pixelsPerMetre), 4)
  body.writeUInt32BE(Math.round(pixelsPerMetre), 8)
  body.writeUInt8(1, 12)
  const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)]
  length.writeUInt32BE(9)
  check.writeUInt32BE(crc32(body))
  const headerEnd = 8 + 25
  return Buffer.concat([png.subarray(0, headerEnd), length, body, check, png.subarray(headerEnd)])
}
