import { refusalOf } from '../../shared/errors.ts'
import type { Anchor } from '../journal/anchors.ts'
import type { Journal } from '../journal/journal.ts'
import type { Settings } from '../settings/settings.ts'
import type { EvidenceWorkers, StampJob } from '../signing/raise-document.ts'

export interface AnchorParts {
  evidence: Pick<EvidenceWorkers, 'stamp'>
  journal: Pick<Journal, 'keepStamp'>
  settings: Pick<Settings, 'timeStamp'>
  trust: Pick<StampJob, 'roots' | 'intermediates'>
  patience?: StampJob['patience']
  report: (thrown: unknown) => void
}

/**
 * Time stamps over the head of the journal's chain: what is before it existed then, whoever rewrites the journal and its anchors
 * later. One at a time, and nobody waits for it: where the authority fails, the next end of a batch is stamped, and covers this one.
 */
export class AnchorStamps {
  readonly #parts: AnchorParts
  readonly #closing: AbortSignal
  #next: Anchor | undefined
  #underWay: Promise<void> | undefined

  constructor(parts: AnchorParts, closing: AbortSignal) {
    this.#parts = parts
    this.#closing = closing
  }

  /** Only the newest of those that wait: it covers the others. */
  add(anchor: Anchor): void {
    if (this.#parts.settings.timeStamp === undefined || this.#isClosing()) return
    this.#next = anchor
    this.#underWay ??= this.#stampAll().finally(() => (this.#underWay = undefined))
  }

  /** What is under way when the agent closes ends without its stamp. */
  async close(): Promise<void> {
    await this.#underWay
  }

  /** Never rejects. */
  async #stampAll(): Promise<void> {
    for (let anchor = this.#take(); anchor && !this.#isClosing(); anchor = this.#take()) {
      try {
        await this.#stamp(anchor)
      } catch (thrown) {
        // An authority that fails is no news: `antin journal verify` says up to where the chain is stamped.
        if (!this.#isClosing() && refusalOf(thrown).code !== 'time-stamp-failed') this.#parts.report(thrown)
      }
    }
  }

  #isClosing(): boolean {
    return this.#closing.aborted
  }

  #take(): Anchor | undefined {
    const anchor = this.#next
    this.#next = undefined
    return anchor
  }

  async #stamp(anchor: Anchor): Promise<void> {
    const { evidence, journal, settings, trust, patience } = this.#parts
    const { timeStamp } = settings
    if (timeStamp === undefined) return
    const sha256 = new Uint8Array(Buffer.from(anchor.hash, 'hex'))
    const { token, at } = await evidence.stamp({ sha256, timeStamp, ...trust, ...(patience ? { patience } : {}) }, this.#closing)
    journal.keepStamp(anchor, token, at)
  }
}
