import * as harfbuzz from 'harfbuzzjs'
import { faces, fontFiles } from './typeset.ts'
import type { Face } from './typeset.ts'
import type { Outline } from './raster.ts'

export interface Glyph {
  /** In units of the em, y upwards. */
  outline: Outline
  advance: number
}

const fonts = new Map(faces.map((face) => [face, new harfbuzz.Font(new harfbuzz.Face(new harfbuzz.Blob(fontFiles[face])))]))
const known = new Map<string, Glyph>()

/** The outline of a character, flattened. */
export function glyphOf(face: Face, character: string): Glyph {
  const key = face + character
  const glyph = known.get(key) ?? readGlyph(face, character)
  known.set(key, glyph)
  return glyph
}

function readGlyph(face: Face, character: string): Glyph {
  const font = fonts.get(face)
  if (font === undefined) throw new Error(`no font ${face}`)
  const id = font.nominalGlyph(character.codePointAt(0) ?? 0) ?? 0
  const unit = 1 / font.face.upem
  return { outline: flatten(font.glyphToPath(id), unit), advance: font.glyphHAdvance(id) * unit }
}

/** Reads “M x,y L … Q … C … Z” and cuts curves into short lines. */
function flatten(path: string, unit: number): Outline {
  const outline: Outline = []
  let points: number[] = []
  for (const [, command = '', numbers = ''] of path.matchAll(/([MLQCZ])([^MLQCZ]*)/g)) {
    const values = numbers.trim() === '' ? [] : numbers.trim().split(/[\s,]+/).map((value) => Number(value) * unit)
    if (command === 'Z') {
      outline.push(Float32Array.from(points))
      points = []
    } else if (command === 'M' || command === 'L') points.push(...values)
    else addCurve(points, values)
  }
  return outline
}

function addCurve(points: number[], values: number[]): void {
  const [startX = 0, startY = 0] = points.slice(-2)
  const controls = [startX, startY, ...values]
  const steps = 6
  for (let step = 1; step <= steps; step += 1) {
    // De Casteljau: the same for curves of any degree.
    let level = controls
    const t = step / steps
    while (level.length > 2) level = level.slice(0, -2).map((value, index) => value + ((level[index + 2] ?? 0) - value) * t)
    points.push(...level)
  }
}
