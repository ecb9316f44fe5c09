/** Work that waits for its turn: a few at once, in the order in which it was asked for; what nobody wants any more loses its turn. */
export class Turns {
  readonly #most: number
  readonly #waiting = new Set<() => void>()
  #underWay = 0

  constructor(most: number) {
    this.#most = most
  }

  async take<Result>(work: () => Promise<Result>, signal: AbortSignal): Promise<Result> {
    await this.#turn(signal)
    try {
      return await work()
    } finally {
      this.#underWay--
      this.#next()
    }
  }

  #turn(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      signal.addEventListener('abort', () => {
        if (this.#waiting.delete(resolve)) reject(signal.reason as Error)
      })
      if (signal.aborted) return reject(signal.reason as Error)
      this.#waiting.add(resolve)
      this.#next()
    })
  }

  #next(): void {
    for (const start of this.#waiting) {
      if (this.#underWay >= this.#most) return
      this.#waiting.delete(start)
      this.#underWay++
      start()
    }
  }
}
