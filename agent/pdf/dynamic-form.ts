import { acroFormOf } from './form-fields.ts'
import type { PdfDocument } from './open-document.ts'

/**
 * Whether other readers make the pages anew from an XFA form (ISO 32000-1, 12.7.8): then what is signed is not what is shown,
 * and no field can be added. A static form keeps its pages, and its fields are those of the file; it may be signed as it is.
 */
export function isDynamicForm(document: PdfDocument): boolean {
  const form = acroFormOf(document)?.dict
  if (form === undefined || document.get(form, 'XFA') === null) return false
  return document.get(document.catalog, 'NeedsRendering') === true || (document.arrayOf(form.get('Fields')) ?? []).length === 0
}
