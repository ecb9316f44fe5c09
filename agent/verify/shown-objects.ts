import { PdfDict, PdfRef, PdfStream } from '../pdf/objects.ts'
import type { PdfObject } from '../pdf/objects.ts'
import type { PdfDocument } from '../pdf/open-document.ts'

/** Ways back up the trees of pages, fields and annotations: what they lead to is not drawn by what they start from. */
const waysBack = new Set(['P', 'Parent', 'Kids', 'Annots'])

/** What pages and annotations draw with, by object number. Pages themselves and the catalogue are not among it. */
export function shownObjects(document: PdfDocument): ReadonlySet<number> {
  const shown = new Set<number>()
  const pages = new Set([document.catalogRef.number])
  const visit = (object: PdfObject): void => {
    if (object instanceof PdfRef) {
      if (shown.has(object.number) || pages.has(object.number)) return
      shown.add(object.number)
      return visit(document.resolve(object))
    }
    if (object instanceof PdfStream) return visit(object.dict)
    if (Array.isArray(object)) return object.forEach(visit)
    if (object instanceof PdfDict) for (const [key, value] of object) if (!waysBack.has(key)) visit(value)
  }
  const all = Array.from({ length: document.pageCount }, (_, index) => document.page(index))
  for (const { ref } of all) pages.add(ref.number)
  for (const { dict, resources } of all) {
    visit(dict)
    visit(resources)
    for (const annotation of document.arrayOf(dict.get('Annots')) ?? []) visit(document.dictOf(annotation) ?? null)
  }
  return shown
}

/** Whether an object that the earlier revision only referred to has come into being: the hidden half of a shadow attack. */
export function takesDanglingNumber(earlier: PdfDocument, later: PdfDocument): boolean {
  const isNew = (number: number) => !isInUse(earlier, number) && isInUse(later, number)
  const visit = (object: PdfObject): boolean => {
    if (object instanceof PdfRef) return isNew(object.number)
    if (object instanceof PdfStream) return visit(object.dict)
    if (Array.isArray(object)) return object.some(visit)
    return object instanceof PdfDict && [...object.values()].some(visit)
  }
  return [...earlier.xref.table.entries()].some(([number]) => visit(objectOf(earlier, number)))
}

function isInUse({ xref }: PdfDocument, number: number): boolean {
  const entry = xref.table.get(number)
  return entry !== undefined && entry.kind !== 'free'
}

/** The object with this number, whatever its generation; `null` where there is none. */
export function objectOf(document: PdfDocument, number: number): PdfObject {
  const entry = document.xref.table.get(number)
  if (entry === undefined || entry.kind === 'free') return null
  return document.resolve(new PdfRef(number, entry.kind === 'plain' ? entry.generation : 0))
}
