import { refusal, refuse, refusalOf } from '../../shared/errors.ts'
import type { Chunk } from '../../shared/protocol/chunk.ts'
import type { MessageToSession } from '../../shared/protocol/messages.ts'
import type { SignToAgent } from '../../shared/protocol/sign.ts'
import { agentVersion } from '../settings/agent-version.ts'
import type { Batch } from './batch.ts'
import { Comparisons } from './comparisons.ts'
import { Images } from './images.ts'
import { Intake } from './intake.ts'
import type { Conversation, Link } from './link.ts'
import { Looks } from './looks.ts'
import { Return } from './return-document.ts'
import { sendOn } from './send-on.ts'
import type { Session } from './session.ts'

/** What one proven connection says and is told. Batches outlive it. */
export class BatchConversation implements Conversation {
  readonly #session: Session
  readonly #pairingId: string
  readonly #link: Link
  readonly #intake: Intake
  readonly #watched = new Set<Batch>()
  readonly #returns = new Map<string, Return>()
  readonly #images: Images
  readonly #looks: Looks
  readonly #comparisons: Comparisons
  readonly #tick: NodeJS.Timeout
  readonly #tell: Link['tell']
  readonly #unwatchKeys: () => void

  constructor(session: Session, pairingId: string, link: Link) {
    const { spool, workers, settings, limits, report } = session.parts
    this.#session = session
    this.#pairingId = pairingId
    this.#link = link
    this.#tell = (message) => link.tell(message)
    this.#intake = new Intake({ link, spool, workers, settings, plans: session.plans, limits, report, closing: session.closing })
    this.#images = new Images({ ...session.parts, keys: session.keys }, link)
    this.#looks = new Looks({ link, spool, limits, report })
    this.#comparisons = new Comparisons({ link, spool, workers, limits, report })
    this.#unwatchKeys = session.keys.watch(
      (list) => link.tell({ kind: 'list-certificates', ...list }),
      () => link.tell({ kind: 'reading-tokens' }),
    )
    this.#tick = setInterval(() => this.#keepAwake(), limits.tickMs)
  }

  receive(message: MessageToSession): void {
    void this.#carryOut(message)
  }

  async receiveChunk(chunk: Chunk): Promise<void> {
    try {
      if (this.#comparisons.has(chunk.documentId)) return await this.#comparisons.chunk(chunk)
      const batch = [...this.#watched].find((watched) => watched.document(chunk.documentId)) ?? refuse('batch-unknown')
      await this.#intake.chunk(batch, chunk)
      this.#session.forgetIfOver(batch)
    } catch (thrown) {
      this.#refused('chunk', thrown)
    }
  }

  close(): void {
    clearInterval(this.#tick)
    this.#unwatchKeys()
    for (const batch of this.#watched) batch.unwatch(this.#tell)
    for (const under of this.#returns.values()) under.close()
    this.#looks.close()
    this.#comparisons.close()
    this.#intake.close()
  }

  async #carryOut(message: MessageToSession): Promise<void> {
    try {
      await this.#dispatch(message)
    } catch (thrown) {
      this.#refused(message.kind, thrown, 'batchId' in message ? message.batchId : undefined)
    }
  }

  async #dispatch(message: MessageToSession): Promise<void> {
    switch (message.kind) {
      case 'list-certificates':
        return this.#link.tell({ kind: 'list-certificates', ...(await this.#session.keys.list()) })
      case 'role':
        return this.#link.tell({ kind: 'list-certificates', ...(await this.#session.keys.answerRole(message.certificateSha256, message.role)) })
      case 'status':
        return this.#status()
      case 'resume':
        return this.#watch(await this.#session.pastBatchOf(this.#pairingId, message.batchId))
      case 'cancel':
        return this.#cancel(this.#batch(message.batchId))
      case 'sign':
        return this.#sign(message)
      case 'image':
        return this.#images.carryOut(message)
    }
  }

  async #sign(message: SignToAgent): Promise<void> {
    if (message.step === 'open') return this.#watch(await this.#session.openBatch(this.#pairingId, this.#link.origin, message))
    if (message.step === 'receipt') return this.#receipt(await this.#session.pastBatchOf(this.#pairingId, message.batchId))
    if (message.step === 'fetch') return this.#return(await this.#session.pastBatchOf(this.#pairingId, message.batchId), message.documentId)
    if (message.step === 'send-on' || message.step === 'sent-on' || message.step === 'not-sent-on') return this.#sendOn(message)
    if (message.step === 'look') return this.#looks.look(message, () => this.#session.pastBatchOf(this.#pairingId, message.batchId))
    if (message.step === 'looked-chunk') return this.#looks.answered(message.lookId, message.nextOffset)
    if (message.step === 'look-away') return this.#looks.away(message.lookId)
    const batch = this.#batch(message.batchId)
    if (message.step === 'pause' || message.step === 'go-on') return this.#session.pauseOrGoOn(batch, message.step)
    if (message.step === 'sent' && this.#comparisons.has(message.documentId)) return this.#comparisons.sent(message)
    if (message.step === 'lost' && !batch.document(message.documentId)) return this.#comparisons.lost(message.documentId)
    if (message.step === 'place') return batch.place(message.moves)
    if (message.step === 'approve') return this.#session.approve(batch, message)
    if (message.step === 'go-unstamped') return this.#session.goUnstamped(batch)
    if (!batch.document(message.documentId)) refuse('batch-unknown')
    switch (message.step) {
      case 'sent':
        await this.#intake.sent(batch, message)
        return this.#session.forgetIfOver(batch)
      case 'lost':
        await this.#intake.lost(batch, message.documentId, message.refusal)
        return this.#session.forgetIfOver(batch)
      case 'skip':
        return this.#skip(batch, message.documentId)
      case 'insist':
        return batch.insist(message.documentId)
      case 'compare':
        return this.#comparisons.begin(batch, message.documentId, message.copyId)
      case 'fetched-chunk':
        return this.#returns.get(message.documentId)?.answered(message.nextOffset)
      case 'delivered':
        this.#requireSigned(batch, message.documentId)
        return this.#session.delivered(batch, message.documentId, message.confirmedBy)
      case 'undelivered':
        this.#requireSigned(batch, message.documentId)
        return batch.undelivered(message.documentId, message.refusal)
    }
  }

  #status(): void {
    const batches = this.#session.batchesOf(this.#pairingId).map((batch) => ({
      batchId: batch.batchId,
      pageOrigin: batch.record.pageOrigin,
      state: batch.state,
      documents: batch.record.documents.length,
      undelivered: batch.documentsIn('checked', 'returned').length + batch.stampsAwaited.length,
    }))
    const { listedSites } = this.#session.parts.settings
    this.#link.tell({ kind: 'status', agentVersion, batches, listedSites })
  }

  async #cancel(batch: Batch): Promise<void> {
    this.#session.cancel(batch)
    await this.#intake.drop(batch)
  }

  async #skip(batch: Batch, documentId: string): Promise<void> {
    if (batch.document(documentId)?.state !== 'offered') this.#session.skip(batch, documentId)
    else {
      if (!batch.reading.has(documentId)) await this.#intake.lost(batch, documentId, refusal('skipped'))
      batch.tell()
    }
    this.#session.forgetIfOver(batch)
  }

  async #return(batch: Batch, documentId: string): Promise<void> {
    const { spool, limits } = this.#session.parts
    const file = spool.signedPath(batch.batchId, documentId)
    const document = batch.document(documentId)
    if (document?.signedBytes === undefined || spool.sizeOf(file) !== document.signedBytes) return refuse('batch-unknown')
    if (this.#returns.has(documentId)) return
    const under = new Return(batch, document, { link: this.#link, file, limits })
    this.#returns.set(documentId, under)
    try {
      await under.send()
    } finally {
      this.#returns.delete(documentId)
    }
  }

  #receipt(batch: Batch): void {
    this.#link.tell({ kind: 'sign', step: 'receipt', batchId: batch.batchId, receipt: this.#session.receipt(batch) })
  }

  async #sendOn(message: Extract<SignToAgent, { step: 'send-on' | 'sent-on' | 'not-sent-on' }>): Promise<void> {
    const batch = await this.#session.deliveredBatchOf(this.#pairingId, message.batchId)
    if (!this.#watched.has(batch)) this.#watch(batch)
    await sendOn(batch, message, this.#session.parts)
    this.#session.forgetIfOver(batch)
  }

  #requireSigned(batch: Batch, documentId: string): void {
    const state = batch.document(documentId)?.state
    if (state !== 'checked' && state !== 'returned') refuse('message-malformed', { kind: 'sign' })
  }

  #batch(batchId: string): Batch {
    return this.#session.batchOf(this.#pairingId, batchId)
  }

  #watch(batch: Batch): void {
    this.#watched.add(batch)
    batch.watch(this.#tell)
  }

  /** The browser ends a service worker that hears nothing for 30 s. */
  #keepAwake(): void {
    for (const batch of this.#watched) if (batch.isOver) this.#watched.delete(batch)
    if (this.#watched.size > 0) this.#link.tell({ kind: 'tick' })
  }

  #refused(about: string, thrown: unknown, batchId?: string): void {
    if (this.#session.closing.aborted) return
    const reason = refusalOf(thrown)
    if (reason.code === 'unexpected') this.#session.parts.report(thrown)
    this.#link.tell({ kind: 'refused', about, ...(batchId === undefined ? {} : { batchId }), refusal: reason })
  }
}
