import { createHash } from 'node:crypto'
import { deflateSync } from 'node:zlib'
import * as harfbuzz from 'harfbuzzjs'
import { subsetFont } from './subset-font.ts'

/** A font cut down to what some lines need, with the shaper that belongs to it. Lengths in 1/1000 em. */
export interface StampFont {
  /** PostScript name with the subset tag of ISO 32000-1, 9.6.4. */
  name: string
  file: Uint8Array
  /** The same, for /FlateDecode. */
  deflated: Uint8Array
  boundingBox: number[]
  ascent: number
  descent: number
  shape(text: string): Glyph[]
}

/** One glyph of a shaped line. */
export interface Glyph {
  id: number
  /** The character it stands for. */
  text: string
  /** Its width in the font: what /W says. */
  width: number
  /** How far the pen moves: the width with kerning. */
  advance: number
  xOffset: number
  yOffset: number
}

/** The lines of a batch differ in times and numbers: these characters are always cut out, so that one font serves all. */
const alwaysKept = '0123456789 .,:;-+/()?'
const keptFonts = 4
const fonts = new Map<string, Promise<StampFont>>()

/** @param lines as `cleanLine` leaves them */
export function stampFontFor(lines: string[]): Promise<StampFont> {
  const characters = Array.from(new Set(alwaysKept + lines.join(''))).sort()
  const key = characters.join('')
  const known = fonts.get(key)
  if (known) return known
  const made = makeFont(characters)
  if (fonts.size >= keptFonts) fonts.clear()
  fonts.set(key, made)
  made.catch(() => fonts.delete(key))
  return made
}

/** NFC, without controls and the invisible characters that could turn a line around. */
export function cleanLine(line: string): string {
  return line
    .normalize('NFC')
    .replaceAll(/[\s\p{Cc}]+/gu, ' ')
    .replaceAll(/[\p{Cf}\p{Cn}\p{Co}\p{Cs}]/gu, '')
    .trim()
}

async function makeFont(characters: string[]): Promise<StampFont> {
  const file = await subsetFont(characters)
  const face = new harfbuzz.Face(new harfbuzz.Blob(file))
  const font = new harfbuzz.Font(face)
  const scale = 1000 / face.upem
  const { ascender, descender } = font.hExtents()
  return {
    name: `${subsetTag(file)}+Tinos`,
    file,
    deflated: deflateSync(file, { level: 9 }),
    boundingBox: readBoundingBox(face, scale),
    ascent: ascender * scale,
    descent: descender * scale,
    shape: (text) => shape(font, scale, text),
  }
}

function shape(font: harfbuzz.Font, scale: number, text: string): Glyph[] {
  const shown = Array.from(text, (character) => (font.nominalGlyph(character.codePointAt(0) ?? 0) ? character : '?'))
  const buffer = new harfbuzz.Buffer()
  buffer.setClusterLevel(harfbuzz.ClusterLevel.MONOTONE_CHARACTERS)
  buffer.addCodePoints(shown.map((character) => character.codePointAt(0) ?? 0))
  buffer.guessSegmentProperties()
  harfbuzz.shape(font, buffer)
  return buffer.getGlyphInfosAndPositions().map(({ codepoint: id, cluster, xAdvance = 0, xOffset = 0, yOffset = 0 }) => ({
    id,
    text: shown[cluster] ?? '',
    width: font.glyphHAdvance(id) * scale,
    advance: xAdvance * scale,
    xOffset: xOffset * scale,
    yOffset: yOffset * scale,
  }))
}

/** OpenType `head`: xMin, yMin, xMax, yMax. */
function readBoundingBox(face: harfbuzz.Face, scale: number): number[] {
  const head = face.referenceTable('head')
  if (!head) throw new Error('the font has no head table')
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength)
  return [36, 38, 40, 42].map((offset) => Math.round(view.getInt16(offset) * scale))
}

function subsetTag(file: Uint8Array): string {
  return Array.from(createHash('sha256').update(file).digest().subarray(0, 6), (byte) => String.fromCharCode(65 + (byte % 26))).join('')
}
