import { createInflate } from 'node:zlib'
import { PNG } from 'pngjs'
import { refuse } from '../../../shared/errors.ts'
import { mostPixels, pictureLimit } from './picture-limit.ts'
import type { Pixels } from './stamp-image.ts'

/** Of a PNG while it is decoded (inflated, unfiltered, and as pixels), so that the worker keeps far from where it would be ended. */
const mostDecodedBytes = 148 * 1024 * 1024

/** A picture file from anywhere. What it claims of its size is asked before anything is unpacked. @throws RefusalError image-not-picture, image-too-large */
export async function decodePicture(file: Buffer): Promise<Pixels> {
  try {
    if (file.subarray(0, 8).equals(Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]))) return await decodePng(file)
    if (file[0] === 0xff && file[1] === 0xd8) return await decodeJpeg(file)
  } catch (cause) {
    if (cause instanceof TooManyPixels) refuse('image-too-large', pictureLimit, cause)
    refuse('image-not-picture', undefined, cause)
  }
  return refuse('image-not-picture')
}

class TooManyPixels extends Error {}

function requireRoom(pixels: number, decodedBytes = 0): void {
  if (pixels > mostPixels || decodedBytes > mostDecodedBytes) throw new TooManyPixels(`${pixels} pixels, ${decodedBytes} bytes`)
}

const channels: Record<number, number> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 }

/** PNG, 11.2.2: IHDR comes first; width and height at 16, bits at 24, kind of colour at 25, interlace at 28. */
async function decodePng(file: Buffer): Promise<Pixels> {
  const [columns, rows, bits] = [file.readUInt32BE(16), file.readUInt32BE(20), file.readUInt8(24)]
  const rawBytes = ((columns * bits * (channels[file.readUInt8(25)] ?? 4) + 7) / 8 + 1) * rows
  requireRoom(columns * rows, 2 * rawBytes + columns * rows * (bits > 8 ? 12 : 4))
  // Interlaced pictures are inflated by the package without any bound; seven passes have a few bytes more of their own.
  if (file.readUInt8(28) !== 0) await requireInflatedUpTo(dataOf(file), 2 * rawBytes + 64 * rows)
  const { width, height, data } = PNG.sync.read(file)
  return { width, height, data }
}

/** All IDAT chunks (PNG, 5.3): length, type, data, checksum. */
function dataOf(file: Buffer): Buffer[] {
  const parts: Buffer[] = []
  for (let at = 8; at + 12 <= file.length; at += 12 + file.readUInt32BE(at)) {
    if (file.toString('latin1', at + 4, at + 8) === 'IDAT') parts.push(file.subarray(at + 8, at + 8 + file.readUInt32BE(at)))
  }
  return parts
}

async function requireInflatedUpTo(parts: readonly Buffer[], most: number): Promise<void> {
  const inflate = createInflate()
  inflate.end(Buffer.concat(parts))
  let sizeBytes = 0
  for await (const chunk of inflate) {
    sizeBytes += (chunk as Buffer).length
    if (sizeBytes > most) throw new TooManyPixels(`more than ${most} bytes`)
  }
}

async function decodeJpeg(file: Buffer): Promise<Pixels> {
  // @ts-expect-error -- the package has no types for this file
  const { JpegImage } = (await import('pdfjs-dist/legacy/image_decoders/pdf.image_decoders.mjs')) as { JpegImage: new () => Jpeg }
  const image = new JpegImage()
  requireRoom(jpegPixels(file))
  image.parse(new Uint8Array(file))
  const { width, height } = image
  // The number of lines may have been said anew behind the picture (T.81, B.2.5).
  requireRoom(width * height)
  const rgb = image.getData({ width, height, forceRGB: true })
  const data = new Uint8Array(width * height * 4).fill(255)
  for (let from = 0, to = 0; from < rgb.length; from += 3, to += 4) {
    data[to] = rgb[from] ?? 0
    data[to + 1] = rgb[from + 1] ?? 0
    data[to + 2] = rgb[from + 2] ?? 0
  }
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
