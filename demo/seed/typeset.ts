import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import PDFDocument from 'pdfkit'
import subsetFont from 'subset-font'

/** The four faces of Tinos, whose widths are those of Times New Roman. */
export const faces = ['regular', 'bold', 'italic', 'bold-italic'] as const
export type Face = (typeof faces)[number]

const folders: Record<Face, string> = {
  'regular': '400Regular', 'bold': '700Bold', 'italic': '400Regular_Italic', 'bold-italic': '700Bold_Italic',
}
const require = createRequire(import.meta.url)

/** Cut down to what Vietnamese is written with: a reader of fonts spends most of its time on all the rest. */
export const fontFiles: Record<Face, Uint8Array> = {
  'regular': await readFont('regular'),
  'bold': await readFont('bold'),
  'italic': await readFont('italic'),
  'bold-italic': await readFont('bold-italic'),
}

/** Of the font's size: from the baseline up to the top of a line, and down to its bottom. */
export const ascent = 0.891
export const descent = 0.216

export interface Style {
  face: Face
  /** Points. */
  size: number
}

/** A run of text on one line. Lengths in points; `baseline` is counted from the top of the page. */
export interface TextItem extends Style {
  text: string
  x: number
  baseline: number
  /** Added to every blank, so that the line fills its measure. */
  wordSpacing: number
}

export interface RuleItem {
  x1: number
  y1: number
  x2: number
  y2: number
  thickness: number
}

export interface DrawnPage {
  width: number
  height: number
  texts: TextItem[]
  rules: RuleItem[]
}

async function readFont(face: Face): Promise<Uint8Array> {
  const name = folders[face]
  const whole = readFileSync(require.resolve(`@expo-google-fonts/tinos/${name}/Tinos_${name}.ttf`))
  return await subsetFont(whole, characters(), { targetFormat: 'sfnt', keepFeatures: [], dropTables: ['GPOS', 'GSUB', 'GDEF', 'kern'] })
}

function characters(): string {
  const plain = Array.from({ length: 0x7f - 0x20 }, (_, index) => String.fromCharCode(0x20 + index))
  const tones = ['', '\u0300', '\u0301', '\u0303', '\u0309', '\u0323']
  const vowels = Array.from('aăâeêioôơuưy').flatMap((vowel) => tones.map((tone) => (vowel + tone).normalize('NFC')))
  return [...plain, ...vowels, ...vowels.map((vowel) => vowel.toUpperCase()), 'đĐ–—…“”‘’'].join('')
}

const measurer = new PDFDocument({ autoFirstPage: false })
for (const face of faces) measurer.registerFont(face, Buffer.from(fontFiles[face]))
const widths = new Map<string, number>()

/** Width in points. */
export function measure({ face, size }: Style, text: string): number {
  const key = `${face} ${text}`
  const known = widths.get(key) ?? measurer.font(face).fontSize(1000).widthOfString(text)
  widths.set(key, known)
  return (known * size) / 1000
}

export interface Line {
  text: string
  width: number
  blanks: number
}

/** Breaks text into lines; the first may be indented. */
export function breakLines(style: Style, text: string, width: number, indent = 0): Line[] {
  const blank = measure(style, ' ')
  const lines: Line[] = []
  let words: string[] = []
  let used = 0
  for (const word of text.split(' ')) {
    const own = measure(style, word)
    const room = width - (lines.length === 0 ? indent : 0)
    if (words.length > 0 && used + blank + own > room) {
      lines.push({ text: words.join(' '), width: used, blanks: words.length - 1 })
      words = []
      used = 0
    }
    used += (words.length > 0 ? blank : 0) + own
    words.push(word)
  }
  lines.push({ text: words.join(' '), width: used, blanks: words.length - 1 })
  return lines
}
