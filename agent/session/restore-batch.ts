import { refusal } from '../../shared/errors.ts'
import { waitsForStamp } from '../../shared/protocol/document-states.ts'
import type { BatchState, ConfirmedBy, DocumentView } from '../../shared/protocol/sign.ts'
import type { Journal } from '../journal/journal.ts'
import { afterDelivery, batchRecord, type BatchRecord } from './batch-rows.ts'
import { Batch } from './batch.ts'
import { sha256OfFile, type Spool } from './spool.ts'

/**
 * A batch after a start, from journal and spool. A consent does not outlive the process that asked for it: what
 * was approved and not finished is `received` again. A signed file bears its name only after it was checked, so one
 * that is there counts, even where the agent died before it could write so: nothing is signed twice. The same holds for one that
 * waits for its time stamp: it goes on waiting.
 */
export async function restoreBatch(batchId: string, journal: Journal, spool: Spool): Promise<Batch | undefined> {
  const rows = journal.batch(batchId)
  if (!rows) return undefined
  const before = withConfirmations(batchRecord(rows.batch, rows.documents), journal)
  if (isStillWaiting(before, spool)) return Batch.restored(journal, before, undefined)
  const documents = await Promise.all(before.documents.map((document) => restoreDocument(batchId, document, spool)))
  for (const document of documents) if (!waitsForStamp(document)) spool.removeWaiting(batchId, document.documentId)
  const after = { ...before, documents, ...restoredState(before, documents) }
  const changed = documents.filter((document, index) => document !== before.documents[index])
  return Batch.restored(journal, after, after.state === before.state && changed.length === 0 ? undefined : changed)
}

/** What confirmed a delivery stands in its event alone. */
function withConfirmations(record: BatchRecord, journal: Journal): BatchRecord {
  if (!record.documents.some(({ state }) => state === 'delivered')) return record
  const delivered = journal.events(record.batchId).filter(({ what }) => what === 'delivered')
  const confirmedBy = new Map(delivered.map(({ documentId, facts }) => [documentId, facts.confirmedBy as ConfirmedBy]))
  return { ...record, documents: record.documents.map((document) => (document.state === 'delivered' ? { ...document, confirmedBy: confirmedBy.get(document.documentId) } : document)) }
}

/** A key that is confirmed elsewhere is still waited for, if what was approved is all there. */
function isStillWaiting({ batchId, state, reference, details, documents }: BatchRecord, spool: Spool): boolean {
  // The other key of two would have to be unlocked anew.
  if (state !== 'approving' || reference === undefined || details.ownCertificate !== undefined) return false
  const approved = documents.filter((document) => document.state === 'approved')
  return approved.every(({ documentId, sizeBytes }) => spool.sizeOf(spool.originalPath(batchId, documentId)) === sizeBytes)
}

async function restoreDocument(batchId: string, document: DocumentView, spool: Spool): Promise<DocumentView> {
  const { state, documentId } = document
  if (state === 'offered' || state === 'refused' || afterDelivery.includes(state)) return document
  const signedFile = spool.signedPath(batchId, documentId)
  const signedBytes = spool.sizeOf(signedFile)
  if (state === 'checked' || state === 'returned') {
    if (signedBytes === document.signedBytes) return document
  } else if (signedBytes !== undefined && state !== 'received') {
    return { ...document, state: 'checked', refusal: undefined, signedBytes, signedSha256: await sha256OfFile(signedFile) }
  } else if (state !== 'received') {
    const waiting = await restoreWaiting(document, spool.waitingPath(batchId, documentId), spool)
    if (waiting) return waiting
  }
  if (spool.sizeOf(spool.originalPath(batchId, documentId)) === document.sizeBytes) {
    return state === 'received' ? document : unsignedAgain(document)
  }
  return { documentId, name: document.name, state: 'offered', ...(document.registered ? { registered: document.registered } : {}) }
}

async function restoreWaiting(document: DocumentView, file: string, spool: Spool): Promise<DocumentView | undefined> {
  const signedBytes = spool.sizeOf(file)
  if (signedBytes === undefined) return undefined
  if (document.state === 'signed' && document.signedBytes === signedBytes) return document
  return { ...document, state: 'signed', signedBytes, signedSha256: await sha256OfFile(file) }
}

function unsignedAgain({ signedBytes: _bytes, signedSha256: _sha256, refusal: _refusal, ...document }: DocumentView): DocumentView {
  return { ...document, state: 'received' }
}

function restoredState({ state, refusal: reason }: BatchRecord, documents: readonly DocumentView[]): Pick<BatchRecord, 'state' | 'refusal' | 'reference'> {
  const has = (wanted: DocumentView['state']) => documents.some((document) => document.state === wanted)
  const keep = (next: BatchState) => ({ state: next, refusal: reason, reference: undefined })
  if (state === 'cancelled') return keep('cancelled')
  if (has('offered')) return { state: 'open', refusal: undefined, reference: undefined }
  if (!has('received') && documents.some(waitsForStamp)) return { state: 'signing', refusal: undefined, reference: undefined }
  if (!has('received')) return { state: 'done', refusal: undefined, reference: undefined }
  if (state === 'open' || state === 'offered') return { state: 'offered', refusal: undefined, reference: undefined }
  return { state: 'stopped', refusal: reason ?? refusal('batch-stopped'), reference: undefined }
}
