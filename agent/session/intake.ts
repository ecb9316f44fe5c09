import { refusal, refusalOf, refuse, type Refusal } from '../../shared/errors.ts'
import type { Chunk } from '../../shared/protocol/chunk.ts'
import type { Limits } from '../../shared/protocol/limits.ts'
import type { DocumentView } from '../../shared/protocol/sign.ts'
import type { Settings } from '../settings/settings.ts'
import type { DocumentWorkers } from '../signing/sign-document.ts'
import type { Batch } from './batch.ts'
import type { Link } from './link.ts'
import { factsOf, type MarkPlans } from './mark-plans.ts'
import type { Reception, Spool } from './spool.ts'

export interface IntakeParts {
  link: Link
  spool: Spool
  workers: DocumentWorkers
  plans: MarkPlans
  settings: Pick<Settings, 'allowClassified'>
  limits: Limits
  /** Aborted when the agent ends: what is not read by then is sent again after its next start. */
  closing: AbortSignal
  report: (thrown: unknown) => void
}

interface Arriving {
  reception: Promise<Reception>
  silence: NodeJS.Timeout
}

/** Documents on their way in over one connection: to the spool, then read by a worker, then offered. */
export class Intake {
  readonly #parts: IntakeParts
  readonly #arriving = new Map<string, Arriving>()
  readonly #refusing = new Set<string>()

  constructor(parts: IntakeParts) {
    this.#parts = parts
  }

  /** Answers each piece with the offset that it expects next. A piece at offset 0 begins anew. */
  async chunk(batch: Batch, { documentId, offset, bytes }: Chunk): Promise<void> {
    const { batchId } = batch
    // What is still under way when a document was refused or its batch cancelled is no fault of anybody.
    if (this.#isRefused(batch, documentId)) return
    this.#requireAwaited(batch, documentId)
    const arriving = offset === 0 ? this.#begin(batchId, documentId) : this.#arriving.get(documentId)
    if (!arriving) return this.#refuse(batch, documentId, refusal('document-changed'))
    arriving.silence.refresh()
    try {
      const nextOffset = await (await arriving.reception).write(offset, bytes)
      this.#parts.link.tell({ kind: 'sign', step: 'received-chunk', batchId, documentId, nextOffset })
    } catch (thrown) {
      // A reception that was begun anew or given up meanwhile says nothing about the document.
      if (this.#arriving.get(documentId) === arriving) await this.#refuse(batch, documentId, refusalOf(thrown))
    }
  }

  /** The sender has said all of it: compare, keep, read. */
  async sent(batch: Batch, message: { documentId: string; sizeBytes: number; sha256: string }): Promise<void> {
    const { documentId, sizeBytes, sha256 } = message
    if (this.#isRefused(batch, documentId)) return
    this.#requireAwaited(batch, documentId)
    const arriving = this.#arriving.get(documentId)
    if (!arriving) return this.#refuse(batch, documentId, refusal('document-not-pdf'))
    clearTimeout(arriving.silence)
    this.#arriving.delete(documentId)
    const twin = twinOf(batch, sha256)
    batch.reading.set(documentId, sha256)
    const reception = await arriving.reception
    try {
      if (twin) refuse('document-duplicate', { name: twin.name })
      await reception.end({ sizeBytes, sha256 })
      const read = await this.#read(batch, documentId)
      // Unless the batch was cancelled meanwhile.
      if (batch.document(documentId)?.state === 'offered') batch.receive(documentId, { sizeBytes, sha256, ...read })
      else this.#parts.spool.removeOriginal(batch.batchId, documentId)
    } catch (thrown) {
      if (this.#parts.closing.aborted) return
      const reason = refusalOf(thrown)
      await reception.discard()
      // Cancelled meanwhile, and its file with it: what the reading met then says nothing.
      if (batch.document(documentId)?.state !== 'offered') return
      if (reason.code === 'unexpected') this.#parts.report(thrown)
      await this.#refuse(batch, documentId, reason)
    } finally {
      batch.reading.delete(documentId)
    }
  }

  /** What the document is, and what will be drawn on it. @throws RefusalError classified-document, and what its act forbids */
  async #read(batch: Batch, documentId: string): Promise<Pick<DocumentView, 'marks' | 'refusal'> & Required<Pick<DocumentView, 'facts'>>> {
    const { workers, spool, plans, settings } = this.#parts
    const document = batch.document(documentId) ?? refuse('batch-unknown')
    const inspected = await workers.inspect(spool.originalPath(batch.batchId, documentId), { ...(await plans.wanted(batch, document)), insist: true })
    const facts = factsOf(inspected)
    if (facts.secrecy !== undefined && !settings.allowClassified) refuse('classified-document')
    const isBroken = facts.warnings.includes('signature-broken')
    return { ...plans.planned(batch, facts, inspected), ...(isBroken ? { refusal: refusal('document-signature-broken') } : {}) }
  }

  /** The document could not be fetched. */
  async lost(batch: Batch, documentId: string, reason: Refusal): Promise<void> {
    this.#requireAwaited(batch, documentId)
    await this.#refuse(batch, documentId, reason)
  }

  /** The batch is cancelled. */
  async drop(batch: Batch): Promise<void> {
    await Promise.all(batch.record.documents.map(({ documentId }) => this.#drop(documentId)))
  }

  /** The connection is gone: what is half there is fetched again after `resume`. */
  close(): void {
    for (const documentId of [...this.#arriving.keys()]) this.#drop(documentId).catch(this.#parts.report)
  }

  #begin(batchId: string, documentId: string): Arriving {
    const { spool, link, limits } = this.#parts
    const given = this.#drop(documentId)
    const silence = setTimeout(() => link.closeSilent(), limits.chunkSilenceMs)
    const arriving = { reception: given.then(() => spool.receive(batchId, documentId)), silence }
    this.#arriving.set(documentId, arriving)
    return arriving
  }

  async #drop(documentId: string): Promise<void> {
    const arriving = this.#arriving.get(documentId)
    if (!arriving) return
    clearTimeout(arriving.silence)
    this.#arriving.delete(documentId)
    const reception = await arriving.reception.catch(() => undefined)
    await reception?.discard()
  }

  async #refuse(batch: Batch, documentId: string, reason: Refusal): Promise<void> {
    this.#refusing.add(documentId)
    try {
      // First the file: on a full disk its place is what the journal needs to say so.
      await this.#drop(documentId)
      this.#parts.spool.removeOriginal(batch.batchId, documentId)
      if (batch.document(documentId)?.state === 'offered') batch.refuseDocument(documentId, reason)
    } finally {
      this.#refusing.delete(documentId)
    }
  }

  #isRefused(batch: Batch, documentId: string): boolean {
    return this.#refusing.has(documentId) || batch.document(documentId)?.state === 'refused'
  }

  /** Only a document that is awaited may be written: after `received` its bytes are what the clerk agrees to. */
  #requireAwaited(batch: Batch, documentId: string): void {
    const isAwaited = batch.document(documentId)?.state === 'offered' && !batch.reading.has(documentId)
    if (!isAwaited) refuse('message-malformed', { kind: 'chunk' })
  }
}

/** The first of two documents with the same bytes, whole already or being read. */
function twinOf({ record: { documents }, reading }: Batch, sha256: string): DocumentView | undefined {
  return documents.find((document) => (document.sha256 === sha256 && document.state !== 'refused') || reading.get(document.documentId) === sha256)
}
