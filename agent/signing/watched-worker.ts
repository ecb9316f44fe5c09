import { Worker } from 'node:worker_threads'
import { entryPath } from '../settings/own-files.ts'
import type { FromWorker, ToWorker } from './worker-messages.ts'

/** How long and how large one stage (a piece of reading or writing) may become. */
export interface StageLimits {
  /** For a document up to 10 MiB; in proportion above. */
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
}

const proportionalFromBytes = 10 * 1024 * 1024
const memoryLookMs = 50
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
    if (stage && process.memoryUsage.rss() - stage.rssBytes > limits.growthBytes) die('memory', new Error('the process grew too much'))
  }, memoryLookMs)
  look.unref()

  function endStage(): void {
    clearTimeout(stage?.deadline)
    stage = undefined
  }

  function startStage(id: number, sizeBytes: number): void {
    endStage()
    const allowedMs = limits.deadlineMs * Math.max(1, sizeBytes / proportionalFromBytes)
    const deadline = setTimeout(() => die('timeout', new Error(`a stage took longer than ${Math.round(allowedMs)} ms`)), allowedMs)
    stage = { id, deadline, rssBytes: process.memoryUsage.rss() }
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
    if (news.kind === 'stage-started') startStage(news.id, news.sizeBytes)
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
