import { readFile, writeFile } from 'node:fs/promises'
import { PNG } from 'pngjs'
import { refuse } from '../../../shared/errors.ts'
import type { ImageUse } from '../../../shared/protocol/image.ts'
import { decodePicture } from './decode-picture.ts'
import { shrink, type Pixels } from './stamp-image.ts'

export interface ImageJob {
  /** A PNG or JPEG file. */
  input: string
  /** Gets a PNG with alpha, cut to the ink, with no more pixels than its printed size needs. */
  output: string
  use: ImageUse
  /** Real diameter of the seal. */
  sealMm: number
}

export interface PreparedImage {
  width: number
  height: number
  widthMm: number
  heightMm: number
  coarse: boolean
}

const dpi = { most: 300, least: 150 }
/** Boxes that a hand and initials are fitted into, in millimetres (150 by 100 and 40 by 20 points). */
const boxes = { signature: { width: 52.9, height: 35.3 }, initials: { width: 14.1, height: 7.05 } }

/** In the worker. @throws RefusalError image-not-picture, image-too-large, image-not-clear, image-not-blue, image-not-red, image-not-round */
export async function prepareImage({ input, output, use, sealMm }: ImageJob): Promise<PreparedImage> {
  const ink = cutToInk(clearGround(await decodePicture(await readFile(input))))
  requireColour(ink, use)
  const ratio = ink.width / ink.height
  if (use === 'seal' && (ratio < 0.9 || ratio > 1.1)) refuse('image-not-round')
  const box = use === 'seal' ? { width: sealMm, height: sealMm } : boxes[use]
  const mm = Math.min(box.width / ink.width, box.height / ink.height)
  const printed = { widthMm: ink.width * mm, heightMm: ink.height * mm }
  const fitted = Math.min(1, ((printed.widthMm / 25.4) * dpi.most) / ink.width)
  const { width, height, data } = shrink(ink, Math.max(1, Math.round(ink.width * fitted)), Math.max(1, Math.round(ink.height * fitted)))
  const png = new PNG({ width, height })
  png.data = Buffer.from(data)
  await writeFile(output, PNG.sync.write(png), { mode: 0o600 })
  return { width, height, ...printed, coarse: width / (printed.widthMm / 25.4) < dpi.least }
}

/** Where nothing is transparent, white paper becomes so, in place: the darker or more coloured a point, the more of it stays. */
function clearGround(pixels: Pixels): Pixels {
  const { width, height, data } = pixels
  for (let at = 3; at < data.length; at += 4) if ((data[at] ?? 0) < 200) return pixels
  let white = 0
  for (let at = 0; at < data.length; at += 4) {
    const lowest = Math.min(data[at] ?? 0, data[at + 1] ?? 0, data[at + 2] ?? 0)
    const alpha = Math.max(0, Math.min(255, Math.round(((235 - lowest) / 135) * 255)))
    if (alpha === 0) white++
    data[at + 3] = alpha
  }
  if (white < 0.4 * width * height) refuse('image-not-clear')
  return pixels
}

const inkFrom = 64

function cutToInk({ width, height, data }: Pixels): Pixels {
  let [left, top, right, bottom] = [width, height, -1, -1]
  for (let at = 3; at < data.length; at += 4) {
    if ((data[at] ?? 0) < inkFrom) continue
    const [x, y] = [((at - 3) / 4) % width, Math.floor((at - 3) / 4 / width)]
    left = Math.min(left, x)
    right = Math.max(right, x)
    top = Math.min(top, y)
    bottom = Math.max(bottom, y)
  }
  if (right < left || bottom < top) return refuse('image-not-clear')
  const size = { width: right - left + 1, height: bottom - top + 1 }
  const cut = new Uint8Array(size.width * size.height * 4)
  for (let y = 0; y < size.height; y++) {
    const from = ((top + y) * width + left) * 4
    cut.set(data.subarray(from, from + size.width * 4), y * size.width * 4)
  }
  return { ...size, data: cut }
}

/** Of the ink that has a colour at all, most is blue for a hand and red for a seal (Decree 30/2020, annex I, II.7d and II.8a). */
function requireColour({ data }: Pixels, use: ImageUse): void {
  let [coloured, right, all] = [0, 0, 0]
  for (let at = 0; at < data.length; at += 4) {
    if ((data[at + 3] ?? 0) < inkFrom) continue
    const [red, green, blue] = [data[at] ?? 0, data[at + 1] ?? 0, data[at + 2] ?? 0]
    all++
    if (Math.max(red, green, blue) - Math.min(red, green, blue) < 40) continue
    coloured++
    if (use === 'seal' ? red > green + 25 && red > blue + 25 : blue > red + 15 && blue >= green - 5) right++
  }
  if (coloured > 0.3 * all && right > 0.7 * coloured) return
  refuse(use === 'seal' ? 'image-not-red' : 'image-not-blue')
}
