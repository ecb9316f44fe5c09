import type { PdfDocument } from './open-document.ts'
import { PdfName, PdfRef } from './objects.ts'
import type { PdfArray, PdfDict } from './objects.ts'
import { textOf } from './text-string.ts'

export interface AcroForm {
  readonly dict: PdfDict
  /** Undefined where the form is written in the catalogue itself. */
  readonly ref: PdfRef | undefined
}

/** One node of the field tree (ISO 32000-2, 12.7.4). Widgets without a name of their own count as nodes, too. */
export interface FormField {
  readonly ref: PdfRef | undefined
  readonly dict: PdfDict
  /** /T as it stands here; undefined for a mere widget. */
  readonly partialName: string | undefined
  /** All partial names from the root on, joined by full stops. */
  readonly name: string
  /** /FT, inherited. */
  readonly type: string | undefined
}

const fieldsPerForm = 200_000
const levels = 64

/** The interactive form, if the catalogue has one. */
export function acroFormOf(document: PdfDocument): AcroForm | undefined {
  const entry = document.catalog.get('AcroForm')
  const dict = document.dictOf(entry)
  return dict === undefined ? undefined : { dict, ref: entry instanceof PdfRef ? entry : undefined }
}

/** Every node of the field tree, parents first, in the order of /Fields. */
export function fieldsOf(document: PdfDocument): FormField[] {
  const fields: FormField[] = []
  const visited = new Set<PdfDict>()
  const open: { kids: PdfArray; next: number; parent: FormField | undefined }[] = []
  const roots = document.arrayOf(acroFormOf(document)?.dict.get('Fields'))
  if (roots !== undefined) open.push({ kids: roots, next: 0, parent: undefined })
  for (let level = open.at(-1); level !== undefined; level = open.at(-1)) {
    const kid = level.kids[level.next++]
    if (kid === undefined || fields.length >= fieldsPerForm) {
      open.pop()
      continue
    }
    const dict = document.dictOf(kid)
    if (dict === undefined || visited.has(dict)) continue
    visited.add(dict)
    const field = fieldFrom(document, dict, kid instanceof PdfRef ? kid : undefined, level.parent)
    fields.push(field)
    const kids = document.arrayOf(dict.get('Kids'))
    if (kids !== undefined && open.length < levels) open.push({ kids, next: 0, parent: field })
  }
  return fields
}

function fieldFrom(document: PdfDocument, dict: PdfDict, ref: PdfRef | undefined, parent: FormField | undefined): FormField {
  const partialName = textOf(document.get(dict, 'T'))
  const type = document.get(dict, 'FT')
  return {
    ref,
    dict,
    partialName,
    name: [parent?.name, partialName].filter((part) => part !== undefined && part !== '').join('.'),
    type: type instanceof PdfName ? type.value : parent?.type,
  }
}
