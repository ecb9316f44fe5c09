import type { Drawing, DrawnText, Ink } from './appearance.ts'
import { number, showGlyphs } from './show-glyphs.ts'
import type { Glyph, StampFont } from './stamp-font.ts'

/** As the tools of the field slant the upright letters of a day or a month (measured). */
const slant = 0.21256
/** Letters are set smaller by so much before they are condensed. */
const smallerBy = 1
const boldStroke = 0.02

/** DeviceRGB: black, the red of a seal's ink, the blue of a pen. */
const inks: Record<Ink, string> = { black: '0 0 0', red: '0.84 0.11 0.14', blue: '0.09 0.23 0.63' }

/** Text and frames at their places: operators of a content stream, and the glyphs that they use. */
export function drawExactly(font: StampFont | undefined, texts: readonly DrawnText[], frames: Drawing['frames']): { content: string[]; glyphs: Glyph[] } {
  const content = frames.map(({ x, y, width, height, thickness, colour }) => {
    const outline = height === 0 ? `${number(x)} ${number(y)} m ${number(x + width)} ${number(y)} l` : `${[x, y, width, height].map((value) => number(value)).join(' ')} re`
    return `q ${inks[colour]} RG ${number(thickness)} w ${outline} S Q`
  })
  const glyphs: Glyph[] = []
  for (const text of font ? texts : []) {
    const shaped = font?.shape(text.text) ?? []
    glyphs.push(...shaped)
    content.push(showText(text, shaped))
  }
  return { content, glyphs }
}

function showText({ x, width, baseline, size, align, colour, slanted, bold }: DrawnText, glyphs: readonly Glyph[]): string {
  const ems = glyphs.reduce((sum, { advance }) => sum + advance, 0) / 1000
  const fontSize = ems * size > width ? size - smallerBy : size
  const scale = Math.min(1, width / (ems * fontSize))
  const free = width - ems * fontSize * scale
  const left = align === 'centre' ? x + free / 2 : x
  const weight = bold ? `2 Tr ${number(boldStroke * fontSize)} w` : '0 Tr'
  const matrix = `${number(scale, 4)} 0 ${slanted ? slant : 0} 1 ${number(left)} ${number(baseline)} Tm`
  return `q ${inks[colour]} rg ${inks[colour]} RG BT ${weight} /Tinos ${number(fontSize)} Tf ${matrix} ${showGlyphs(glyphs, fontSize)} ET Q`
}
