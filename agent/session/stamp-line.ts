import { waitsForStamp } from '../../shared/protocol/document-states.ts'
import { refusalOf, refuse } from '../../shared/errors.ts'
import type { Settings } from '../settings/settings.ts'
import type { EvidenceWorkers, RaiseJob } from '../signing/raise-document.ts'
import { raisedLevel } from '../signing/usual-level.ts'
import type { Batch } from './batch.ts'
import { sha256OfFile, type Spool } from './spool.ts'

export interface StampParts {
  evidence: EvidenceWorkers
  spool: Spool
  settings: Pick<Settings, 'timeStamp' | 'level' | 'unstampedAfterMinutes'>
  trust: Pick<RaiseJob, 'roots' | 'intermediates'>
  /** How long one time stamp is waited for; by default as long as real authorities need. */
  patience?: RaiseJob['patience']
  report: (thrown: unknown) => void
}

interface Waiting {
  batch: Batch
  documentId: string
  offer: NodeJS.Timeout | undefined
}

interface Raising {
  unwanted: AbortController
  ended: Promise<void>
}

/** As many as keep four questions at the authority under way while others are read and checked. */
const atOnceAtMost = 12
const firstPauseMs = 5_000
const longestPauseMs = 300_000

/**
 * Documents that are signed and wait for their time stamps, behind the key and over all batches. All that they need lies on the disk.
 * Where the authority fails, the line pauses and then asks for one document alone; the first success lets all others follow.
 */
export class StampLine {
  readonly #parts: StampParts
  /** Told when a document waits no more. */
  readonly #onThrough: (batch: Batch) => void
  readonly #waiting: Waiting[] = []
  readonly #raising = new Map<string, Raising>()
  /** Being taken without their stamps. */
  readonly #taken = new Set<string>()
  #failures = 0
  #pause: NodeJS.Timeout | undefined
  #isClosed = false

  constructor(parts: StampParts, onThrough: (batch: Batch) => void) {
    this.#parts = parts
    this.#onThrough = onThrough
  }

  /** A document whose file waits in the spool. */
  add(batch: Batch, documentId: string): void {
    this.#waiting.push({ batch, documentId, offer: this.#offerLater(batch, documentId) })
    this.#advance()
  }

  /** The clerk takes without their stamps those documents of a batch that were offered so. */
  async goUnstamped(batch: Batch): Promise<void> {
    const offered = batch.stampsAwaited.filter(({ mayGoUnstamped }) => mayGoUnstamped === true)
    for (const { documentId } of offered) {
      if (this.#taken.has(documentId)) continue
      this.#taken.add(documentId)
      await this.#takeUnstamped(batch, documentId).finally(() => this.#taken.delete(documentId))
    }
  }

  /** What waits goes on waiting after the next start. */
  async close(): Promise<void> {
    this.#isClosed = true
    clearTimeout(this.#pause)
    for (const { unwanted } of this.#raising.values()) unwanted.abort()
    await Promise.all([...this.#raising.values()].map(({ ended }) => ended))
  }

  #advance(): void {
    const atOnce = this.#failures === 0 ? atOnceAtMost : 1
    while (!this.#isClosed && this.#pause === undefined && this.#raising.size < atOnce) {
      const waiting = this.#waiting.shift()
      if (!waiting) return
      const unwanted = new AbortController()
      const ended = this.#raise(waiting, unwanted.signal).finally(() => {
        this.#raising.delete(waiting.documentId)
        this.#advance()
      })
      this.#raising.set(waiting.documentId, { unwanted, ended })
    }
  }

  /** Never rejects. */
  async #raise(waiting: Waiting, unwanted: AbortSignal): Promise<void> {
    const { batch, documentId, offer } = waiting
    const { spool, report } = this.#parts
    try {
      batch.checked(documentId, (await this.#found(batch, documentId)) ?? (await this.#raised(batch, documentId, unwanted)))
      spool.removeWaiting(batch.batchId, documentId)
      this.#failures = 0
      clearTimeout(offer)
      this.#onThrough(batch)
    } catch (thrown) {
      if (unwanted.aborted) return
      const reason = refusalOf(thrown)
      if (reason.code === 'unexpected') report(thrown)
      this.#waiting.push(waiting)
      this.#pauseLine()
      try {
        batch.stampFailed(documentId, reason)
      } catch (cause) {
        report(cause)
      }
    }
  }

  /** Finished before, where only the journal could not be told. */
  async #found({ batchId }: Batch, documentId: string): Promise<{ sizeBytes: number; sha256: string } | undefined> {
    const file = this.#parts.spool.signedPath(batchId, documentId)
    const sizeBytes = this.#parts.spool.sizeOf(file)
    return sizeBytes === undefined ? undefined : { sizeBytes, sha256: await sha256OfFile(file) }
  }

  async #raised(batch: Batch, documentId: string, unwanted: AbortSignal): Promise<{ sizeBytes: number; sha256: string }> {
    const { evidence, report } = this.#parts
    const onStamped = (at: Date): void => {
      // Where a worker died by another document's fault, the stamp is asked for once more; that is no news.
      if (batch.document(documentId)?.state !== 'signed') return
      try {
        batch.stamped(documentId, at)
      } catch (thrown) {
        report(thrown)
      }
    }
    return evidence.raise(this.#job(batch, documentId), { onStamped, unwanted })
  }

  #job({ batchId }: Batch, documentId: string): RaiseJob {
    const { spool, settings, trust, patience } = this.#parts
    const { timeStamp, level } = settings
    // The settings changed since it was signed.
    if (timeStamp === undefined) return refuse('time-stamp-failed', { reason: 'no-server' })
    return {
      input: spool.waitingPath(batchId, documentId),
      output: spool.signedPath(batchId, documentId),
      level: raisedLevel(level) ?? 'B-T',
      stamp: 'into-signature',
      timeStamp,
      ...trust,
      ...(patience ? { patience } : {}),
    }
  }

  #pauseLine(): void {
    if (this.#pause !== undefined || this.#isClosed) return
    const pauseMs = Math.min(longestPauseMs, firstPauseMs * 2 ** this.#failures++)
    this.#pause = setTimeout(() => {
      this.#pause = undefined
      this.#advance()
    }, pauseMs).unref()
  }

  #offerLater(batch: Batch, documentId: string): NodeJS.Timeout | undefined {
    const { spool, settings } = this.#parts
    const { unstampedAfterMinutes } = settings
    if (unstampedAfterMinutes === 'never') return undefined
    const sinceMs = spool.waitingSinceMs(batch.batchId, documentId) ?? Date.now()
    return setTimeout(() => batch.offerUnstamped(documentId), Math.max(0, sinceMs + unstampedAfterMinutes * 60_000 - Date.now())).unref()
  }

  /** The stamp that comes at the last moment holds. */
  async #takeUnstamped(batch: Batch, documentId: string): Promise<void> {
    const { spool } = this.#parts
    const raising = this.#raising.get(documentId)
    raising?.unwanted.abort()
    await raising?.ended
    const document = batch.document(documentId)
    if (!document || !waitsForStamp(document) || this.#isClosed) return
    this.#leave(documentId)
    try {
      const found = await this.#found(batch, documentId)
      if (!found) {
        batch.goUnstamped(documentId)
        await spool.nameUnstamped(batch.batchId, documentId)
      }
      const { signedBytes = 0, signedSha256 = '' } = document
      batch.checked(documentId, found ?? { sizeBytes: signedBytes, sha256: signedSha256 })
    } catch (thrown) {
      this.add(batch, documentId)
      throw thrown
    }
    this.#onThrough(batch)
  }

  #leave(documentId: string): void {
    const place = this.#waiting.findIndex((waiting) => waiting.documentId === documentId)
    if (place >= 0) this.#waiting.splice(place, 1)
  }
}
