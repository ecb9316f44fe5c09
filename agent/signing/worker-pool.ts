import { RefusalError, refusal } from '../../shared/errors.ts'
import { ServerError } from '../trust/server-question.ts'
import type { AskServer, ServerQuestion } from '../trust/server-question.ts'
import { startWorker, type Death, type StageLimits, type WatchedWorker } from './watched-worker.ts'
import type { FromWorker, Task } from './worker-messages.ts'

export interface PoolOptions extends StageLimits {
  size: number
  /** Tasks that one worker may have under way: preparation runs ahead of the key by so many. */
  tasksPerWorker: number
  /** After so long without a task a worker is ended. */
  idleMs: number
}

/** Whom a task may ask while it is under way; a task is started again, and asks again, where its worker died by another's fault. */
export interface Outside {
  askKey?: (digest: Uint8Array) => Promise<Uint8Array>
  askServer?: AskServer
  onStamped?: ((at: Date) => void) | undefined
}

export interface WorkerPool {
  run(task: Task, outside?: Outside): Promise<unknown>
  close(): Promise<void>
}

interface Errand {
  id: number
  task: Task
  outside: Outside
  starts: number
  resolve(outcome: unknown): void
  reject(error: unknown): void
  /** The key refused, and the worker is clearing up. */
  failure?: { error: unknown }
}

interface Seat {
  worker: WatchedWorker
  errands: Map<number, Errand>
  idle: NodeJS.Timeout | undefined
}

/** A task whose worker died by another task's fault is started again, so often. */
const maximumStarts = 4

/** Workers for one kind of work: started when there is work, ended when there is none. */
export function createWorkerPool(options: PoolOptions): WorkerPool {
  const seats = new Set<Seat>()
  const queue: Errand[] = []
  let nextId = 1
  let closed = false

  function assign(): void {
    while (queue.length > 0) {
      const seat = freeSeat()
      if (!seat) return
      const errand = queue.shift()
      if (!errand) return
      clearTimeout(seat.idle)
      errand.starts++
      seat.errands.set(errand.id, errand)
      seat.worker.post({ kind: 'start', id: errand.id, task: errand.task })
    }
  }

  /** The one with least to do; a new one while there may be more and none is without work. */
  function freeSeat(): Seat | undefined {
    const [best] = [...seats].sort((one, other) => one.errands.size - other.errands.size)
    if (best?.errands.size === 0) return best
    if (seats.size < options.size) return addSeat()
    return best && best.errands.size < options.tasksPerWorker ? best : undefined
  }

  function addSeat(): Seat {
    const worker = startWorker(options, (news) => hear(seat, news), (death) => bury(seat, death))
    const seat: Seat = { worker, errands: new Map(), idle: undefined }
    seats.add(seat)
    return seat
  }

  function hear(seat: Seat, news: FromWorker): void {
    const errand = seat.errands.get(news.id)
    if (!errand) return
    if (news.kind === 'digest') void bringSignature(seat, errand, news.digest)
    if (news.kind === 'question') void bringAnswer(seat, errand, news.question)
    if (news.kind === 'stamped') errand.outside.onStamped?.(news.at)
    if (news.kind === 'done') leave(seat, errand, () => errand.resolve(news.outcome))
    if (news.kind === 'refused') leave(seat, errand, () => errand.reject(errand.failure?.error ?? new RefusalError(news.refusal, { cause: news.stack })))
  }

  async function bringSignature(seat: Seat, errand: Errand, digest: Uint8Array): Promise<void> {
    try {
      if (!errand.outside.askKey) throw new Error('a task without a key asked for a signature')
      const signature = await errand.outside.askKey(digest)
      if (seat.errands.has(errand.id)) seat.worker.post({ kind: 'signature', id: errand.id, signature })
    } catch (error) {
      if (!seat.errands.has(errand.id)) return
      // Told only when the worker has cleared up: whoever tries again writes to the same place.
      errand.failure = { error }
      seat.worker.post({ kind: 'abandon', id: errand.id })
    }
  }

  async function bringAnswer(seat: Seat, errand: Errand, question: ServerQuestion): Promise<void> {
    const { id, outside } = errand
    const answer = await (outside.askServer?.(question) ?? Promise.reject(new ServerError('host-not-listed'))).catch((thrown: unknown) => thrown)
    if (!seat.errands.has(id)) return
    if (answer instanceof Uint8Array) seat.worker.post({ kind: 'answer', id, answer })
    else seat.worker.post({ kind: 'no-answer', id, reason: answer instanceof ServerError ? answer.reason : 'unexpected' })
  }

  function leave(seat: Seat, errand: Errand, settle: () => void): void {
    seat.errands.delete(errand.id)
    settle()
    assign()
    if (seat.errands.size > 0) return
    seat.idle = setTimeout(() => {
      seats.delete(seat)
      void seat.worker.terminate()
    }, options.idleMs)
    seat.idle.unref()
  }

  /** The task that was being read or written fails; the others of the same worker start again. */
  function bury(seat: Seat, { reason, culprit, cause }: Death): void {
    seats.delete(seat)
    clearTimeout(seat.idle)
    for (const errand of [...seat.errands.values()].reverse()) {
      if (errand.failure) errand.reject(errand.failure.error)
      else if (errand.id === culprit) errand.reject(new RefusalError(refusal('document-unreadable', { reason }), { cause }))
      else if (errand.starts >= maximumStarts) errand.reject(new RefusalError(refusal('unexpected'), { cause }))
      else queue.unshift(errand)
    }
    seat.errands.clear()
    assign()
  }

  return {
    run(task, outside = {}) {
      if (closed) return Promise.reject(new RefusalError(refusal('cancelled')))
      return new Promise((resolve, reject) => {
        queue.push({ id: nextId++, task, outside, starts: 0, resolve, reject })
        assign()
      })
    },
    async close() {
      closed = true
      const left = [...queue.splice(0), ...[...seats].flatMap(({ errands }) => [...errands.values()])]
      for (const errand of left) errand.reject(new RefusalError(refusal('cancelled')))
      const ending = [...seats].map(({ worker, idle }) => {
        clearTimeout(idle)
        return worker.terminate()
      })
      seats.clear()
      await Promise.all(ending)
    },
  }
}
