import { deflateSync } from 'node:zlib'
import { dict, name, type PdfRef } from '../../pdf/objects.ts'
import type { Box, PdfDocument } from '../../pdf/open-document.ts'
import type { Revision } from '../../pdf/revision.ts'
import type { Appearance } from './appearance.ts'
import { drawExactly } from './draw-exactly.ts'
import { embedFont } from './embed-font.ts'
import { layOutStamp, type StampLayout } from './lay-out-stamp.ts'
import { defaultPlace, placeOnPage } from './place-on-page.ts'
import { cleanLine, stampFontFor } from './stamp-font.ts'
import { number, showGlyphs } from './show-glyphs.ts'
import { measureImage, stampImage, type StampImage } from './stamp-image.ts'

export interface DrawnStamp {
  pageIndex: number
  rect: Box
  /** The form XObject: the widget's normal appearance. */
  appearance: PdfRef
}

/** Adds a visible signature's appearance (ISO 32000-2, 12.5.5): one form with image and text, nothing nested. */
export async function drawStamp(document: PdfDocument, revision: Revision, appearance: Appearance): Promise<DrawnStamp> {
  const { drawing } = appearance
  const texts = drawing?.texts.map((text) => ({ ...text, text: cleanLine(text.text) })) ?? []
  const lines = drawing ? [] : appearance.lines.map(cleanLine).filter((line) => line !== '')
  const pageIndex = (appearance.place?.page ?? appearance.page ?? document.pageCount) - 1
  const page = document.page(pageIndex)
  const placed = placeOnPage(page, appearance.place ?? defaultPlace(page, lines.length, appearance.image !== undefined))
  const written = [...lines, ...texts.map(({ text }) => text)]
  const font = written.length > 0 ? await stampFontFor(written) : undefined
  const imageSize = appearance.image === undefined ? undefined : await measureImage(appearance.image)
  const layout = layOutStamp(placed, lines.length > 0 ? font : undefined, lines, imageSize)
  const exact = drawing && drawExactly(font, texts, drawing.frames)

  const resources = dict({})
  if (layout.image && appearance.image !== undefined) {
    const image = await stampImage(appearance.image, layout.image)
    resources.set('XObject', dict({ Image: embedImage(revision, image) }))
  }
  if (font) resources.set('Font', dict({ Tinos: embedFont(revision, font, [...layout.lines.flatMap(({ glyphs }) => glyphs), ...(exact?.glyphs ?? [])]) }))
  const form = dict({
    Type: name('XObject'),
    Subtype: name('Form'),
    BBox: [0, 0, placed.width, placed.height],
    Matrix: [...placed.matrix],
    Resources: resources,
    Filter: name('FlateDecode'),
  })
  return { pageIndex, rect: placed.rect, appearance: revision.addStream(form, deflateSync([contentOf(layout), ...(exact?.content ?? [])].join('\n'))) }
}

function embedImage(revision: Revision, { width, height, rgb, alpha }: StampImage): PdfRef {
  const common = { Type: name('XObject'), Subtype: name('Image'), Width: width, Height: height, BitsPerComponent: 8, Filter: name('FlateDecode') }
  const mask = alpha && revision.addStream(dict({ ...common, ColorSpace: name('DeviceGray') }), alpha)
  return revision.addStream(dict({ ...common, ColorSpace: name('DeviceRGB'), SMask: mask }), rgb)
}

function contentOf({ image, fontSize, lines }: StampLayout): string {
  const parts: string[] = []
  if (image) parts.push(`q ${number(image.width)} 0 0 ${number(image.height)} ${number(image.x)} ${number(image.y)} cm /Image Do Q`)
  if (lines.length > 0) parts.push(`BT /Tinos ${number(fontSize)} Tf 0 g`, ...lines.map(({ x, baseline, glyphs }) => `1 0 0 1 ${number(x)} ${number(baseline)} Tm ${showGlyphs(glyphs, fontSize)}`), 'ET')
  return parts.join('\n')
}
