import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { PNG } from 'pngjs'
import { afterAll, expect, test } from 'vitest'
import { createDocumentWorkers } from '../../../../agent/signing/document-workers.ts'
import { writeImages } from '../../../../demo/seed/images.ts'
import { tempFolder } from '../../../support/temp-folder.ts'

const workers = createDocumentWorkers()
afterAll(() => workers.close())

const refusedWith = (code: string): unknown => expect.objectContaining({ refusal: expect.objectContaining({ code }) as unknown })

function png(file: string, width: number, height: number, colourAt: (x: number, y: number) => [number, number, number, number]): string {
  const image = new PNG({ width, height })
  for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) image.data.set(colourAt(x, y), (y * width + x) * 4)
  writeFileSync(file, PNG.sync.write(image))
  return file
}

const ring = (x: number, y: number): boolean => Math.abs(Math.hypot(x - 500, y - 500) - 440) < 12 || Math.hypot(x - 500, y - 500) < 60

test('a seal is cut to its rim and has its real size at no more than 300 dpi', async () => {
  const folder = tempFolder()
  const input = png(path.join(folder, 'seal.png'), 1_000, 1_000, (x, y) => (ring(x, y) ? [214, 28, 36, 255] : [0, 0, 0, 0]))
  const prepared = await workers.prepareImage({ input, output: path.join(folder, 'out.png'), use: 'seal', sealMm: 36 })
  expect(prepared).toMatchObject({ coarse: false })
  expect(prepared.widthMm).toBeCloseTo(36, 0)
  expect(prepared.width / (prepared.widthMm / 25.4)).toBeLessThanOrEqual(301)
  const out = PNG.sync.read(readFileSync(path.join(folder, 'out.png')))
  expect([out.width, out.height]).toEqual([prepared.width, prepared.height])
})

test('the hand of the demo is taken; its seal as a hand, and its hand as a seal, are not', async () => {
  const folder = tempFolder()
  const { signature, seal } = writeImages(folder)
  const output = path.join(folder, 'out.png')
  expect((await workers.prepareImage({ input: signature, output, use: 'signature', sealMm: 36 })).widthMm).toBeLessThanOrEqual(52.9)
  await expect(workers.prepareImage({ input: seal, output, use: 'signature', sealMm: 36 })).rejects.toEqual(refusedWith('image-not-blue'))
  await expect(workers.prepareImage({ input: signature, output, use: 'seal', sealMm: 36 })).rejects.toEqual(refusedWith('image-not-red'))
})

test('white paper becomes transparent; a photograph that covers everything is refused', async () => {
  const folder = tempFolder()
  const output = path.join(folder, 'out.png')
  const scan = png(path.join(folder, 'scan.png'), 600, 300, (x, y) => (Math.abs(y - 150 - 90 * Math.sin(x / 60)) < 6 ? [30, 50, 160, 255] : [252, 252, 250, 255]))
  await workers.prepareImage({ input: scan, output, use: 'signature', sealMm: 36 })
  const { data } = PNG.sync.read(readFileSync(output))
  expect(data.filter((value, at) => at % 4 === 3 && value === 0).length).toBeGreaterThan(0.5 * (data.length / 4))
  const covered = png(path.join(folder, 'covered.png'), 100, 50, () => [60, 60, 200, 255])
  await expect(workers.prepareImage({ input: covered, output, use: 'signature', sealMm: 36 })).rejects.toEqual(refusedWith('image-not-clear'))
})

test('what is no picture, or has too many pixels, is refused', async () => {
  const folder = tempFolder()
  const output = path.join(folder, 'out.png')
  writeFileSync(path.join(folder, 'none'), 'GIF89a')
  await expect(workers.prepareImage({ input: path.join(folder, 'none'), output, use: 'seal', sealMm: 36 })).rejects.toEqual(refusedWith('image-not-picture'))
  const bomb = readFileSync(png(path.join(folder, 'bomb.png'), 4, 4, () => [0, 0, 0, 0]))
  bomb.writeUInt32BE(60_000, 16)
  bomb.writeUInt32BE(60_000, 20)
  writeFileSync(path.join(folder, 'bomb.png'), bomb)
  await expect(workers.prepareImage({ input: path.join(folder, 'bomb.png'), output, use: 'seal', sealMm: 36 })).rejects.toEqual(refusedWith('image-too-large'))
})

test('a JPEG is read as well', async () => {
  const folder = tempFolder()
  const page = path.join(folder, 'page.pdf')
  const draw = '0.12 0.2 0.63 RG 4 w 20 50 m 60 120 90 10 140 60 c 180 110 200 30 260 70 c S'
  const objects = ['<</Type/Catalog/Pages 2 0 R>>', '<</Type/Pages/Kids[3 0 R]/Count 1>>', '<</Type/Page/Parent 2 0 R/MediaBox[0 0 280 140]/Contents 4 0 R>>', `<</Length ${draw.length}>>stream\n${draw}\nendstream`]
  writeFileSync(page, `%PDF-1.4\n${objects.map((object, index) => `${index + 1} 0 obj${object}endobj\n`).join('')}trailer<</Root 1 0 R/Size 5>>`)
  expect(spawnSync('pdftoppm', ['-jpeg', '-r', '150', '-singlefile', page, path.join(folder, 'hand')]).status).toBe(0)
  expect(await workers.prepareImage({ input: path.join(folder, 'hand.jpg'), output: path.join(folder, 'out.png'), use: 'signature', sealMm: 36 })).toMatchObject({ coarse: false })
})
