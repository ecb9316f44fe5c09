import type { Glyph, StampFont } from './stamp-font.ts'
import type { ImageSize } from './stamp-image.ts'

/** Where everything stands in the box of a stamp: points, origin bottom left. */
export interface StampLayout {
  image: Box | undefined
  fontSize: number
  lines: PlacedLine[]
}

export interface Box {
  x: number
  y: number
  width: number
  height: number
}

export interface PlacedLine {
  x: number
  baseline: number
  glyphs: Glyph[]
}

interface TextBlock {
  fontSize: number
  lines: Glyph[][]
  width: number
  height: number
}

/** Kept free on every side. */
export const padding = 1
const gap = 3
const lineHeight = 1.15
/** Read well on paper; smaller only where the box leaves no choice. */
const wellReadSizes = [10, 9.5, 9, 8.5, 8]
const wellReadSize = 8
const smallestSize = 4
const fontSizes = [...wellReadSizes, 7.5, 7, 6.5, 6, 5.5, 5, 4.5, smallestSize]
/** Of the width, for the text beside an image. */
const widestTextShare = 0.62

/** The image above the lines or to their left, whichever shows it larger; text as large as fits, at most 10 pt. */
export function layOutStamp(box: ImageSize, font: StampFont | undefined, texts: string[], image: ImageSize | undefined): StampLayout {
  const inner = { x: padding, y: padding, width: box.width - 2 * padding, height: box.height - 2 * padding }
  if (font === undefined || texts.length === 0) return { image: image && fitImage(image, inner), fontSize: 0, lines: [] }
  if (!image) {
    const block = fitText(font, texts, inner.width, inner.height)
    return { image: undefined, fontSize: block.fontSize, lines: placeLines(font, block, inner, 'left') }
  }
  const above = layOutAbove(inner, font, texts, image)
  const left = layOutLeft(inner, font, texts, image)
  return worth(left) > worth(above) ? left : above
}

function layOutAbove(inner: Box, font: StampFont, texts: string[], image: ImageSize): StampLayout {
  const block = fitText(font, texts, inner.width, inner.height * 0.5)
  const textBox = { ...inner, height: block.height }
  const imageBox = { ...inner, y: inner.y + block.height + gap, height: inner.height - block.height - gap }
  return { image: fitImage(image, imageBox), fontSize: block.fontSize, lines: placeLines(font, block, textBox, 'centre') }
}

function layOutLeft(inner: Box, font: StampFont, texts: string[], image: ImageSize): StampLayout {
  const block = fitText(font, texts, inner.width * widestTextShare, inner.height)
  const imageBox = { ...inner, width: inner.width - block.width - gap }
  const textBox = { ...inner, x: inner.x + imageBox.width + gap, width: block.width }
  return { image: fitImage(image, imageBox), fontSize: block.fontSize, lines: placeLines(font, block, textBox, 'left') }
}

/** Area of the image; a layout whose text can hardly be read is worth little. */
function worth({ image, fontSize }: StampLayout): number {
  return (image ? image.width * image.height : 0) * Math.min(1, fontSize / wellReadSize) ** 4
}

function fitImage(image: ImageSize, box: Box): Box {
  const scale = Math.min(box.width / image.width, box.height / image.height)
  const width = image.width * scale
  const height = image.height * scale
  return { x: box.x + (box.width - width) / 2, y: box.y + (box.height - height) / 2, width, height }
}

/** Whole lines while they can be read well; then broken ones, as large as fits; at last what fits of them. */
function fitText(font: StampFont, texts: string[], width: number, height: number): TextBlock {
  const whole = texts.map((text) => font.shape(text))
  const fits = (block: TextBlock): boolean => block.height <= height && block.width <= width
  return (
    wellReadSizes.map((fontSize) => measure(font, whole, fontSize)).find(fits) ??
    fontSizes.values().map((fontSize) => breakLines(font, texts, fontSize, width)).find(fits) ??
    cutToFit(font, breakLines(font, texts, smallestSize, width), width, height)
  )
}

function breakLines(font: StampFont, texts: string[], fontSize: number, width: number): TextBlock {
  const lines = texts.flatMap((text) => wrap(font, text, (width * 1000) / fontSize))
  return measure(font, lines, fontSize)
}

function measure(font: StampFont, lines: Glyph[][], fontSize: number): TextBlock {
  const width = (Math.max(0, ...lines.map(lengthOf)) * fontSize) / 1000
  const height = fontSize * (lineHeight * (lines.length - 1) + (font.ascent - font.descent) / 1000)
  return { fontSize, lines, width, height }
}

/** At blanks; a word that is longer than the line stays whole here, so that a smaller size is tried first. */
function wrap(font: StampFont, text: string, width: number): Glyph[][] {
  const lines: Glyph[][] = []
  let line = ''
  for (const word of text.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`
    if (line !== '' && lengthOf(font.shape(longer)) > width) {
      lines.push(font.shape(line))
      line = word
    } else {
      line = longer
    }
  }
  return [...lines, font.shape(line)]
}

/** The last resort: nothing is drawn outside the box. */
function cutToFit(font: StampFont, block: TextBlock, width: number, height: number): TextBlock {
  const fitting = Math.max(1, Math.floor((height / block.fontSize - (font.ascent - font.descent) / 1000) / lineHeight) + 1)
  const lines = block.lines.slice(0, fitting).map((line) => cutLine(line, (width * 1000) / block.fontSize))
  return measure(font, lines, block.fontSize)
}

function cutLine(line: Glyph[], width: number): Glyph[] {
  let length = 0
  const end = line.findIndex(({ advance }) => (length += advance) > width)
  return end === -1 ? line : line.slice(0, end)
}

function placeLines(font: StampFont, block: TextBlock, box: Box, align: 'left' | 'centre'): PlacedLine[] {
  const top = box.y + (box.height + block.height) / 2
  return block.lines.map((glyphs, index) => {
    const free = box.width - (lengthOf(glyphs) * block.fontSize) / 1000
    return {
      glyphs,
      x: align === 'left' ? box.x : box.x + Math.max(0, free) / 2,
      baseline: top - (font.ascent / 1000 + lineHeight * index) * block.fontSize,
    }
  })
}

function lengthOf(glyphs: Glyph[]): number {
  return glyphs.reduce((length, { advance }) => length + advance, 0)
}
