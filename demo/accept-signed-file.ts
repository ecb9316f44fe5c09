import { createHash } from 'node:crypto'
import { PDFDocument, rgb } from 'pdf-lib'
import type { DocumentRow } from './documents.ts'
import type { FileRow } from './files.ts'
import { moveDocument, recordHistory, unsignedAttachments } from './move-document.ts'
import type { User } from './sessions.ts'
import type { System } from './system.ts'
import { actOfSignedFile, stateLabels, steps, takeStep } from './work-order.ts'

export interface SignedFile {
  name: string
  bytes: Uint8Array
}

export interface Accepted {
  file: { id: number; name: string; sha256: string; sizeBytes: number }
  document: DocumentRow
}

/** `status` is an HTTP status: 409 the document is at another step, 422 the file will not do, 500 the system itself failed. */
export type Reception = Accepted | { refusal: string; status: 409 | 422 | 500 }

/** In the history of a document: a file that was sent once more. */
export const sentAgain = 'Tải lên lại cùng một tệp đã ký'

/**
 * Takes a signed file as the new version of `file` and moves the document on when that completes its step. The same file
 * sent twice is one file: the second time answers as the first did.
 */
export async function acceptSignedFile(
  system: System, document: DocumentRow, file: FileRow, signed: SignedFile, user: User, now: Date,
): Promise<Reception> {
  if (system.misbehaviour.upload === 'fail') return { refusal: 'Lỗi hệ thống khi lưu tệp (mã 500). Vui lòng thử lại sau.', status: 500 }
  const standing = await system.files.settle(file)
  const repeated = createHash('sha256').update(signed.bytes).digest('hex') === standing.sha256
  if (repeated && standing.step !== 'du-thao' && steps[standing.step].role === user.role) {
    recordHistory(system, document.id, user, sentAgain, standing.name, now)
    return { file: reportOf(standing), document }
  }

  const act = actOfSignedFile(document.state)
  if (act === null) return { refusal: `Văn bản đang ở trạng thái “${stateLabels[document.state]}”, không nhận tệp đã ký.`, status: 409 }
  // Attachments may still be unsigned while the first of the files comes back.
  const verdict = takeStep(act, { ...document, recipients: 1, unsignedAttachments: 0, actor: user })
  if ('refusal' in verdict) return { refusal: verdict.refusal, status: 409 }
  const complaint = complaintAbout(signed.bytes, await system.files.bytes(file))
  if (complaint !== null) return { refusal: complaint, status: 422 }

  const kept = await misbehaveOnUpload(system, signed)
  const version = { name: kept.name, type: 'application/pdf', step: act, addedBy: user.name, addedAt: now.toISOString() }
  const written = await system.files.addVersion(file.id, version, kept.bytes)
  const report = { id: file.id, name: kept.name, ...written }
  return { file: report, document: moveOn(system, document, act, user, now, kept.name) }
}

function moveOn(system: System, document: DocumentRow, act: 'ky-duyet' | 'ky-co-quan', user: User, now: Date, name: string): DocumentRow {
  const main = system.files.of(document.id).find(({ part }) => part === 'main')
  const complete = main?.step === act && (act === 'ky-duyet' || unsignedAttachments(system, document.id) === 0)
  if (complete) {
    const outcome = moveDocument(system, document, act, user, now, name)
    if ('document' in outcome) return outcome.document
  }
  recordHistory(system, document.id, user, `Tải lên tệp đã ký (${steps[act].label.toLowerCase()})`, name, now)
  return document
}

function reportOf({ id, name, sha256, sizeBytes }: FileRow & { sha256: string; sizeBytes: number }): Accepted['file'] {
  return { id, name, sha256, sizeBytes }
}

function complaintAbout(signed: Uint8Array, standing: Uint8Array): string | null {
  if (Buffer.from(signed.subarray(0, 1024)).indexOf('%PDF-') < 0) return 'Tệp tải lên không phải là tệp PDF.'
  return signatures(signed) > signatures(standing) ? null : 'Tệp tải lên chưa có chữ ký số mới so với tệp đang lưu.'
}

function signatures(bytes: Uint8Array): number {
  return Buffer.from(bytes).toString('latin1').split('/ByteRange').length - 1
}

async function misbehaveOnUpload({ misbehaviour }: System, signed: SignedFile): Promise<SignedFile> {
  switch (misbehaviour.upload) {
    case 'rename':
      return { ...signed, name: `${Date.now()}_${signed.name.normalize('NFD').replace(/\p{M}/gu, '').replace(/[^\w.]+/g, '_')}` }
    case 'append':
      return { ...signed, bytes: Buffer.concat([signed.bytes, Buffer.from('\n% QLVB: da luu tru\n')]) }
    case 'rewrite':
      return { ...signed, bytes: await stampAndSaveAnew(signed.bytes) }
    case 'accept':
    case 'fail':
      return signed
  }
}

/** What stamping tools in the field do: the whole file is written anew, and every ByteRange points into nothing. */
async function stampAndSaveAnew(bytes: Uint8Array): Promise<Uint8Array> {
  const pdf = await PDFDocument.load(bytes, { updateMetadata: false })
  const page = pdf.getPage(0)
  page.drawRectangle({ x: 5, y: page.getHeight() - 75, width: 137, height: 70, borderColor: rgb(0.8, 0.1, 0.1), borderWidth: 1.2 })
  return await pdf.save()
}
