import type { FromWorker } from './worker-messages.ts'

/**
 * One task's turns at reading and writing. Between them, while the key is asked, other tasks have theirs. A worker
 * gives one turn at a time, so that the watcher's clock counts the document it names and no other.
 */
export interface Stage {
  /** @param share of the limits, for what may fail without harm */
  enter(sizeBytes: number, share?: number): Promise<void>
  leave(): void
}

export function createStages(tell: (news: FromWorker) => void): (id: number) => Stage {
  let turn: Promise<unknown> = Promise.resolve()

  return (id) => {
    let end: (() => void) | undefined
    return {
      async enter(sizeBytes, share = 1) {
        const before = turn
        const { promise, resolve } = Promise.withResolvers<undefined>()
        turn = promise
        await before
        end = () => resolve(undefined)
        tell({ kind: 'stage-started', id, sizeBytes, share })
      },
      leave() {
        if (!end) return
        tell({ kind: 'stage-ended', id })
        end()
        end = undefined
      },
    }
  }
}
