import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inflateSync } from 'node:zlib'
import { PNG } from 'pngjs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { measureImage, stampImage } from '../../../../agent/signing/appearance/stamp-image.ts'

let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'antin-image-'))
})
afterAll(() => rm(folder, { recursive: true }))

async function picture(name: string, width: number, height: number, pixel: (x: number, y: number) => number[]): Promise<string> {
  const png = new PNG({ width, height })
  for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) png.data.set(pixel(x, y), (y * width + x) * 4)
  const path = join(folder, name)
  await writeFile(path, PNG.sync.write(png))
  return path
}

test('a large picture is brought down to 300 dpi of its printed size, and colour does not bleed from transparent pixels', async () => {
  const path = await picture('signature.png', 1000, 500, (x) => (x % 2 === 0 ? [0, 0, 200, 255] : [255, 255, 255, 0]))
  expect(await measureImage(path)).toEqual({ width: 1000, height: 500 })
  const image = await stampImage(path, { width: 120, height: 60 })
  expect([image.width, image.height]).toEqual([500, 250])
  expect([...inflateSync(image.rgb).subarray(0, 3)]).toEqual([0, 0, 200])
  expect(inflateSync(image.alpha ?? new Uint8Array())[0]).toBe(128)
})

test('a small picture keeps its pixels, and one without transparency has no mask', async () => {
  const path = await picture('seal.png', 20, 10, (x, y) => [x, y, 9, 255])
  const image = await stampImage(path, { width: 100, height: 50 })
  expect([image.width, image.height, image.alpha]).toEqual([20, 10, undefined])
  expect(inflateSync(image.rgb).length).toBe(600)
})

test('the same picture in the same size is encoded once', async () => {
  const path = await picture('once.png', 30, 30, () => [1, 2, 3, 255])
  expect(await stampImage(path, { width: 10, height: 10 })).toBe(await stampImage(path, { width: 10, height: 10 }))
})

test.each([
  ['missing.png', undefined],
  ['broken.png', 'this is no picture'],
  ['bomb.png', Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n\0\0\0\rIHDR', 'latin1'), Buffer.from([0x7f, 0, 0, 0, 0x7f, 0, 0, 0])])],
])('%s is refused by name', async (name, content) => {
  const path = join(folder, name)
  if (content !== undefined) await writeFile(path, content)
  await expect(measureImage(path)).rejects.toMatchObject({ refusal: { code: 'image-unreadable', facts: { file: name } } })
})
