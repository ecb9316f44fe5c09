import { PNG } from 'pngjs'
import type { PagePicture } from './draw-pdf.ts'
import { glyphOf } from './glyphs.ts'
import { coverageOf, fillOutline, openRaster } from './raster.ts'
import type { Raster } from './raster.ts'
import { randomFrom } from './random.ts'
import type { Random } from './random.ts'
import type { DrawnPage, RuleItem, TextItem } from './typeset.ts'

const dotsPerInch = 150
/** Scanners do not cut to A4 exactly: measured widths and heights in points. */
const scanSizes = [[593, 833], [598, 842], [601, 842], [602, 846], [618, 888]] as const

/** Pictures of pages as a scanner makes them: a little turned, with grey paper and specks. */
export function scanPages(pages: DrawnPage[], seed: number, misread: boolean): PagePicture[] {
  const random = randomFrom(seed ^ 0x5ca1)
  const [width, height] = random.pick(scanSizes)
  return pages.map((page) => ({ width, height, png: scanPage(page, random, width, height), misread: misread ? misreadOf(page) : [] }))
}

function scanPage(page: DrawnPage, random: Random, width: number, height: number): Buffer {
  const scale = dotsPerInch / 72
  const raster = openRaster(Math.round(width * scale), Math.round(height * scale))
  const turn = ((random.next() - 0.5) * Math.PI) / 240
  const place = { scale, cos: Math.cos(turn), sin: Math.sin(turn), x: random.between(-4, 4), y: random.between(-4, 4) }
  for (const text of page.texts) inkText(raster, text, place)
  for (const rule of page.rules) inkRule(raster, rule, place)
  return greyPng(raster, random)
}

function inkRule(raster: Raster, { x1, y1, x2, y2, thickness }: RuleItem, place: Placing): void {
  const half = thickness / 2
  const upright = Math.abs(y2 - y1) > Math.abs(x2 - x1)
  const [dx, dy] = upright ? [half, 0] : [0, half]
  const corners = [[x1 - dx, y1 - dy], [x2 - dx, y2 - dy], [x2 + dx, y2 + dy], [x1 + dx, y1 + dy]]
  const outline = Float32Array.from(corners.flatMap(([x = 0, y = 0]) => onPage(place, x, y)))
  fillOutline(raster, [outline], [1, 0, 0, 1, 0, 0])
}

interface Placing {
  scale: number
  cos: number
  sin: number
  x: number
  y: number
}

function onPage({ scale, cos, sin, x: left, y: top }: Placing, x: number, y: number): [number, number] {
  return [scale * (cos * x - sin * y + left), scale * (sin * x + cos * y + top)]
}

function inkText(raster: Raster, { face, size, text, x, baseline, wordSpacing }: TextItem, place: Placing): void {
  const [cos, sin] = [place.cos * place.scale * size, place.sin * place.scale * size]
  let pen = x
  for (const character of text) {
    const { outline, advance } = glyphOf(face, character)
    const [left, top] = onPage(place, pen, baseline)
    fillOutline(raster, outline, [cos, sin, sin, -cos, left, top])
    pen += advance * size + (character === ' ' ? wordSpacing : 0)
  }
}

function greyPng(raster: Raster, random: Random): Buffer {
  const { width, height } = raster
  const coverage = coverageOf(raster)
  const grey = Buffer.alloc(coverage.length)
  for (let index = 0; index < grey.length; index += 1) grey[index] = 248 - Math.round((coverage[index] ?? 0) * 214)
  for (let speck = Math.round(grey.length / 9000); speck > 0; speck -= 1) grey[random.between(0, grey.length - 1)] = random.between(90, 220)
  const image = new PNG({ width, height, inputHasAlpha: false })
  image.data = grey
  return PNG.sync.write(image, { colorType: 0, inputColorType: 0, bitDepth: 8, inputHasAlpha: false, filterType: 0, deflateLevel: 6 })
}

/** What text recognition makes of Vietnamese capitals: the right places and the wrong letters. */
function misreadOf({ texts }: DrawnPage): PagePicture['misread'] {
  return texts.map(({ text, x, baseline, size }) => {
    const bare = text.normalize('NFD').replace(/\p{M}/gu, '').replaceAll('đ', 'd').replaceAll('Đ', 'D')
    const some6 = bare.replace(/O/g, (_, at: number) => (at % 3 === 0 ? '6' : 'O'))
    const wrong = some6.replaceAll('X', 'x').replaceAll('OI', 'QI').replaceAll('U', 'ii')
    return { text: wrong.replace(/[^\x20-\x7e]/g, ''), x, baseline, size }
  })
}
