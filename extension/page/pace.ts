/** So long one slice of work may hold the page up: half of a frame. */
const sliceMs = 8

type Yield = () => Promise<void>

/** Work in slices, so that no page ever stutters: ask `isOver` between two rows, and `rest` when it is. */
export class Pace {
  /** Milliseconds of work, rests left out. */
  workedMs = 0
  private startedAt = performance.now()
  private asked = 0

  /** The clock is asked for every eighth row only. */
  get isOver(): boolean {
    return (++this.asked & 7) === 0 && performance.now() - this.startedAt > sliceMs
  }

  async rest(): Promise<void> {
    this.workedMs += performance.now() - this.startedAt
    await letOthers()
    this.startedAt = performance.now()
  }

  end(): number {
    return (this.workedMs += performance.now() - this.startedAt)
  }
}

const letOthers: Yield = () => {
  const { scheduler } = globalThis as { scheduler?: { yield?: Yield } }
  return scheduler?.yield?.() ?? new Promise((resolve) => setTimeout(resolve, 0))
}
