import { limits } from '../../shared/protocol/limits.ts'
import { fileSource } from '../pdf/byte-source.ts'
import type { FillJob } from '../pdf/fill-signature.ts'
import { openDocument, type PdfDocument } from '../pdf/open-document.ts'
import { startRevision, type Revision } from '../pdf/revision.ts'
import { addSignatureField } from '../pdf/signature-field.ts'
import type { DrawnStamp } from './appearance/draw-stamp.ts'
import type { Appearance, SignJob } from './sign-document.ts'

export interface PreparedRevision extends FillJob {
  fieldName: string
}

/** What will be appended: a signature field with an empty /Contents, and its appearance. */
export async function prepareRevision(job: SignJob): Promise<PreparedRevision> {
  const source = fileSource(job.input)
  try {
    const document = openDocument(source)
    const revision = startRevision(document)
    const stamp = job.appearance && (await drawLater(document, revision, job.appearance))
    const field = addSignatureField(document, revision, {
      subFilter: 'ETSI.CAdES.detached',
      contentsBytes: limits.contentsBytes,
      m: job.signedAt,
      ...(job.reason === undefined ? {} : { reason: job.reason }),
      ...(job.location === undefined ? {} : { location: job.location }),
      ...(stamp ?? { pageIndex: document.pageCount - 1 }),
    })
    const finished = revision.finish()
    return { input: job.input, revision: finished, placeholder: field.placeholderIn(finished), fieldName: field.fieldName }
  } finally {
    source.close()
  }
}

/** Fonts and pictures are loaded by the first visible signature, not by every worker. */
async function drawLater(document: PdfDocument, revision: Revision, appearance: Appearance): Promise<DrawnStamp> {
  const { drawStamp } = await import('./appearance/draw-stamp.ts')
  return drawStamp(document, revision, appearance)
}
