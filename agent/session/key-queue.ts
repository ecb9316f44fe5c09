import { refusalOf, refuse, type Refusal } from '../../shared/errors.ts'
import type { UnlockedKey } from '../token/key-source.ts'
import type { ConsentClock } from './consent-clock.ts'
import type { Gate } from './gate.ts'

export interface KeyQueueParts {
  key: Pick<UnlockedKey, 'sign'>
  /** The registrar's own, for the steps of an act that are theirs. */
  ownKey?: Pick<UnlockedKey, 'sign'> | undefined
  /** Aborted when nothing more may be signed. */
  stopped: AbortSignal
  /** Ends the batch for a reason that the documents still to come would meet as well. */
  stop: (refusal: Refusal) => void
  /** Asked before each digest is handed over; told after each signature. */
  consent: Pick<ConsentClock, 'requireAlive' | 'renew'>
  /** Shut while the clerk pauses. */
  gate: Pick<Gate, 'passed'>
}

export interface KeyRequest {
  documentId: string
  digest: Uint8Array
  byOwnKey?: boolean
  isSkipped: () => boolean
  /** Runs before the next signature is taken; what it throws ends the batch. */
  whenSigned: () => void
}

interface InHand {
  documentId: string
  withdrawal: AbortController
}

/** Digests in the hands of the key: the one that it signs, and the next, so that it never waits for the agent. */
const inHandAtMost = 2

/**
 * Hands the digests to the key in their order. A stop or a pause lets the one that the token works at be finished, and
 * takes the next one back: it is not signed, and where the token had begun with it in that very moment, nothing is made
 * of that signature.
 */
export class KeyQueue {
  readonly #parts: KeyQueueParts
  /** Oldest first. */
  readonly #inHand: InHand[] = []
  readonly #waiting: (() => void)[] = []
  #free = inHandAtMost

  constructor(parts: KeyQueueParts) {
    this.#parts = parts
    parts.stopped.addEventListener('abort', () => this.takeBack())
  }

  /** The document whose digest the token works at: too late to leave it out. */
  get atKey(): string | undefined {
    return this.#inHand[0]?.documentId
  }

  /** What the key has not begun, of all documents or of one. After a pause it is handed over again. */
  takeBack(documentId?: string): void {
    for (const ahead of this.#inHand.slice(1)) {
      if (documentId === undefined || ahead.documentId === documentId) ahead.withdrawal.abort()
    }
  }

  async sign(request: KeyRequest): Promise<Uint8Array> {
    const { stopped, gate } = this.#parts
    await this.#place()
    try {
      for (;;) {
        await gate.passed()
        if (stopped.aborted) refuse('cancelled')
        if (request.isSkipped()) refuse('skipped')
        const signature = await this.#hand(request)
        if (signature !== undefined) return signature
      }
    } finally {
      this.#giveBack()
    }
  }

  /** Undefined where it was taken back. */
  async #hand({ documentId, digest, byOwnKey = false, whenSigned }: KeyRequest): Promise<Uint8Array | undefined> {
    const { stop, consent } = this.#parts
    const key = byOwnKey ? this.#parts.ownKey : this.#parts.key
    const inHand = { documentId, withdrawal: new AbortController() }
    const { signal } = inHand.withdrawal
    this.#inHand.push(inHand)
    try {
      if (key === undefined) throw new Error('a step of the registrar without their key')
      consent.requireAlive()
      const signature = await key.sign(digest, signal)
      if (isAborted(signal)) return undefined
      consent.renew()
      whenSigned()
      return signature
    } catch (thrown) {
      if (isAborted(signal)) return undefined
      stop(refusalOf(thrown))
      throw thrown
    } finally {
      this.#inHand.splice(this.#inHand.indexOf(inHand), 1)
    }
  }

  async #place(): Promise<void> {
    if (this.#free > 0) this.#free -= 1
    else await new Promise<void>((resolve) => this.#waiting.push(resolve))
  }

  /** Straight to whoever waits longest, so that nobody comes in between. */
  #giveBack(): void {
    const next = this.#waiting.shift()
    if (next === undefined) this.#free += 1
    else next()
  }
}

function isAborted({ aborted }: AbortSignal): boolean {
  return aborted
}
