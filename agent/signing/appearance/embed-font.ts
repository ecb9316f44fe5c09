import { deflateSync } from 'node:zlib'
import { dict, name, PdfString, type PdfObject, type PdfRef } from '../../pdf/objects.ts'
import type { Revision } from '../../pdf/revision.ts'
import type { Glyph, StampFont } from './stamp-font.ts'

/** A Type 0 font over the whole subset, glyph numbers as codes (ISO 32000-2, 9.7). Text can be read back. */
export function embedFont(revision: Revision, font: StampFont, used: Glyph[]): PdfRef {
  const glyphs = [...new Map(used.map((glyph) => [glyph.id, glyph])).values()].sort((one, other) => one.id - other.id)
  const fontFile = revision.addStream(dict({ Filter: name('FlateDecode'), Length1: font.file.length }), font.deflated)
  const descriptor = revision.add(
    dict({
      Type: name('FontDescriptor'),
      FontName: name(font.name),
      Flags: symbolic | serif,
      FontBBox: font.boundingBox,
      ItalicAngle: 0,
      Ascent: Math.round(font.ascent),
      Descent: Math.round(font.descent),
      CapHeight: capHeight,
      StemV: stemWidth,
      FontFile2: fontFile,
    }),
  )
  const descendant = revision.add(
    dict({
      Type: name('Font'),
      Subtype: name('CIDFontType2'),
      BaseFont: name(font.name),
      CIDSystemInfo: dict({ Registry: asciiString('Adobe'), Ordering: asciiString('Identity'), Supplement: 0 }),
      FontDescriptor: descriptor,
      CIDToGIDMap: name('Identity'),
      W: widths(glyphs),
    }),
  )
  const toUnicode = revision.addStream(dict({ Filter: name('FlateDecode') }), deflateSync(toUnicodeMap(glyphs)))
  return revision.add(
    dict({
      Type: name('Font'),
      Subtype: name('Type0'),
      BaseFont: name(font.name),
      Encoding: name('Identity-H'),
      DescendantFonts: [descendant],
      ToUnicode: toUnicode,
    }),
  )
}

// ISO 32000-2, 9.8.2: bits 2 and 3 of /Flags; CapHeight and StemV of Times.
const serif = 2
const symbolic = 4
const capHeight = 662
const stemWidth = 84

/** ISO 32000-2, 9.7.4.3: runs of `first [width …]`. */
function widths(glyphs: Glyph[]): PdfObject[] {
  const runs: { first: number; widths: number[] }[] = []
  for (const { id, width } of glyphs) {
    const run = runs.at(-1)
    if (run && run.first + run.widths.length === id) run.widths.push(Math.round(width))
    else runs.push({ first: id, widths: [Math.round(width)] })
  }
  return runs.flatMap((run) => [run.first, run.widths])
}

/** ISO 32000-2, 9.10.3. */
function toUnicodeMap(glyphs: Glyph[]): string {
  const entries = glyphs.map(({ id, text }) => `<${hex(id)}> <${Array.from(Buffer.from(text, 'utf16le').swap16(), hexByte).join('')}>`)
  const blocks: string[] = []
  for (let at = 0; at < entries.length; at += entriesInBlock) {
    const block = entries.slice(at, at + entriesInBlock)
    blocks.push(`${block.length} beginbfchar\n${block.join('\n')}\nendbfchar`)
  }
  return [
    '/CIDInit /ProcSet findresource begin',
    '12 dict begin',
    'begincmap',
    '/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def',
    '/CMapName /Adobe-Identity-UCS def',
    '/CMapType 2 def',
    '1 begincodespacerange\n<0000> <FFFF>\nendcodespacerange',
    ...blocks,
    'endcmap',
    'CMapName currentdict /CMap defineresource pop',
    'end',
    'end',
  ].join('\n')
}

const entriesInBlock = 100

/** A glyph number as the four digits of its code. */
export function hex(id: number): string {
  return id.toString(16).padStart(4, '0').toUpperCase()
}

function hexByte(byte: number): string {
  return byte.toString(16).padStart(2, '0').toUpperCase()
}

function asciiString(text: string): PdfString {
  return new PdfString(Buffer.from(text, 'latin1'))
}
