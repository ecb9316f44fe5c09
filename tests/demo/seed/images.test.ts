import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PNG } from 'pngjs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { writeImages } from '../../../demo/seed/images.ts'
import { circleOutline, coverageOf, fillOutline, openRaster } from '../../../demo/seed/raster.ts'

let folder: string
let images: ReturnType<typeof writeImages>

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'qlvb-images-'))
  images = writeImages(folder)
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function pixels(path: string): { image: PNG; inked: number[][]; clear: number } {
  const image = PNG.sync.read(readFileSync(path))
  const inked: number[][] = []
  let clear = 0
  for (let at = 0; at < image.data.length; at += 4) {
    const [red = 0, green = 0, blue = 0, alpha = 0] = image.data.subarray(at, at + 4)
    if (alpha > 200) inked.push([red, green, blue])
    if (alpha === 0) clear += 1
  }
  return { image, inked, clear }
}

describe('the images of the rule', () => {
  it('a seal: red on nothing, round, 36 mm wide', () => {
    const { image, inked, clear } = pixels(images.seal)
    expect(image.width).toBe(image.height)
    expect(inked.length / (image.width * image.height)).toBeGreaterThan(0.05)
    expect(clear / (image.width * image.height)).toBeGreaterThan(0.5)
    for (const [red = 0, green = 0, blue = 0] of inked) expect(red > 180 && green < 80 && blue < 80).toBe(true)
    expect([0, image.width - 1].map((corner) => image.data[corner * 4 + 3])).toEqual([0, 0])
    expect((image.width * 1000) / pixelsPerMetre(images.seal)).toBeCloseTo(36, 1)
  })

  it('a signature: blue on nothing', () => {
    const { image, inked, clear } = pixels(images.signature)
    expect(inked.length).toBeGreaterThan(1000)
    expect(clear / (image.width * image.height)).toBeGreaterThan(0.8)
    for (const [red = 0, , blue = 0] of inked) expect(blue > 120 && red < 80).toBe(true)
  })
})

/** PNG, 11.3.4.3. */
function pixelsPerMetre(path: string): number {
  const png = readFileSync(path)
  return png.readUInt32BE(png.indexOf('pHYs') + 4)
}

describe('raster', () => {
  it('covers a circle and a ring by their area', () => {
    const raster = openRaster(100, 100)
    fillOutline(raster, [circleOutline(40), circleOutline(20, true)], [1, 0, 0, 1, 50.3, 49.7])
    const area = coverageOf(raster).reduce((sum, covered) => sum + covered, 0)
    expect(area / (Math.PI * (40 ** 2 - 20 ** 2))).toBeCloseTo(1, 2)
  })

  it('cuts off what lies outside and stays within its rows', () => {
    const raster = openRaster(20, 20)
    fillOutline(raster, [circleOutline(50)], [1, 0, 0, 1, 10, 10])
    expect(coverageOf(raster).every((covered) => covered > 0.99)).toBe(true)
  })
})
