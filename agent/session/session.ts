// Long: every way into a batch and out of it, for all batches, in one place.
import { refusalOf, refuse, RefusalError } from '../../shared/errors.ts'
import type { CertificateView } from '../../shared/protocol/list-certificates.ts'
import type { ReceiptView } from '../../shared/protocol/receipt.ts'
import type { ConfirmedBy, SignToAgent } from '../../shared/protocol/sign.ts'
import type { Journal } from '../journal/journal.ts'
import { actDetails } from './act-request.ts'
import { AnchorStamps } from './anchor-stamps.ts'
import { Batch } from './batch.ts'
import { usable } from './certificate.ts'
import { CertificateChecks } from './certificate-checks.ts'
import { BatchConversation } from './conversation.ts'
import { KnownKeys } from './known-keys.ts'
import type { Conversation, Link } from './link.ts'
import { MarkPlans } from './mark-plans.ts'
import { makeReceipt } from './make-receipt.ts'
import { requireOneDuty } from './require-keys.ts'
import { restoreBatch } from './restore-batch.ts'
import { BatchRun, type RunParts } from './run-batch.ts'
import type { RunKeys } from './run-keys.ts'
import { offeredDocuments, requireCount, requireNewIds } from './new-batch.ts'
import type { PlaceMemory } from './place-memory.ts'
import { requireListedSite } from './site.ts'
import type { RoleAnswers } from './role-answers.ts'
import { StampLine, type StampParts } from './stamp-line.ts'

export interface SessionParts extends Omit<RunParts, 'stamps'>, Omit<StampParts, 'spool' | 'settings' | 'report'> {
  journal: Journal
  roles: RoleAnswers
  memory: PlaceMemory
  home: string
}

export type OpenRequest = Omit<Extract<SignToAgent, { step: 'open' }>, 'sequence' | 'kind' | 'step'>

type Approval = Pick<Extract<SignToAgent, { step: 'approve' }>, 'digestListSha256' | 'insist' | 'sendOn'>

/** All batches of this agent, whichever connection they are talked about on. */
export class Session {
  readonly parts: SessionParts
  readonly keys: KnownKeys
  readonly plans: MarkPlans
  readonly #closing = new AbortController()
  readonly #stamps: StampLine
  readonly #checks: CertificateChecks
  readonly #anchors: AnchorStamps
  readonly #batches = new Map<string, Batch>()
  /** What is being signed, by the serial number of its token: one batch at a time for each. */
  readonly #runs = new Map<string, BatchRun>()
  readonly #runOf = new Map<Batch, BatchRun>()

  private constructor(parts: SessionParts) {
    this.parts = parts
    this.keys = new KnownKeys(parts)
    this.plans = new MarkPlans({ ...parts, keys: this.keys })
    this.#checks = new CertificateChecks(parts, this.closing)
    this.#anchors = new AnchorStamps(parts, this.closing)
    this.#stamps = new StampLine(parts, (batch) => this.#finishStamped(batch))
  }

  /** Restores what an earlier agent left unfinished. */
  static async open(parts: SessionParts): Promise<Session> {
    const session = new Session(parts)
    parts.spool.removeParts()
    for (const batchId of parts.journal.unfinishedBatchIds()) {
      const batch = await restoreBatch(batchId, parts.journal, parts.spool)
      if (batch) session.#batches.set(batchId, batch)
    }
    for (const batch of session.#batches.values()) for (const { documentId } of batch.stampsAwaited) session.#stamps.add(batch, documentId)
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
    requireCount(documents.length, limits.documentsPerBatch)
    const openBatches = this.batchesOf(pairingId).filter(({ state, waiting }) => state !== 'done' && state !== 'cancelled' && waiting !== 'stamp').length
    if (openBatches >= limits.openBatches) refuse('batches-too-many', { limit: String(limits.openBatches) })
    const key = await this.keys.find(certificateSha256, { fresh: true })
    const certificate = usable(this.keys.view(key))
    const ownKey = request.ownCertificateSha256 === undefined ? undefined : await this.keys.find(request.ownCertificateSha256, { fresh: false })
    const own = ownKey && usable(this.keys.view(ownKey))
    const byPolicy = this.#requireOneDuty(request, certificate, own)
    requireNewIds(journal, batchId, documents)
    const batch = Batch.open(journal, { batchId, pairingId, pageOrigin, profile, certificate, details: actDetails(request, own), documents: offeredDocuments(documents, settings) }, byPolicy)
    this.#batches.set(batchId, batch)
    this.#checks.begin(batch, ownKey ? [key, ownKey] : [key]).catch(this.parts.report)
    return batch
  }

  /** What is refused for its keys is journalled: somebody tried it. @returns whether only the policy allows it */
  #requireOneDuty({ profile, pageOrigin }: OpenRequest, certificate: CertificateView, own: CertificateView | undefined): boolean {
    try {
      return requireOneDuty(profile, certificate, own, this.parts.settings)
    } catch (thrown) {
      const facts = { code: refusalOf(thrown).code, profile, site: pageOrigin, certificateSerial: certificate.serialNumber, ownCertificateSerial: own?.serialNumber }
      this.parts.journal.write({ events: [{ what: 'keys-refused', facts }] })
      throw thrown
    }
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

  /** The same, where it goes on after its delivery. */
  async deliveredBatchOf(pairingId: string, batchId: string): Promise<Batch> {
    const batch = await this.pastBatchOf(pairingId, batchId)
    const known = this.#batches.get(batchId) ?? batch
    this.#batches.set(batchId, known)
    return known
  }

  batchesOf(pairingId: string): Batch[] {
    return [...this.#batches.values()].filter(({ record }) => record.pairingId === pairingId)
  }

  /** Takes the clerk's consent and opens the PIN window. Returns as soon as the window is asked for. */
  async approve(batch: Batch, { digestListSha256, insist, sendOn }: Approval): Promise<void> {
    const key = await this.keys.find(batch.record.certificate.sha256, { fresh: false })
    usable(this.keys.view(key))
    const own = batch.record.details.ownCertificate
    const ownKey = own && (await this.keys.find(own.sha256, { fresh: false }))
    if (ownKey) usable(this.keys.view(ownKey))
    const used = ownKey ? [key, ownKey] : [key]
    const doubt = await this.#checks.doubtAbout(batch, used)
    if (doubt && !insist) throw new RefusalError(doubt)
    if (used.some(({ tokenSerial }) => this.#runs.has(tokenSerial))) refuse('batch-busy')
    const approved = batch.approve(digestListSha256, { insisted: doubt, sendOn })
    this.plans.learn(approved)
    this.#follow(batch, { key, ownKey }, new BatchRun(batch, approved, { key, ownKey }, this.#runParts))
  }

  /** What the clerk may keep of a batch, with a time-stamped head of the journal's chain behind it, else with that of now. */
  receipt({ batchId }: Batch): ReceiptView {
    const { journal } = this.parts
    const events = journal.events(batchId)
    return makeReceipt(events, journal.stampedSince(events.at(-1)?.id ?? 0) ?? journal.anchor(batchId))
  }

  cancel(batch: Batch): void {
    if (batch.state === 'done' || batch.state === 'cancelled') return batch.tell()
    const run = this.#runOf.get(batch)
    if (run) return run.cancel()
    batch.cancel()
    this.#atEnd(batch)
  }

  /** `pause`: nothing more is signed after the signature under way. A batch that is not being signed is told as it is. */
  pauseOrGoOn(batch: Batch, step: 'pause' | 'go-on'): void {
    const run = this.#runOf.get(batch)
    if (!run) return batch.tell()
    if (step === 'pause') run.pause()
    else run.goOn()
  }

  /**
   * Leaves out a document that the agent has and the key has not; too late, the batch is told as it is.
   * @throws RefusalError batch-busy while the PIN window names the list
   */
  skip(batch: Batch, documentId: string): void {
    if (batch.state === 'approving') refuse('batch-busy')
    const isUnsigned = batch.documentsIn('received', 'approved', 'prepared').some((document) => document.documentId === documentId)
    const run = this.#runOf.get(batch)
    if (!isUnsigned || run?.hasAtKey(documentId) === true) return batch.tell()
    batch.skip(documentId)
    run?.skipped(documentId)
    if (batch.state === 'done') this.#atEnd(batch)
  }

  /** The clerk takes without their time stamps those that were offered so. */
  async goUnstamped(batch: Batch): Promise<void> {
    await this.#stamps.goUnstamped(batch)
    batch.tell()
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

  /** Stops what is being signed; it can be approved again after the next start. What waits for a key goes on waiting. */
  async close(): Promise<void> {
    this.#closing.abort()
    const runs = [...this.#runs.values()]
    for (const run of runs) run.close()
    await Promise.all(runs.map((run) => run.ended))
    await this.#stamps.close()
    await this.#anchors.close()
  }

  #follow(batch: Batch, { key, ownKey }: RunKeys, run: BatchRun): void {
    const serials = [key, ownKey].flatMap((one) => one?.tokenSerial ?? [])
    for (const serial of serials) this.#runs.set(serial, run)
    this.#runOf.set(batch, run)
    const ended = (): void => {
      for (const serial of serials) this.#runs.delete(serial)
      this.#runOf.delete(batch)
      if (batch.waiting === 'key') return
      if (batch.state === 'signing') this.#finishStamped(batch)
      else this.#atEnd(batch)
    }
    run.ended.then(ended).catch(this.parts.report)
  }

  get #runParts(): RunParts {
    return { ...this.parts, stamps: this.#stamps }
  }

  /** Nothing was left for the key, and now nothing waits for its time stamp. */
  #finishStamped(batch: Batch): void {
    if (this.#runOf.has(batch) || batch.state !== 'signing' || batch.waiting === 'stamp') return
    batch.finish()
    this.#atEnd(batch)
  }

  /** Goes on waiting for the keys that were being confirmed elsewhere when the last agent ended. */
  async #collectKeys(): Promise<void> {
    for (const batch of this.#batches.values()) {
      if (batch.waiting !== 'key') continue
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
    if (batch.waiting !== 'key' || this.#closing.signal.aborted) return
    if (this.#runs.has(key.tokenSerial)) refuse('batch-busy')
    const since = this.parts.journal.events(batch.batchId).findLast(({ what }) => what === 'waiting')?.at ?? ''
    const waiting = { reference, sinceMs: Date.parse(since) }
    this.#follow(batch, { key }, new BatchRun(batch, batch.documentsIn('approved'), { key }, this.#runParts, waiting))
  }

  #atEnd(batch: Batch): void {
    for (const { documentId } of batch.documentsIn('refused')) this.parts.spool.removeOriginal(batch.batchId, documentId)
    this.#anchor(batch)
    this.forgetIfOver(batch)
  }

  /** A journal that cannot be anchored now is anchored at the next end. */
  #anchor({ batchId }: Batch): void {
    try {
      this.#anchors.add(this.parts.journal.anchor(batchId))
    } catch (thrown) {
      this.parts.report(thrown)
    }
  }
}
