import { readFile, writeFile } from 'node:fs/promises'
import { PNG } from 'pngjs'
import { refuse } from '../../../shared/errors.ts'
import type { ImageUse } from '../../../shared/protocol/image.ts'
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
const mostPixels = 16_000_000
/** Boxes that a hand and initials are fitted into, in millimetres (150 by 100 and 40 by 20 points). */
const boxes = { signature: { width: 52.9, height: 35.3 }, initials: { width: 14.1, height: 7.05 } }

/** In the worker. @throws RefusalError image-not-picture, image-too-large, image-not-clear, image-not-blue, image-not-red, image-not-round */
export async function prepareImage({ input, output, use, sealMm }: ImageJob): Promise<PreparedImage> {
  const ink = cutToInk(clearGround(await decode(await readFile(input))))
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

async function decode(file: Buffer): Promise<Pixels> {
  try {
    if (file.subarray(0, 8).equals(Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]))) {
      // PNG, 11.2.2: the size stands at offset 16; it is asked before anything is inflated.
      requireRoom(file.readUInt32BE(16) * file.readUInt32BE(20))
      const { width, height, data } = PNG.sync.read(file)
      return { width, height, data }
    }
    if (file[0] === 0xff && file[1] === 0xd8) return await decodeJpeg(file)
  } catch (cause) {
    if (cause instanceof TooManyPixels) refuse('image-too-large', { limit: '16 MP' }, cause)
    refuse('image-not-picture', undefined, cause)
  }
  return refuse('image-not-picture')
}

async function decodeJpeg(file: Buffer): Promise<Pixels> {
  // @ts-expect-error -- the package has no types for this file
  const { JpegImage } = (await import('pdfjs-dist/legacy/image_decoders/pdf.image_decoders.mjs')) as { JpegImage: new () => Jpeg }
  const image = new JpegImage()
  requireRoom(jpegPixels(file))
  image.parse(new Uint8Array(file))
  const { width, height } = image
  const rgb = image.getData({ width, height, forceRGB: true })
  const data = new Uint8Array(width * height * 4).fill(255)
  for (let pixel = 0; pixel < width * height; pixel++) data.set(rgb.subarray(pixel * 3, pixel * 3 + 3), pixel * 4)
  return { width, height, data }
}

interface Jpeg {
  width: number
  height: number
  parse(data: Uint8Array): void
  getData(how: { width: number; height: number; forceRGB: boolean }): Uint8Array
}

/** Height times width of the first frame header (ITU-T T.81, B.2.2). */
function jpegPixels(file: Buffer): number {
  for (let at = 2; at + 9 < file.length && file[at] === 0xff; at += 2 + file.readUInt16BE(at + 2)) {
    const marker = file[at + 1] ?? 0
    if (marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)) return file.readUInt16BE(at + 5) * file.readUInt16BE(at + 7)
  }
  throw new Error('no frame header')
}

class TooManyPixels extends Error {}

function requireRoom(pixels: number): void {
  if (pixels > mostPixels) throw new TooManyPixels(`${pixels} pixels`)
}

/** Where nothing is transparent, white paper becomes so: the darker or more coloured a point, the more of it stays. */
function clearGround({ width, height, data }: Pixels): Pixels {
  const alphas = data.filter((_, at) => at % 4 === 3)
  if (alphas.some((alpha) => alpha < 200)) return { width, height, data }
  const cleared = new Uint8Array(data)
  let white = 0
  for (let at = 0; at < data.length; at += 4) {
    const lowest = Math.min(data[at] ?? 0, data[at + 1] ?? 0, data[at + 2] ?? 0)
    const alpha = Math.max(0, Math.min(255, Math.round(((235 - lowest) / 135) * 255)))
    if (alpha === 0) white++
    cleared[at + 3] = alpha
  }
  if (white < 0.4 * width * height) refuse('image-not-clear')
  return { width, height, data: cleared }
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
    const [red = 0, green = 0, blue = 0] = data.subarray(at, at + 3)
    all++
    if (Math.max(red, green, blue) - Math.min(red, green, blue) < 40) continue
    coloured++
    if (use === 'seal' ? red > green + 25 && red > blue + 25 : blue > red + 15 && blue >= green - 5) right++
  }
  if (coloured > 0.3 * all && right > 0.7 * coloured) return
  refuse(use === 'seal' ? 'image-not-red' : 'image-not-blue')
}
