import { refuse, RefusalError, type Refusal } from '../../shared/errors.ts'
import type { CertificateView } from '../../shared/protocol/list-certificates.ts'
import type { SignToAgent } from '../../shared/protocol/sign.ts'
import type { Journal } from '../journal/journal.ts'
import type { KeyInfo, KeyListing } from '../token/key-source.ts'
import { Batch } from './batch.ts'
import { viewCertificate } from './certificate.ts'
import { BatchConversation } from './conversation.ts'
import { KeyWatch } from './key-watch.ts'
import type { Conversation, Link } from './link.ts'
import { restoreBatch } from './restore-batch.ts'
import { BatchRun, type RunParts } from './run-batch.ts'
import { requireListedSite } from './site.ts'

export interface SessionParts extends RunParts {
  journal: Journal
}

export type OpenRequest = Omit<Extract<SignToAgent, { step: 'open' }>, 'sequence' | 'kind' | 'step'>

export interface CertificateList {
  certificates: CertificateView[]
  problems: Refusal[]
}

/** All batches of this agent, whichever connection they are talked about on. */
export class Session {
  readonly parts: SessionParts
  readonly #closing = new AbortController()
  readonly #keyWatch: KeyWatch
  readonly #batches = new Map<string, Batch>()
  /** What is being signed, by the serial number of its token: one batch at a time for each. */
  readonly #runs = new Map<string, BatchRun>()
  readonly #runOf = new Map<Batch, BatchRun>()
  /** Keys as they were listed last, by the SHA-256 of their certificates. */
  #keys = new Map<string, KeyInfo>()

  private constructor(parts: SessionParts) {
    this.parts = parts
    this.#keyWatch = new KeyWatch(parts.keys)
  }

  /** Restores what an earlier agent left unfinished. */
  static async open(parts: SessionParts): Promise<Session> {
    const session = new Session(parts)
    parts.spool.removeParts()
    for (const batchId of parts.journal.unfinishedBatchIds()) {
      const batch = await restoreBatch(batchId, parts.journal, parts.spool)
      if (batch) session.#batches.set(batchId, batch)
    }
    return session
  }

  /** Aborted when the agent ends. */
  get closing(): AbortSignal {
    return this.#closing.signal
  }

  converse(pairingId: string, link: Link): Conversation {
    return new BatchConversation(this, pairingId, link)
  }

  /** @throws RefusalError site-not-listed, batch-empty, batch-too-large, certificate-missing, certificate-expired, … */
  async openBatch(pairingId: string, request: OpenRequest): Promise<Batch> {
    const { settings, limits, journal } = this.parts
    const { batchId, pageOrigin, profile, documents, certificateSha256 } = request
    requireListedSite(pageOrigin, settings)
    if (documents.length === 0) refuse('batch-empty')
    if (documents.length > limits.documentsPerBatch) {
      refuse('batch-too-large', { count: String(documents.length), limit: String(limits.documentsPerBatch) })
    }
    const key = await this.#findKey(certificateSha256, { fresh: true })
    const certificate = usable(viewCertificate(key, this.parts.settings))
    this.#requireNewIds(batchId, documents)
    const offered = documents.map(({ documentId, name }) => ({ documentId, name, state: 'offered' as const }))
    const batch = Batch.open(journal, { batchId, pairingId, pageOrigin, profile, certificate, documents: offered })
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

  async listCertificates(): Promise<CertificateList> {
    return this.#heard(await this.parts.keys.list())
  }

  /** Tells what can sign whenever a token comes or goes, until the returned function is called. */
  watchCertificates(tell: (list: CertificateList) => void): () => void {
    return this.#keyWatch.add((listing) => tell(this.#heard(listing)))
  }

  /** Takes the clerk's consent and opens the PIN window. Returns as soon as the window is asked for. */
  async approve(batch: Batch, digestListSha256: string): Promise<void> {
    const key = await this.#findKey(batch.record.certificate.sha256, { fresh: false })
    usable(viewCertificate(key, this.parts.settings))
    if (this.#runs.has(key.tokenSerial)) refuse('batch-busy')
    const run = new BatchRun(batch, batch.approve(digestListSha256), key, this.parts)
    this.#runs.set(key.tokenSerial, run)
    this.#runOf.set(batch, run)
    run.ended.then(() => this.#ended(batch, key)).catch(this.parts.report)
  }

  cancel(batch: Batch): void {
    if (batch.state === 'done' || batch.state === 'cancelled') return batch.tell()
    const run = this.#runOf.get(batch)
    if (run) return run.cancel()
    batch.cancel()
    this.#removeRefused(batch)
    this.forgetIfOver(batch)
  }

  delivered(batch: Batch, documentId: string, confirmedBy: string): void {
    batch.delivered(documentId, confirmedBy)
    this.parts.spool.removeOriginal(batch.batchId, documentId)
    this.forgetIfOver(batch)
  }

  /** What is over lives on in the journal alone. */
  forgetIfOver(batch: Batch): void {
    if (batch.isOver && !this.#runOf.has(batch)) this.#batches.delete(batch.batchId)
  }

  /** Removes signed files whose time is up, and what no journal knows of. */
  removeExpired(now = Date.now()): void {
    const { spool, journal, settings } = this.parts
    const before = new Date(now - settings.retentionDays * 86_400_000).toISOString()
    for (const [batchId, files] of Map.groupBy(spool.signedFiles(), (file) => file.batchId)) {
      const documents = journal.batch(batchId)?.documents ?? []
      const kept = documents.filter(({ finishedAt }) => finishedAt === null || finishedAt > before).map(({ documentId }) => documentId)
      for (const { documentId } of files) if (!kept.includes(documentId)) spool.removeSigned(batchId, documentId)
    }
  }

  /** Stops what is being signed; it can be approved again after the next start. */
  async close(): Promise<void> {
    this.#closing.abort()
    const runs = [...this.#runs.values()]
    for (const run of runs) run.stop({ code: 'batch-stopped', facts: {} })
    await Promise.all(runs.map((run) => run.ended))
  }

  #ended(batch: Batch, { tokenSerial }: KeyInfo): void {
    this.#runs.delete(tokenSerial)
    this.#runOf.delete(batch)
    if (batch.state === 'cancelled') this.#removeRefused(batch)
    this.forgetIfOver(batch)
  }

  #removeRefused(batch: Batch): void {
    for (const { documentId } of batch.documentsIn('refused')) this.parts.spool.removeOriginal(batch.batchId, documentId)
  }

  async #findKey(certificateSha256: string, { fresh }: { fresh: boolean }): Promise<KeyInfo> {
    if (fresh || !this.#keys.has(certificateSha256)) this.#heard(await this.parts.keys.list())
    return this.#keys.get(certificateSha256) ?? refuse('certificate-missing')
  }

  #heard({ keys, problems }: KeyListing): CertificateList {
    this.#keys = new Map(keys.map((key) => [key.certificateSha256, key]))
    return { certificates: keys.map((key) => viewCertificate(key, this.parts.settings)), problems }
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
