import { limits } from '../../shared/protocol/limits.ts'
import { fileSource } from '../pdf/byte-source.ts'
import type { FillJob } from '../pdf/fill-signature.ts'
import { dict, name, type PdfRef } from '../pdf/objects.ts'
import { openDocument, type PdfDocument } from '../pdf/open-document.ts'
import { startRevision, type Revision } from '../pdf/revision.ts'
import { addSignatureField } from '../pdf/signature-field.ts'
import { textString } from '../pdf/text-string.ts'
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
    const annotations = await addStamps(document, revision, job.stamps ?? [])
    const field = addSignatureField(document, revision, {
      subFilter: 'ETSI.CAdES.detached',
      contentsBytes: limits.contentsBytes,
      m: job.signedAt,
      ...(job.reason === undefined ? {} : { reason: job.reason }),
      ...(job.location === undefined ? {} : { location: job.location }),
      annotations,
      ...(stamp ?? { pageIndex: document.pageCount - 1 }),
    })
    const finished = revision.finish()
    return { input: job.input, revision: finished, placeholder: field.placeholderIn(finished), fieldName: field.fieldName }
  } finally {
    source.close()
  }
}

/** Stamp annotations (ISO 32000-2, 12.5.6.12) that are printed and cannot be moved. */
async function addStamps(document: PdfDocument, revision: Revision, stamps: readonly Appearance[]): Promise<{ pageIndex: number; ref: PdfRef }[]> {
  const added: { pageIndex: number; ref: PdfRef }[] = []
  for (const stamp of stamps) {
    const { pageIndex, rect, appearance } = await drawLater(document, revision, stamp)
    const entries = { Type: name('Annot'), Subtype: name('Stamp'), Rect: [...rect], P: document.page(pageIndex).ref, F: stampFlags }
    const words = stamp.drawing?.texts.map(({ text }) => text).join(' ')
    const contents = words === undefined ? {} : { Contents: textString(words) }
    added.push({ pageIndex, ref: revision.add(dict({ ...entries, ...contents, AP: dict({ N: appearance }) })) })
  }
  return added
}

/** Print, ReadOnly, Locked, LockedContents (12.5.3). */
const stampFlags = 4 + 64 + 128 + 512

/** Fonts and pictures are loaded by the first visible signature, not by every worker. */
async function drawLater(document: PdfDocument, revision: Revision, appearance: Appearance): Promise<DrawnStamp> {
  const { drawStamp } = await import('./appearance/draw-stamp.ts')
  return drawStamp(document, revision, appearance)
}
