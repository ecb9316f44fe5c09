import { glyphOf } from './glyphs.ts'
import { circleOutline, coverageOf, fillOutline, openRaster } from './raster.ts'
import type { Raster } from './raster.ts'
import { randomFrom } from './random.ts'
import { inkImage } from './ink-image.ts'
import type { InkImage } from './ink-image.ts'

/** Real size of a seal of this kind, millimetres. */
export const sealDiameterMm = 36
const sizePx = 600

/** An invented round seal: two rings, the upper body's name around, a star, and the agency's name across. Red on nothing. */
export function drawSeal(around: string, across: string[]): InkImage {
  const raster = openRaster(sizePx, sizePx)
  const middle = sizePx / 2
  ring(raster, middle, middle - 6, middle - 17)
  ring(raster, middle, middle - 26, middle - 30)
  ring(raster, middle, middle - 104, middle - 108)
  textOnArc(raster, middle, middle - 88, 54, around)
  textOnArc(raster, middle, middle - 88, 40, '★', Math.PI / 2)
  star(raster, middle, middle - 74, 46)
  const size = across.length > 2 ? 42 : 50
  for (const [index, line] of across.entries()) textAcross(raster, middle, middle + 22 + index * (size + 8), size, line)
  const random = randomFrom(around.length * 131 + across.join('').length)
  const coverage = coverageOf(raster)
  // Ink on paper is never even.
  for (let index = 0; index < coverage.length; index += 1) coverage[index] = (coverage[index] ?? 0) * (0.82 + 0.18 * random.next())
  return inkImage(coverage, sizePx, sizePx, [214, 28, 36], sealDiameterMm)
}

function ring(raster: Raster, middle: number, outer: number, inner: number): void {
  fillOutline(raster, [circleOutline(outer), circleOutline(inner, true)], [1, 0, 0, 1, middle, middle])
}

function star(raster: Raster, x: number, y: number, radius: number): void {
  const points = Float32Array.from({ length: 20 }, (_, index) => {
    const corner = Math.floor(index / 2)
    const length = corner % 2 === 0 ? radius : radius * 0.4
    const angle = (corner * Math.PI) / 5 - Math.PI / 2
    return length * (index % 2 === 0 ? Math.cos(angle) : Math.sin(angle))
  })
  fillOutline(raster, [points], [1, 0, 0, 1, x, y])
}

/** @param at the angle of the middle of the text, 0 to the right, clockwise; by default the top */
function textOnArc(raster: Raster, middle: number, radius: number, size: number, text: string, at = -Math.PI / 2): void {
  if (text === '★') {
    star(raster, middle + Math.cos(at) * (radius + 14), middle + Math.sin(at) * (radius + 14), size / 2)
    return
  }
  const spacing = 1.06
  const glyphs = Array.from(text).map((character) => glyphOf('bold', character))
  const whole = glyphs.reduce((sum, { advance }) => sum + advance * size * spacing, 0)
  let along = -whole / 2
  for (const { outline, advance } of glyphs) {
    const angle = at + (along + (advance * size) / 2) / (radius + size * 0.3)
    const [cos, sin] = [Math.cos(angle + Math.PI / 2), Math.sin(angle + Math.PI / 2)]
    const half = (advance * size) / 2
    const x = middle + Math.cos(angle) * radius - cos * half
    const y = middle + Math.sin(angle) * radius - sin * half
    fillOutline(raster, outline, [cos * size, sin * size, sin * size, -cos * size, x, y])
    along += advance * size * spacing
  }
}

function textAcross(raster: Raster, middle: number, baseline: number, wanted: number, text: string): void {
  const glyphs = Array.from(text).map((character) => glyphOf('bold', character))
  const ems = glyphs.reduce((sum, { advance }) => sum + advance, 0)
  const size = Math.min(wanted, 350 / ems)
  let x = middle - (ems * size) / 2
  for (const { outline, advance } of glyphs) {
    fillOutline(raster, outline, [size, 0, 0, -size, x, baseline])
    x += advance * size
  }
}
