import { limits } from '../../shared/protocol/limits.ts'

/** How far a sender may run ahead of the receiver's answers: four chunks of one document. */
export class ChunkWindow {
  private acknowledged = 0
  private waiting: { reached: number; resolve: () => void; reject: (reason: unknown) => void } | undefined
  private readonly signal: AbortSignal

  constructor(signal: AbortSignal) {
    this.signal = signal
    signal.addEventListener('abort', () => this.waiting?.reject(signal.reason))
  }

  /** The receiver has all bytes before `nextOffset`. */
  acknowledge(nextOffset: number): void {
    this.acknowledged = Math.max(this.acknowledged, nextOffset)
    if (this.waiting !== undefined && this.acknowledged >= this.waiting.reached) this.waiting.resolve()
  }

  /** Resolves when a chunk that starts at `offset` may go out. */
  room(offset: number): Promise<void> {
    return this.reached(offset - (limits.chunkWindow - 1) * limits.chunkBytes)
  }

  /** Resolves when the receiver has all bytes before `offset`. */
  reached(offset: number): Promise<void> {
    this.signal.throwIfAborted()
    if (this.acknowledged >= offset) return Promise.resolve()
    return new Promise((resolve, reject) => {
      this.waiting = { reached: offset, resolve, reject }
    })
  }
}
