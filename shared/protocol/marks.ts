import * as v from 'valibot'
import { label, uuid } from './fields.ts'
import { limits } from './limits.ts'

/** What an act draws on a document, by the words that clerks know. */
export const markNames = ['signature', 'initials', 'comment', 'number', 'day', 'month', 'year', 'seal', 'arrival', 'appendix', 'copy'] as const
export const MarkName = v.picklist(markNames)
export type MarkName = (typeof markNames)[number]

const point = v.pipe(v.number(), v.finite(), v.minValue(0), v.maxValue(20_000))

/** In points of the page as it is shown (after /Rotate), origin bottom left of the crop box. Page 1 is the first. */
const rectangle = {
  page: v.pipe(v.number(), v.integer(), v.minValue(1)),
  x: point,
  y: point,
  width: v.pipe(point, v.minValue(1)),
  height: v.pipe(point, v.minValue(1)),
}
export const MarkRectangle = v.strictObject(rectangle)
export type MarkRectangle = v.InferOutput<typeof MarkRectangle>

/** Where one mark will be drawn. Together with the bytes of the document it is what the clerk agrees to. */
export const PlacedMark = v.strictObject({
  mark: MarkName,
  ...rectangle,
  /** What is written there, as far as it is known before the signing: not the time of signing. */
  text: v.optional(label),
  /** 0 to 1; below `sureFrom` it is a proposal that somebody should look at. 1 where the clerk put it there. */
  confidence: v.pipe(v.number(), v.minValue(0), v.maxValue(1)),
  /** By what it stands there: by reading the page, as the clerk moved it last time on the same template, or by the clerk now. */
  by: v.picklist(['reading', 'memory', 'clerk']),
  /** Where it would stand if the clerk had not moved it. */
  proposed: v.optional(MarkRectangle),
})
export type PlacedMark = v.InferOutput<typeof PlacedMark>

/** The clerk's hand in the sign window: a mark of a document goes there; without a rectangle, back to where it was proposed. */
export const MoveMark = v.strictObject({ documentId: uuid, mark: MarkName, to: v.optional(MarkRectangle) })
export type MoveMark = v.InferOutput<typeof MoveMark>
/** For all documents of a batch alike, with all their marks. */
export const movesAtMost = limits.documentsPerBatch * 5

/** One line for each mark, as both sides hash it behind the line of the document; two blanks ahead, so that none passes for a document. */
export function marksText(marks: readonly PlacedMark[]): string {
  return marks.map(({ mark, page, x, y, width, height, text = '' }) => `  ${[mark, page, x, y, width, height].join(' ')}  ${text.replaceAll(/\p{Cc}/gu, ' ')}\n`).join('')
}
