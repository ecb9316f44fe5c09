import { limits } from '../../shared/protocol/limits.ts'
import { fileSource } from '../pdf/byte-source.ts'
import type { FillJob } from '../pdf/fill-signature.ts'
import { dict, name, type PdfRef } from '../pdf/objects.ts'
import { openDocument, type PdfDocument } from '../pdf/open-document.ts'
import { fillEmptyField } from '../pdf/empty-field.ts'
import type { EmptyField } from '../pdf/empty-field.ts'
import type { Revision } from '../pdf/revision.ts'
import type { SignatureOptions } from '../pdf/signature-dict.ts'
import { addSignatureField } from '../pdf/signature-field.ts'
import { signaturesOf } from '../pdf/signatures.ts'
import { textString } from '../pdf/text-string.ts'
import type { DrawnStamp } from './appearance/draw-stamp.ts'
import { shownBox } from './appearance/place-on-page.ts'
import { openForSigning } from './open-for-signing.ts'
import type { Appearance } from './appearance/appearance.ts'
import type { SignJob } from './sign-document.ts'

export interface PreparedRevision extends FillJob {
  fieldName: string
}

/** What will be appended: a signature field with an empty /Contents, and its appearance. */
export async function prepareRevision(job: SignJob): Promise<PreparedRevision> {
  const source = fileSource(job.input)
  try {
    const document = openDocument(source)
    const { revision, emptyField } = openForSigning(document, job.field)
    const look = job.appearance && (emptyField ? inField(document, job.appearance, emptyField) : job.appearance)
    const stamp = look && (await drawLater(document, revision, look))
    const annotations = await addStamps(document, revision, job.stamps ?? [])
    const options = statedIn(document, job)
    const field = emptyField
      ? fillEmptyField(document, revision, emptyField, { ...options, ...(stamp && { appearance: stamp.appearance }), certificates: job.certificates, digest: job.scheme.digest, annotations })
      : addSignatureField(document, revision, { ...options, annotations, ...(stamp ?? { pageIndex: document.pageCount - 1 }) })
    const finished = revision.finish()
    return { input: job.input, revision: finished, placeholder: field.placeholderIn(finished), fieldName: field.fieldName }
  } finally {
    source.close()
  }
}

function statedIn(document: PdfDocument, { signedAt, reason, location, certify = false }: SignJob): SignatureOptions {
  return {
    subFilter: 'ETSI.CAdES.detached',
    contentsBytes: limits.contentsBytes,
    m: signedAt,
    ...(reason === undefined ? {} : { reason }),
    ...(location === undefined ? {} : { location }),
    ...(certify && signaturesOf(document).length === 0 ? { docMdp: 2 } : {}),
  }
}

/** The field has its place already; one that shows nowhere shows nothing. */
function inField(document: PdfDocument, appearance: Appearance, { widget }: EmptyField): Appearance | undefined {
  if (widget === undefined) return undefined
  const [x, y, right, top] = shownBox(document.page(widget.pageIndex), widget.rect)
  return { ...appearance, place: { page: widget.pageIndex + 1, x, y, width: right - x, height: top - y } }
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
