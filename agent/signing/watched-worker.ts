import { setTimeout as sleep } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import { entryPath } from '../settings/own-files.ts'
import type { FromWorker, ToWorker } from './worker-messages.ts'

/** How long and how large one stage (a piece of reading or writing) may become. */
export interface StageLimits {
  /**
   * Of the processor's time, for a document up to 10 MiB; in proportion above. On a PC that is busy with other things, an honest document
   * takes longer by the clock and must not be called damaged.
   */
  deadlineMs: number
  /** Growth of the whole process since the stage began. */
  growthBytes: number
}

export type Death = { reason: 'timeout' | 'memory' | 'crash'; culprit: number | undefined; cause: unknown }

export interface WatchedWorker {
  post(message: ToWorker): void
  terminate(): Promise<void>
}

interface Stage {
  id: number
  deadline: NodeJS.Timeout
  rssBytes: number
  growthBytes: number
}

/** So many times the deadline may pass by the clock, whatever the processor did: a worker can also wait for ever. */
const byTheClock = 10
const proportionalFromBytes = 10 * 1024 * 1024
const memoryLookMs = 20
/** Between two looks at a stage that is late. */
const shortestMs = 20
const smallestHeapMb = 64
/** A young generation may otherwise grow to 48 MiB in each thread, and memory would creep up over a long batch. */
const youngHeapMb = 8

/**
 * A worker thread that is ended when a stage takes too long or the process grows too much meanwhile.
 * `onDeath` is called once, and names the task whose stage was running; not after `terminate`.
 */
export function startWorker(
  limits: StageLimits,
  onNews: (news: FromWorker) => void,
  onDeath: (death: Death) => void,
): WatchedWorker {
  // A heap that runs away is stopped by V8; buffers outside the heap are what the look at the process is for.
  const resourceLimits = { maxYoungGenerationSizeMb: youngHeapMb, maxOldGenerationSizeMb: Math.max(smallestHeapMb, Math.ceil(limits.growthBytes / 1024 / 1024)) }
  const worker = new Worker(entryPath('signing/document-worker'), { execArgv: [], resourceLimits })
  let stage: Stage | undefined
  let ended = false

  const look = setInterval(() => {
    if (stage && process.memoryUsage.rss() - stage.rssBytes > stage.growthBytes) die('memory', new Error('the process grew too much'))
  }, memoryLookMs)
  look.unref()

  function endStage(): void {
    clearTimeout(stage?.deadline)
    stage = undefined
  }

  function startStage(id: number, sizeBytes: number, share: number): void {
    endStage()
    const allowedMs = share * limits.deadlineMs * Math.max(1, sizeBytes / proportionalFromBytes)
    const begun: Stage = { id, deadline: setTimeout(() => void atDeadline(), allowedMs), rssBytes: process.memoryUsage.rss(), growthBytes: share * limits.growthBytes }
    const startedAt = performance.now()
    const processBefore = processMs()
    const before = threadMs()
    stage = begun

    async function atDeadline(): Promise<void> {
      let leftMs = allowedMs - (processMs() - processBefore)
      // The process has other threads as well; one that does not answer in time is stuck in a single long call.
      if (leftMs <= 0) leftMs = allowedMs - (await Promise.race([threadMs(), sleep(allowedMs, Infinity, { ref: false })])) + (await before)
      if (stage !== begun) return
      const leftByTheClockMs = startedAt + byTheClock * allowedMs - performance.now()
      if (leftMs <= 0 || leftByTheClockMs <= 0) return die('timeout', new Error(`a stage took longer than ${Math.round(allowedMs)} ms`))
      begun.deadline = setTimeout(() => void atDeadline(), Math.min(Math.max(leftMs, shortestMs), leftByTheClockMs))
    }
  }

  /** Of the processor, by this worker, in milliseconds; without end where it is gone. */
  function threadMs(): Promise<number> {
    return worker.cpuUsage().then(
      ({ user, system }) => (user + system) / 1_000,
      () => Infinity,
    )
  }

  function end(): Promise<number> {
    ended = true
    clearInterval(look)
    endStage()
    return worker.terminate()
  }

  function die(reason: Death['reason'], cause: unknown): void {
    if (ended) return
    const culprit = stage?.id
    void end()
    onDeath({ reason, culprit, cause })
  }

  worker.on('message', (news: FromWorker) => {
    if (ended) return
    if (news.kind === 'stage-started') startStage(news.id, news.sizeBytes, news.share)
    else if (news.kind === 'stage-ended') endStage()
    else onNews(news)
  })
  worker.on('error', (cause: Error & { code?: string }) => die(cause.code === 'ERR_WORKER_OUT_OF_MEMORY' ? 'memory' : 'crash', cause))
  worker.on('exit', (code) => die('crash', new Error(`the worker ended with ${code}`)))

  return {
    post: (message) => worker.postMessage(message),
    terminate: async () => {
      await end()
    },
  }
}

function processMs(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1_000
}
