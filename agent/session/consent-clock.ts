import { refuse } from '../../shared/errors.ts'

/**
 * How long a consent lives: so many idle milliseconds, by the timer and by the clock on the wall, since a timer stands
 * still while the PC sleeps.
 */
export class ConsentClock {
  readonly #idleMs: number
  readonly #onExpired: () => void
  #timer: NodeJS.Timeout
  #renewedAt: number

  constructor(idleMs: number, onExpired: () => void, renewedAt = Date.now()) {
    this.#idleMs = idleMs
    this.#onExpired = onExpired
    this.#renewedAt = renewedAt
    this.#timer = setTimeout(onExpired, Math.max(0, renewedAt + idleMs - Date.now()))
  }

  /** @throws RefusalError consent-expired */
  requireAlive(): void {
    if (!this.#isAlive()) refuse('consent-expired')
  }

  /** After a signature; one that came too late renews nothing. */
  renew(): void {
    if (!this.#isAlive()) return
    this.#renewedAt = Date.now()
    clearTimeout(this.#timer)
    this.#timer = setTimeout(this.#onExpired, this.#idleMs)
  }

  end(): void {
    clearTimeout(this.#timer)
  }

  #isAlive(): boolean {
    return Date.now() - this.#renewedAt < this.#idleMs
  }
}
