import { hex } from './embed-font.ts'
import type { Glyph } from './stamp-font.ts'

/** Kerning and the places of marks go into TJ and Ts (ISO 32000-2, 9.4.3). */
export function showGlyphs(glyphs: readonly Glyph[], fontSize: number): string {
  let content = '['
  let rise = 0
  for (const { id, width, advance, xOffset, yOffset } of glyphs) {
    const wanted = (yOffset * fontSize) / 1000
    if (wanted !== rise) content += `] TJ ${number(wanted)} Ts [`
    rise = wanted
    const before = -xOffset
    const after = Math.round(width) - advance + xOffset
    content += `${shift(before)}<${hex(id)}>${shift(after)}`
  }
  return `${content}] TJ${rise === 0 ? '' : ' 0 Ts'}`
}

function shift(thousandths: number): string {
  const written = number(thousandths)
  return written === '0' ? '' : ` ${written} `
}

/** As a content stream writes it. */
export function number(value: number, digits = 2): string {
  const scale = 10 ** digits
  return (Math.round(value * scale) / scale || 0).toString()
}
