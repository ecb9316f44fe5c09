import { crc32, deflateSync } from 'node:zlib'
import { PNG } from 'pngjs'

const mebi = 2 ** 20

function chunk(type: string, data: Uint8Array): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data])
  const frame = Buffer.alloc(8)
  frame.writeUInt32BE(data.length, 0)
  frame.writeUInt32BE(crc32(body), 4)
  return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)])
}

interface Header {
  width: number
  height: number
  bits?: number
  colour?: number
  interlace?: number
}

const signature = Buffer.from([137, 80, 78, 71, 13, 10, 26, 10])

function header({ width, height, bits = 8, colour = 6, interlace = 0 }: Header): Buffer {
  const data = Buffer.alloc(13)
  data.writeUInt32BE(width, 0)
  data.writeUInt32BE(height, 4)
  data.set([bits, colour, 0, 0, interlace], 8)
  return chunk('IHDR', data)
}

function png(claims: Header, raw: Uint8Array, ...more: Buffer[]): Buffer {
  return Buffer.concat([signature, header(claims), ...more, chunk('IDAT', deflateSync(raw, { level: 1 })), chunk('IEND', Buffer.alloc(0))])
}

/** A hand in blue ink on white, as a clerk would bring it. */
export function soundPng(width = 240, height = 120): Buffer {
  const image = new PNG({ width, height })
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const isInk = Math.abs(y - height / 2 - 0.3 * height * Math.sin(x / 25)) < 4
      image.data.set(isInk ? [30, 50, 160, 255] : [252, 252, 250, 255], (y * width + x) * 4)
    }
  }
  return PNG.sync.write(image)
}

/** The frame header of a JPEG (T.81, B.2.2) with other numbers in it. */
export function withFrame(jpeg: Uint8Array, change: (frame: Buffer) => void): Buffer {
  const changed = Buffer.from(jpeg)
  for (let at = 2; at + 9 < changed.length && changed[at] === 0xff; at += 2 + changed.readUInt16BE(at + 2)) {
    const marker = changed[at + 1] ?? 0
    if (marker >= 0xc0 && marker <= 0xc2) change(changed.subarray(at + 4))
  }
  return changed
}

const tall = (jpeg: Uint8Array, height: number, width: number): Buffer =>
  withFrame(jpeg, (frame) => {
    frame.writeUInt16BE(height, 1)
    frame.writeUInt16BE(width, 3)
  })

/** A marker that says the number of lines behind the scan (T.81, B.2.5). */
const lines = (jpeg: Uint8Array, height: number): Buffer => {
  const body = Buffer.from(jpeg)
  return Buffer.concat([body.subarray(0, -2), Buffer.from([0xff, 0xdc, 0, 4, height >> 8, height & 255]), body.subarray(-2)])
}

/** Pictures that want to hang or burst whoever decodes them, by what is wrong with them. `jpeg` and `progressive` are sound ones to spoil. */
export function hostilePictures({ jpeg, progressive }: { jpeg: Uint8Array; progressive: Uint8Array }): Record<string, () => Uint8Array> {
  const scan = progressive.indexOf(0xda, progressive.indexOf(0xc2)) - 1
  return {
    'a PNG of 60,000 by 60,000': () => png({ width: 60_000, height: 60_000 }, Buffer.alloc(10)),
    'a PNG of four thousand millions in one row': () => png({ width: 2 ** 31, height: 1 }, Buffer.alloc(10)),
    'a PNG of many rows of nothing': () => png({ width: 1, height: 12_000_000 }, Buffer.alloc(10)),
    'a PNG of no size': () => png({ width: 0, height: 0 }, Buffer.alloc(10)),
    'a small PNG that inflates to 500 MB': () => png({ width: 4, height: 4 }, Buffer.alloc(500 * mebi)),
    'a small interlaced PNG that inflates to 500 MB': () => png({ width: 4, height: 4, interlace: 1 }, Buffer.alloc(500 * mebi)),
    'a PNG with 16 bits of everything': () => png({ width: 3_500, height: 3_500, bits: 16 }, Buffer.alloc(mebi)),
    'a PNG of a bit a pixel': () => png({ width: 4_000, height: 3_000, bits: 1, colour: 0 }, Buffer.alloc(501 * 3_000)),
    'a PNG of an unknown kind of colour': () => png({ width: 100, height: 100, colour: 5 }, Buffer.alloc(40_100)),
    'a PNG with a palette that is missing': () => png({ width: 100, height: 100, colour: 3 }, Buffer.alloc(10_100, 200)),
    'a PNG with filters that do not exist': () => png({ width: 100, height: 100 }, Buffer.alloc(40_100, 255)),
    'a PNG with 300,000 chunks': () => png({ width: 4, height: 4 }, Buffer.alloc(68), Buffer.alloc(300_000 * 12, chunk('tEXt', Buffer.alloc(0)))),
    'a PNG whose chunk is longer than the file': () => edited(soundPng(), 33, 0x7fffffff),
    'a PNG that ends in its header': () => soundPng().subarray(0, 20),
    'a PNG of its signature alone': () => signature,
    'a PNG without a colour at all': () => png({ width: 3_000, height: 3_000 }, Buffer.alloc(3_000 * 12_001)),
    'a JPEG that says 65,535 by 65,535': () => tall(jpeg, 65_535, 65_535),
    'a JPEG that says a size of nothing': () => tall(jpeg, 0, 0),
    'a JPEG that says more lines than it has': () => tall(jpeg, 12_000, 1_000),
    'a JPEG that says its number of lines behind the picture': () => lines(tall(jpeg, 8, 60_000), 65_535),
    'a JPEG that says no lines, and many behind the picture': () => lines(tall(jpeg, 0, 65_535), 65_535),
    'a JPEG with 255 components': () => withFrame(jpeg, (frame) => frame.writeUInt8(255, 5)),
    'a JPEG of sampling factors 15': () => withFrame(jpeg, (frame) => frame.writeUInt8(0xff, 7)),
    'a JPEG of sampling factors 0': () => withFrame(jpeg, (frame) => frame.writeUInt8(0, 7)),
    'a progressive JPEG with its first scan 2,000 times': () => Buffer.concat([progressive.subarray(0, scan), ...Array.from({ length: 2_000 }, () => firstScan(progressive, scan)), Buffer.from([0xff, 0xd9])]),
    'a progressive JPEG of 12 MP with 20 scans of nothing': () => emptyScans(20),
    'a progressive JPEG of 12 MP with 20,000 scans of nothing': () => emptyScans(20_000),
    'a JPEG of 4 MB of restart markers': () => Buffer.concat([jpeg.subarray(0, -2), Buffer.alloc(4 * mebi, Buffer.from([0xff, 0xd0])), Buffer.from([0xff, 0xd9])]),
    'a JPEG of 4 MB of fill bytes': () => Buffer.concat([jpeg.subarray(0, 2), Buffer.alloc(4 * mebi, 0xff), jpeg.subarray(2)]),
    'a JPEG that is only its start': () => jpeg.subarray(0, 2),
    'a JPEG with segments of no length': () => Buffer.concat([jpeg.subarray(0, 2), ...Array.from({ length: 10_000 }, () => Buffer.from([0xff, 0xe1, 0, 0])), jpeg.subarray(2)]),
  }
}

/**
 * Whole scans of 4,000 by 3,000 points in 33 bytes each: the one Huffman code of the table ends the band of 16,384 blocks (T.81, G.1.2.2), and whoever
 * decodes walks over all 187,500 blocks of each scan.
 */
function emptyScans(count: number): Buffer {
  const segment = (marker: number, ...data: number[]): Buffer => Buffer.from([0xff, marker, (data.length + 2) >> 8, (data.length + 2) & 255, ...data])
  const scan = Buffer.concat([segment(0xda, 1, 1, 0, 1, 63, 0), Buffer.alloc(23)])
  return Buffer.concat([
    Buffer.from([0xff, 0xd8]),
    segment(0xdb, 0, ...Array<number>(64).fill(1)),
    segment(0xc2, 8, 3_000 >> 8, 3_000 & 255, 4_000 >> 8, 4_000 & 255, 1, 1, 0x11, 0),
    segment(0xc4, 0x10, 1, ...Array<number>(15).fill(0), 0xe0),
    ...Array.from({ length: count }, () => scan),
    Buffer.from([0xff, 0xd9]),
  ])
}

function edited(bytes: Buffer, at: number, value: number): Buffer {
  bytes.writeUInt32BE(value, at)
  return bytes
}

/** From its marker to the next one that begins a segment. */
function firstScan(jpeg: Uint8Array, start: number): Uint8Array {
  let end = start + 2
  while (end < jpeg.length && !(jpeg[end] === 0xff && jpeg[end + 1] !== 0 && ((jpeg[end + 1] ?? 0) < 0xd0 || (jpeg[end + 1] ?? 0) > 0xd7))) end++
  return jpeg.subarray(start, end)
}
