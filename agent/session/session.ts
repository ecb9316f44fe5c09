import { refusalOf, refuse, RefusalError } from '../../shared/errors.ts'
import type { CertificateView } from '../../shared/protocol/list-certificates.ts'
import type { ReceiptView } from '../../shared/protocol/receipt.ts'
import type { ConfirmedBy, SignToAgent } from '../../shared/protocol/sign.ts'
import type { Journal } from '../journal/journal.ts'
import type { KeyInfo } from '../token/key-source.ts'
import { actDetails } from './act-request.ts'
import { Batch } from './batch.ts'
import { BatchConversation } from './conversation.ts'
import { KnownKeys } from './known-keys.ts'
import type { Conversation, Link } from './link.ts'
import { makeReceipt } from './make-receipt.ts'
import { removeExpired } from './remove-expired.ts'
import { restoreBatch } from './restore-batch.ts'
import { BatchRun, type RunParts } from './run-batch.ts'
import { requireListedSite } from './site.ts'
import type { RoleAnswers } from './role-answers.ts'

export interface SessionParts extends RunParts {
  journal: Journal
  roles: RoleAnswers
}

export type OpenRequest = Omit<Extract<SignToAgent, { step: 'open' }>, 'sequence' | 'kind' | 'step'>

/** All batches of this agent, whichever connection they are talked about on. */
export class Session {
  readonly parts: SessionParts
  readonly keys: KnownKeys
  readonly #closing = new AbortController()
  readonly #batches = new Map<string, Batch>()
  /** What is being signed, by the serial number of its token: one batch at a time for each. */
  readonly #runs = new Map<string, BatchRun>()
  readonly #runOf = new Map<Batch, BatchRun>()

  private constructor(parts: SessionParts) {
    this.parts = parts
    this.keys = new KnownKeys(parts)
  }

  /** Restores what an earlier agent left unfinished. */
  static async open(parts: SessionParts): Promise<Session> {
    const session = new Session(parts)
    parts.spool.removeParts()
    for (const batchId of parts.journal.unfinishedBatchIds()) {
      const batch = await restoreBatch(batchId, parts.journal, parts.spool)
      if (batch) session.#batches.set(batchId, batch)
    }
    session.#collectKeys().catch(parts.report)
    return session
  }

  /** Aborted when the agent ends. */
  get closing(): AbortSignal {
    return this.#closing.signal
  }

  converse(pairingId: string, link: Link): Conversation {
    return new BatchConversation(this, pairingId, link)
  }

  /** @throws RefusalError site-not-listed, files-not-allowed, batch-empty, batch-too-large, certificate-missing, certificate-expired, … */
  async openBatch(pairingId: string, linkOrigin: string, request: OpenRequest): Promise<Batch> {
    const { settings, limits, journal } = this.parts
    const { batchId, pageOrigin, profile, documents, certificateSha256 } = request
    requireListedSite(pageOrigin, linkOrigin, settings)
    if (documents.length === 0) refuse('batch-empty')
    if (documents.length > limits.documentsPerBatch) {
      refuse('batch-too-large', { count: String(documents.length), limit: String(limits.documentsPerBatch) })
    }
    const openBatches = this.batchesOf(pairingId).filter(({ state }) => state !== 'done' && state !== 'cancelled').length
    if (openBatches >= limits.openBatches) refuse('batches-too-many', { limit: String(limits.openBatches) })
    const key = await this.keys.find(certificateSha256, { fresh: true })
    const certificate = usable(this.keys.view(key))
    this.#requireNewIds(batchId, documents)
    const offered = documents.map((document) => ({ ...document, state: 'offered' as const }))
    const batch = Batch.open(journal, { batchId, pairingId, pageOrigin, profile, certificate, details: actDetails(request), documents: offered })
    this.#batches.set(batchId, batch)
    return batch
  }

  /** A batch of this pairing; to another pairing it is unknown. @throws RefusalError batch-unknown */
  batchOf(pairingId: string, batchId: string): Batch {
    const batch = this.#batches.get(batchId)
    return batch?.record.pairingId === pairingId ? batch : refuse('batch-unknown')
  }

  /** The same for a batch that is over and only kept in the journal. */
  async pastBatchOf(pairingId: string, batchId: string): Promise<Batch> {
    const batch = this.#batches.get(batchId) ?? (await restoreBatch(batchId, this.parts.journal, this.parts.spool))
    return batch?.record.pairingId === pairingId ? batch : refuse('batch-unknown')
  }

  batchesOf(pairingId: string): Batch[] {
    return [...this.#batches.values()].filter(({ record }) => record.pairingId === pairingId)
  }

  /** Takes the clerk's consent and opens the PIN window. Returns as soon as the window is asked for. */
  async approve(batch: Batch, digestListSha256: string): Promise<void> {
    const key = await this.keys.find(batch.record.certificate.sha256, { fresh: false })
    usable(this.keys.view(key))
    if (this.#runs.has(key.tokenSerial)) refuse('batch-busy')
    this.#follow(batch, key, new BatchRun(batch, batch.approve(digestListSha256), key, this.parts))
  }

  /** What the clerk may keep of a batch, with the head of the journal's chain as it is now. */
  receipt({ batchId }: Batch): ReceiptView {
    const { journal } = this.parts
    const anchor = journal.anchor(batchId)
    return makeReceipt(journal.events(batchId), anchor)
  }

  cancel(batch: Batch): void {
    if (batch.state === 'done' || batch.state === 'cancelled') return batch.tell()
    const run = this.#runOf.get(batch)
    if (run) return run.cancel()
    batch.cancel()
    this.#atEnd(batch)
  }

  /** Nothing more is signed after the signature under way. A batch that is not being signed is told as it is. */
  pause(batch: Batch): void {
    const run = this.#runOf.get(batch)
    if (run) run.pause()
    else batch.tell()
  }

  goOn(batch: Batch): void {
    const run = this.#runOf.get(batch)
    if (run) run.goOn()
    else batch.tell()
  }

  /**
   * Leaves out a document that the agent has and the key has not; too late, the batch is told as it is.
   * @throws RefusalError batch-busy while the PIN window names the list
   */
  skip(batch: Batch, documentId: string): void {
    if (batch.state === 'approving') refuse('batch-busy')
    const isUnsigned = batch.documentsIn('received', 'approved', 'prepared').some((document) => document.documentId === documentId)
    if (!isUnsigned || batch.atKey === documentId) return batch.tell()
    batch.skip(documentId)
    if (batch.state === 'done') this.#atEnd(batch)
  }

  delivered(batch: Batch, documentId: string, confirmedBy: ConfirmedBy): void {
    batch.delivered(documentId, confirmedBy)
    this.parts.spool.removeOriginal(batch.batchId, documentId)
    this.forgetIfOver(batch)
  }

  /** What is over lives on in the journal alone. */
  forgetIfOver(batch: Batch): void {
    if (!batch.isOver || this.#runOf.has(batch) || !this.#batches.delete(batch.batchId)) return
    this.#anchor(batch)
  }

  removeExpired(now = Date.now()): void {
    removeExpired(this.parts, now)
  }

  /** Stops what is being signed; it can be approved again after the next start. What waits for a key goes on waiting. */
  async close(): Promise<void> {
    this.#closing.abort()
    const runs = [...this.#runs.values()]
    for (const run of runs) run.close()
    await Promise.all(runs.map((run) => run.ended))
  }

  #follow(batch: Batch, { tokenSerial }: KeyInfo, run: BatchRun): void {
    this.#runs.set(tokenSerial, run)
    this.#runOf.set(batch, run)
    const ended = (): void => {
      this.#runs.delete(tokenSerial)
      this.#runOf.delete(batch)
      if (!batch.view.waiting) this.#atEnd(batch)
    }
    run.ended.then(ended).catch(this.parts.report)
  }

  /** Goes on waiting for the keys that were being confirmed elsewhere when the last agent ended. */
  async #collectKeys(): Promise<void> {
    for (const batch of this.#batches.values()) {
      if (!batch.view.waiting) continue
      try {
        await this.#collectKey(batch)
      } catch (thrown) {
        batch.stop(refusalOf(thrown))
      }
    }
  }

  async #collectKey(batch: Batch): Promise<void> {
    const { certificate, reference = '' } = batch.record
    const key = await this.keys.find(certificate.sha256, { fresh: false })
    // Meanwhile it may have been cancelled, or the agent may have ended.
    if (!batch.view.waiting || this.#closing.signal.aborted) return
    if (this.#runs.has(key.tokenSerial)) refuse('batch-busy')
    const since = this.parts.journal.events(batch.batchId).findLast(({ what }) => what === 'waiting')?.at ?? ''
    const waiting = { reference, sinceMs: Date.parse(since) }
    this.#follow(batch, key, new BatchRun(batch, batch.documentsIn('approved'), key, this.parts, waiting))
  }

  #atEnd(batch: Batch): void {
    for (const { documentId } of batch.documentsIn('refused')) this.parts.spool.removeOriginal(batch.batchId, documentId)
    this.#anchor(batch)
    this.forgetIfOver(batch)
  }

  /** A journal that cannot be anchored now is anchored at the next end. */
  #anchor({ batchId }: Batch): void {
    try {
      this.parts.journal.anchor(batchId)
    } catch (thrown) {
      this.parts.report(thrown)
    }
  }

  /** An id is used once, so that an old message can never speak about a new batch. */
  #requireNewIds(batchId: string, documents: readonly { documentId: string }[]): void {
    const { journal } = this.parts
    const ids = new Set(documents.map(({ documentId }) => documentId))
    const isNew = ids.size === documents.length && !journal.batch(batchId) && ![...ids].some((documentId) => journal.hasDocument(documentId))
    if (!isNew) refuse('message-malformed', { kind: 'sign' })
  }
}

function usable(certificate: CertificateView): CertificateView {
  if (certificate.refusal) throw new RefusalError(certificate.refusal)
  return certificate
}
