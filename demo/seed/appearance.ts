import type { PDFContext, PDFRef } from 'pdf-lib'
import type { Composition } from './compose.ts'
import { glyphOf } from './glyphs.ts'
import type { InkImage } from './ink-image.ts'
import { sealOf } from './images.ts'
import type { Recipe, SignatureRecipe } from './recipe.ts'
import { scribbleOf } from './scribble.ts'
import { sealDiameterMm } from './seal.ts'

/** A visible signature: where it stands (left, bottom, right, top, points from the bottom left) and what is drawn there. */
export interface Appearance {
  page: number
  rect: [number, number, number, number]
  /** Objects of the appearance; the last is the form itself. */
  objects: { ref: PDFRef; content: ReturnType<PDFContext['stream']> }[]
}

/** By the rule and the habit: the hand's image between title and name, the seal over its left third, text only on an attachment. */
export function appearanceOf(context: PDFContext, recipe: Recipe, composition: Composition, signature: SignatureRecipe): Appearance {
  switch (signature.kind) {
    case 'initials':
      return initials(context, composition, signature)
    case 'leader':
      return leaderImage(context, composition, signature)
    case 'agency':
      return sealImage(context, composition, recipe, signature)
    case 'attachment':
      return attachmentText(context, recipe, composition, signature)
  }
}

type Resources = Record<string, Record<string, PDFRef>>

interface Place {
  left: number
  centreY: number
  width: number
  height: number
}

function initials(context: PDFContext, { pages, lastWords }: Composition, { holder }: SignatureRecipe): Appearance {
  const page = pages[lastWords.page]
  if (page === undefined) throw new Error('the last words are on no page')
  const left = Math.min(lastWords.end + 2, page.width - 62)
  return image(context, lastWords.page, scribbleOf(holder), { left, centreY: page.height - lastWords.baseline + 4, width: 40, height: 20 })
}

function leaderPlace({ pages, block }: Composition, scribble: InkImage): Place & { page: number } {
  const page = block === null ? undefined : pages[block.page]
  if (block === null || page === undefined) throw new Error('a leader signs in a signing block')
  const gap = block.nameTop - block.titleBottom
  const height = Math.min(gap < 60 ? gap : Math.min(100, gap + 20), (150 * scribble.height) / scribble.width)
  const width = (height * scribble.width) / scribble.height
  return { page: block.page, left: block.centre - width / 2, centreY: page.height - (block.titleBottom + block.nameTop) / 2, width, height }
}

function leaderImage(context: PDFContext, composition: Composition, { holder }: SignatureRecipe): Appearance {
  const scribble = scribbleOf(holder)
  const place = leaderPlace(composition, scribble)
  return image(context, place.page, scribble, place)
}

function sealImage(context: PDFContext, composition: Composition, { name }: Recipe, { organisation }: SignatureRecipe): Appearance {
  const hand = leaderPlace(composition, scribbleOf(name))
  const side = (sealDiameterMm * 72) / 25.4
  const centreY = Math.max(side / 2 + 4, hand.centreY)
  return image(context, hand.page, sealOf(organisation), { left: hand.left + hand.width / 3 - side, centreY, width: side, height: side })
}

function image(context: PDFContext, page: number, ink: InkImage, { left, centreY, width, height }: Place): Appearance {
  const rect: Appearance['rect'] = [left, centreY - height / 2, left + width, centreY + height / 2]
  const common = { Type: 'XObject', Subtype: 'Image', Width: ink.width, Height: ink.height, BitsPerComponent: 8, Filter: 'FlateDecode' }
  const mask = { ref: context.nextRef(), content: context.stream(ink.deflated.alpha, { ...common, ColorSpace: 'DeviceGray' }) }
  const rgb = context.stream(ink.deflated.rgb, { ...common, ColorSpace: 'DeviceRGB', SMask: mask.ref })
  const colour = { ref: context.nextRef(), content: rgb }
  const drawn = `q ${width.toFixed(3)} 0 0 ${height.toFixed(3)} 0 0 cm /Im0 Do Q`
  const form = formOf(context, width, height, drawn, { XObject: { Im0: colour.ref } })
  return { page, rect, objects: [mask, colour, form] }
}

function formOf(context: PDFContext, width: number, height: number, content: string, resources: Resources): Appearance['objects'][number] {
  const dictionary = { Type: 'XObject', Subtype: 'Form', BBox: [0, 0, width, height], Resources: resources }
  return { ref: context.nextRef(), content: context.stream(content, dictionary) }
}

/** Nghị định 30/2020, Phụ lục I, II.8b: top right of the first page, number and time, Times 10. Drawn as outlines. */
function attachmentText(context: PDFContext, recipe: Recipe, { pages: [first] }: Composition, { at }: SignatureRecipe): Appearance {
  if (first === undefined) throw new Error('an attachment has a page')
  const [width, height] = [183, 26]
  const vietnam = `${new Date(Date.parse(at) + 7 * 3_600_000).toISOString().slice(0, 19)}+07:00`
  const lines = [`Số: ${recipe.number ?? ''}/${recipe.symbol}`, `Thời gian ký: ${vietnam}`]
  const content = `0 g ${lines.map((line, index) => outlinesOf(line, 2, height - 10 - index * 12, 10)).join(' ')}`
  const form = formOf(context, width, height, content, {})
  const [right, top] = [first.width - 1, first.height - 5]
  return { page: 0, rect: [right - width, top - height, right, top], objects: [form] }
}

function outlinesOf(text: string, x: number, baseline: number, size: number): string {
  const drawn: string[] = []
  let pen = x
  for (const character of text) {
    const { outline, advance } = glyphOf('regular', character)
    for (const points of outline) {
      for (let index = 0; index < points.length; index += 2) {
        const [px, py] = [(points[index] ?? 0) * size + pen, (points[index + 1] ?? 0) * size + baseline]
        drawn.push(`${px.toFixed(2)} ${py.toFixed(2)} ${index === 0 ? 'm' : 'l'}`)
      }
      drawn.push('h')
    }
    drawn.push('f')
    pen += advance * size
  }
  return drawn.join(' ')
}
