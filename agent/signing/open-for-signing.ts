import { refuse } from '../../shared/errors.ts'
import { isDynamicForm } from '../pdf/dynamic-form.ts'
import { emptyFieldOf } from '../pdf/empty-field.ts'
import type { EmptyField } from '../pdf/empty-field.ts'
import type { PdfDocument } from '../pdf/open-document.ts'
import { startRevision } from '../pdf/revision.ts'
import type { Revision } from '../pdf/revision.ts'
import { freeFieldName } from '../pdf/signature-field.ts'

export interface OpenForSigning {
  revision: Revision
  /** Where the job names a field. */
  emptyField: EmptyField | undefined
}

/** Refuses whatever forbids a further signature by the document's own structure, locks and permissions. */
export function openForSigning(document: PdfDocument, field: string | undefined): OpenForSigning {
  if (isDynamicForm(document)) refuse('document-form-dynamic')
  const revision = startRevision(document, field === undefined ? 'adding' : 'filling')
  if (field !== undefined) return { revision, emptyField: emptyFieldOf(document, field) }
  freeFieldName(document, 'ETSI.CAdES.detached')
  return { revision, emptyField: undefined }
}
