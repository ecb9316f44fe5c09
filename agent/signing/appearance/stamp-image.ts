import { stat, readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { deflateSync } from 'node:zlib'
import { PNG } from 'pngjs'
import { refuse } from '../../../shared/errors.ts'

/** A picture as a PDF keeps it: 8 bits a channel, deflated; `alpha` only where something is transparent. */
export interface StampImage {
  width: number
  height: number
  rgb: Uint8Array
  alpha: Uint8Array | undefined
}

export interface ImageSize {
  width: number
  height: number
}

export interface Pixels extends ImageSize {
  /** RGBA, straight alpha. */
  data: Uint8Array
}

const maximumDpi = 300
const maximumPixels = 16_000_000
const keptImages = 4
const decoded = new Map<string, Promise<Pixels>>()
const encoded = new Map<string, StampImage>()

/** The size in pixels; reads and decodes the file once, until it changes on disk. */
export async function measureImage(path: string): Promise<ImageSize> {
  const { width, height } = await pixelsOf(await imageKey(path), path)
  return { width, height }
}

/**
 * The picture with no more pixels than its printed size needs.
 * @param printed size on paper in points
 */
export async function stampImage(path: string, printed: ImageSize): Promise<StampImage> {
  const key = await imageKey(path)
  const pixels = await pixelsOf(key, path)
  const width = Math.max(1, Math.min(pixels.width, Math.ceil((printed.width / 72) * maximumDpi)))
  const height = Math.max(1, Math.min(pixels.height, Math.ceil((printed.height / 72) * maximumDpi)))
  const encodedKey = `${key} ${width}x${height}`
  const known = encoded.get(encodedKey)
  if (known) return known
  const image = encodeImage(shrink(pixels, width, height))
  if (encoded.size >= keptImages) encoded.clear()
  encoded.set(encodedKey, image)
  return image
}

async function imageKey(path: string): Promise<string> {
  try {
    const { size, mtimeMs } = await stat(path)
    return `${path} ${size} ${mtimeMs}`
  } catch (cause) {
    refuse('image-unreadable', { file: basename(path) }, cause)
  }
}

function pixelsOf(key: string, path: string): Promise<Pixels> {
  const known = decoded.get(key)
  if (known) return known
  const read = decode(path)
  if (decoded.size >= keptImages) decoded.clear()
  decoded.set(key, read)
  read.catch(() => decoded.delete(key))
  return read
}

async function decode(path: string): Promise<Pixels> {
  const file = await readFile(path)
  try {
    // PNG, 11.2.2: IHDR comes first, width and height at offset 16. Checked before anything is inflated.
    if (file.readUInt32BE(16) * file.readUInt32BE(20) > maximumPixels) throw new Error('too many pixels')
    const { width, height, data } = PNG.sync.read(file)
    return { width, height, data }
  } catch (cause) {
    refuse('image-unreadable', { file: basename(path) }, cause)
  }
}

/** Area average with premultiplied alpha, so that the colour of transparent pixels does not bleed in. */
export function shrink(source: Pixels, width: number, height: number): Pixels {
  if (width === source.width && height === source.height) return source
  const columns = spans(source.width, width)
  const rows = spans(source.height, height)
  const data = new Uint8Array(width * height * 4)
  for (const [y, [top, bottom]] of rows.entries()) {
    for (const [x, [left, right]] of columns.entries()) averageArea(source, left, top, right, bottom, data.subarray((y * width + x) * 4))
  }
  return { width, height, data }
}

function spans(from: number, to: number): [number, number][] {
  return Array.from({ length: to }, (_, index) => {
    const start = Math.floor((index * from) / to)
    return [start, Math.max(start + 1, Math.floor(((index + 1) * from) / to))]
  })
}

function averageArea({ data, width }: Pixels, left: number, top: number, right: number, bottom: number, into: Uint8Array): void {
  let red = 0
  let green = 0
  let blue = 0
  let alpha = 0
  for (let y = top; y < bottom; y++) {
    for (let at = (y * width + left) * 4; at < (y * width + right) * 4; at += 4) {
      const weight = data[at + 3] ?? 0
      red += (data[at] ?? 0) * weight
      green += (data[at + 1] ?? 0) * weight
      blue += (data[at + 2] ?? 0) * weight
      alpha += weight
    }
  }
  if (alpha === 0) return
  into[0] = Math.round(red / alpha)
  into[1] = Math.round(green / alpha)
  into[2] = Math.round(blue / alpha)
  into[3] = Math.round(alpha / ((right - left) * (bottom - top)))
}

function encodeImage({ width, height, data }: Pixels): StampImage {
  const rgb = new Uint8Array(width * height * 3)
  const alpha = new Uint8Array(width * height)
  let opaque = true
  for (let pixel = 0; pixel < alpha.length; pixel++) {
    const value = data[pixel * 4 + 3] ?? 0
    alpha[pixel] = value
    opaque &&= value === 255
    // The colour of an invisible pixel costs bytes and shows nothing.
    if (value > 0) rgb.set(data.subarray(pixel * 4, pixel * 4 + 3), pixel * 3)
  }
  return { width, height, rgb: deflateSync(rgb, { level: 9 }), alpha: opaque ? undefined : deflateSync(alpha, { level: 9 }) }
}
