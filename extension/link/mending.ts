import { limits } from '../../shared/protocol/limits.ts'
import { answering, whenAnswering } from './knock.ts'

export interface MendingParts {
  /** Where the agent may come back. */
  ports: () => Promise<readonly number[]>
  connect: () => void
  /** Timers alone do not keep a worker alive. */
  stayAwake: () => void
}

const firstPauseMs = 500
const longestPauseMs = 30_000

/**
 * When a link that somebody needs is tried again: as soon as somebody answers where nobody did, and otherwise more and more rarely, since
 * each try may start the native host, and whoever answers without being let in may do so for ever.
 */
export class Mending {
  private readonly parts: MendingParts
  private pauseMs = firstPauseMs
  private waiting: AbortController | undefined

  constructor(parts: MendingParts) {
    this.parts = parts
  }

  /** @param silent ports at which nobody answered; left out, those at which nobody answers now */
  begin(silent?: readonly number[]): void {
    this.end()
    const { connect, stayAwake } = this.parts
    const waiting = new AbortController()
    this.waiting = waiting
    const timer = setTimeout(connect, this.pauseMs)
    const awake = setInterval(stayAwake, limits.tickMs)
    waiting.signal.addEventListener('abort', () => {
      clearTimeout(timer)
      clearInterval(awake)
    })
    this.pauseMs = Math.min(2 * this.pauseMs, longestPauseMs)
    void this.knock(silent, waiting.signal)
  }

  end(): void {
    this.waiting?.abort()
    this.waiting = undefined
  }

  /** @param forMs how long the connection stood; one that breaks as soon as it stands is tried more and more rarely too */
  hasStood(forMs: number): void {
    if (forMs > longestPauseMs) this.pauseMs = firstPauseMs
  }

  private async knock(silent: readonly number[] | undefined, signal: AbortSignal): Promise<void> {
    try {
      const ports = await this.parts.ports()
      await whenAnswering(ports, silent ?? (await silentOf(ports)), signal)
      this.pauseMs = firstPauseMs
      this.parts.connect()
    } catch (error) {
      if (!signal.aborted) throw error
    }
  }
}

async function silentOf(ports: readonly number[]): Promise<number[]> {
  const answers = await answering(ports)
  return ports.filter((port) => !answers.includes(port))
}
