import { setTimeout as pause } from 'node:timers/promises'
import { refusalOf, type Refusal } from '../../shared/errors.ts'
import type { Look } from './host-calls.ts'
import type { HostProcess } from './host-process.ts'

export interface WatchNews {
  /** A token came or went, or the driver takes long over a look, as it does over a card that is new to it; `plugged` follows. */
  reading: () => void
  /** What is plugged in may be another. */
  plugged: () => void
}

export interface WatchedDriver {
  name: string
  /** How often it is looked into, in milliseconds. */
  lookMs: number
  /** How long a look may take: a driver may hang there as anywhere, above all when a card is pulled. */
  deadlineMs: number
  /** The running process, started if it has to be. */
  start: () => Promise<HostProcess>
}

/** Faults in a row after which nobody looks into a driver any more, until it is used again. */
const faultsAllowed = 5
/** Looks that have to go well before an earlier fault is forgotten. */
const looksToTrust = 20
/** A look that finds nothing new takes a few milliseconds; OpenSC reads a new card for seconds inside of the look itself. */
const slowLookMs = { first: 300, longest: 8_000 }
const pauseMs = { first: 250, longest: 8_000 }
/** After anything else the next try would be told the same. */
const passingCodes: readonly Refusal['code'][] = ['token-silent', 'token-failed', 'token-removed', 'cancelled']

/**
 * Looks into one driver again and again, whatever becomes of its host: every look is a call with a deadline, so that a host
 * that falls silent is killed, and the next one looks again. Tells when a token comes or goes, and after every start of
 * a host, since until then nobody looked.
 */
export class DriverWatch {
  readonly #driver: WatchedDriver
  readonly #news: WatchNews
  readonly #over = new AbortController()
  #isLooking = false
  #faults = 0
  /** Grows with a driver that is slow for nothing. */
  #slowMs = slowLookMs.first

  constructor(driver: WatchedDriver, news: WatchNews) {
    this.#driver = driver
    this.#news = news
    this.resume()
  }

  /** A driver that was left alone has worked again. */
  resume(): void {
    if (this.#isLooking || this.#isOver()) return
    this.#isLooking = true
    this.#faults = 0
    void this.#lookOn().finally(() => (this.#isLooking = false))
  }

  end(): void {
    this.#over.abort()
  }

  async #lookOn(): Promise<void> {
    while (!this.#isOver()) {
      if (this.#faults > 1) await pause(Math.min(pauseMs.first * 2 ** (this.#faults - 2), pauseMs.longest), undefined, { ref: false })
      try {
        await this.#lookThroughOneLife()
      } catch (thrown) {
        const { code } = refusalOf(thrown)
        if (code === 'token-silent' || code === 'token-failed') this.#faults += 1
        if (this.#isOver() || this.#faults > faultsAllowed) return
        // What is wrong with the driver is told by the listing.
        if (code !== 'cancelled') this.#news.plugged()
        if (!passingCodes.includes(code)) return
      }
    }
  }

  /** Until the host ends. @throws RefusalError why the host did not start, or did not survive a look */
  async #lookThroughOneLife(): Promise<void> {
    const { lookMs } = this.#driver
    const host = await this.#driver.start()
    await this.#look(host)
    if (!this.#isOver()) this.#news.plugged()
    for (let looks = 1; ; looks++) {
      await Promise.race([host.over, pause(lookMs, undefined, { ref: false })])
      if (this.#isOver() || !host.alive) return
      const { seen, wasSlow } = await this.#look(host)
      if (looks >= looksToTrust) this.#faults = 0
      if (this.#isOver() || (seen === 'same' && !wasSlow)) continue
      if (seen === 'gone') host.lose()
      if (seen === 'changed' && !wasSlow) this.#news.reading()
      this.#news.plugged()
    }
  }

  async #look(host: HostProcess): Promise<{ seen: Look; wasSlow: boolean }> {
    const { name: token, deadlineMs } = this.#driver
    const told = { slow: false }
    const onSlow = (): void => {
      // After the last fault that is allowed nothing would follow.
      if (this.#isOver() || this.#faults >= faultsAllowed) return
      told.slow = true
      this.#news.reading()
    }
    const seen = await host.call('look', undefined, { deadlineMs, token, slow: { ms: this.#slowMs, tell: onSlow } })
    if (seen !== 'same') this.#slowMs = slowLookMs.first
    else if (told.slow) this.#slowMs = Math.min(2 * this.#slowMs, slowLookMs.longest)
    return { seen, wasSlow: told.slow }
  }

  #isOver(): boolean {
    return this.#over.signal.aborted
  }
}
