import { uptime } from 'node:os'
import { refuse } from '../../shared/errors.ts'

/**
 * How long a consent lives: so many idle milliseconds by the timer, by the clock on the wall and by how long the PC is
 * up. A timer stands still while the PC sleeps, and a clock on the wall can be set back: the longest of the three holds,
 * so that no change of the clock prolongs a consent.
 */
export class ConsentClock {
  readonly #idleMs: number
  readonly #onExpired: () => void
  #timer: NodeJS.Timeout
  #renewedAt: number
  #upAt = uptime()
  #isOver: boolean

  constructor(idleMs: number, onExpired: () => void, renewedAt = Date.now()) {
    this.#idleMs = idleMs
    this.#onExpired = onExpired
    this.#renewedAt = renewedAt
    // Given at a time that is still to come: the clock was set back meanwhile, and nobody knows how long ago it was.
    this.#isOver = renewedAt > Date.now()
    this.#timer = this.#expireIn(this.#isOver ? 0 : Math.max(0, renewedAt + idleMs - Date.now()))
  }

  /** @throws RefusalError consent-expired */
  requireAlive(): void {
    if (!this.#isAlive()) refuse('consent-expired')
  }

  /** After a signature; one that came too late renews nothing. */
  renew(): void {
    if (!this.#isAlive()) return
    this.#renewedAt = Date.now()
    this.#upAt = uptime()
    clearTimeout(this.#timer)
    this.#timer = this.#expireIn(this.#idleMs)
  }

  end(): void {
    clearTimeout(this.#timer)
  }

  #expireIn(ms: number): NodeJS.Timeout {
    return setTimeout(() => {
      this.#isOver = true
      this.#onExpired()
    }, ms)
  }

  #isAlive(): boolean {
    // In whole seconds on some systems: a difference of n may be any time above n - 1.
    const upMs = (uptime() - this.#upAt - 1) * 1_000
    return !this.#isOver && Math.max(Date.now() - this.#renewedAt, upMs) < this.#idleMs
  }
}
