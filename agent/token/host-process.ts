import { fork, type ChildProcess } from 'node:child_process'
import { setTimeout } from 'node:timers/promises'
import { RefusalError, refusal, type Refusal } from '../../shared/errors.ts'
import type { HostCalls, HostMessage, HostReply, HostVerb, PlugNotice } from './host-calls.ts'
import { hostEnvironment } from './host-environment.ts'

export interface CallLimit {
  /** Undefined: no limit of ours, the call has one of its own. */
  deadlineMs: number | undefined
  /** What the refusal calls the token. */
  token: string
}

interface Waiting {
  token: string
  resolve: (output: unknown) => void
  reject: (error: RefusalError) => void
}

export interface HostEars {
  onEnd: (fault: HostFault) => void
  onPlug: () => void
}

/** `removed`: the token of the unlocked key was pulled, and the PIN ends with the process. */
export type HostFault = 'none' | 'silent' | 'crashed' | 'removed'

/**
 * One life of a key host. It ends by `end`, by a missed deadline (killed, `token-silent`) or by its own crash
 * (`token-failed`), and is never started again: a new life means a new login.
 */
export class HostProcess {
  readonly #child: ChildProcess
  readonly #waiting = new Map<number, Waiting>()
  #queue: Promise<unknown> = Promise.resolve()
  #lastId = 0
  #windowPid: number | undefined
  #endedBy: ((token: string) => Refusal) | undefined
  readonly #exited: Promise<void>
  readonly #ears: HostEars

  constructor(program: string, ears: HostEars) {
    this.#child = fork(program, [], { serialization: 'advanced', execArgv: [], env: hostEnvironment(), stdio: ['ignore', 'ignore', 'ignore', 'ipc'] })
    this.#ears = ears
    this.#child.on('message', (message) => this.#hear(message as HostMessage))
    this.#exited = new Promise((resolve) => {
      this.#child.once('exit', (code, signal) => {
        this.#fail((token) => refusal('token-failed', { token, returnValue: signal ?? `exit ${code}` }), 'crashed')
        resolve()
      })
      this.#child.once('error', (cause) => {
        this.#fail((token) => refusal('token-failed', { token, returnValue: cause.name }), 'crashed')
        resolve()
      })
    })
  }

  get pid(): number | undefined {
    return this.#child.pid
  }

  get alive(): boolean {
    return this.#endedBy === undefined
  }

  /** Driver calls run strictly one after the other; the clock of each starts when it is its turn. */
  call<Verb extends HostVerb>(verb: Verb, input: HostCalls[Verb]['input'], limit: CallLimit): Promise<HostCalls[Verb]['output']> {
    // While the clerk types, the driver is idle and may answer others; `close` must not wait behind a driver that hangs.
    if (verb === 'ask' || verb === 'close') return this.#exchange(verb, input, limit)
    const turn = this.#queue.then(() => this.#exchange(verb, input, limit))
    this.#queue = turn.catch(() => undefined)
    return turn
  }

  /** Logs out where the driver still answers, then ends the process. */
  async end(): Promise<void> {
    if (this.alive) {
      await this.call('close', undefined, { deadlineMs: closeMs, token: '' }).catch(() => undefined)
      this.#fail(() => refusal('cancelled'), 'none')
    }
    // A process that the kernel holds in a dead device cannot be waited for.
    await Promise.race([this.#exited, setTimeout(closeMs, undefined, { ref: false })])
  }

  #exchange<Verb extends HostVerb>(verb: Verb, input: HostCalls[Verb]['input'], { deadlineMs, token }: CallLimit): Promise<HostCalls[Verb]['output']> {
    if (this.#endedBy !== undefined) return Promise.reject(new RefusalError(this.#endedBy(token)))
    const id = ++this.#lastId
    const answered = new Promise<unknown>((resolve, reject) => this.#waiting.set(id, { token, resolve, reject }))
    const deadline = deadlineMs === undefined ? undefined : globalThis.setTimeout(() => this.#silence(deadlineMs), deadlineMs)
    // A host that is gone is told by its exit.
    this.#child.send({ id, verb, input }, () => undefined)
    return answered.finally(() => clearTimeout(deadline)) as Promise<HostCalls[Verb]['output']>
  }

  #hear(message: HostMessage): void {
    if ('windowPid' in message) {
      this.#windowPid = message.windowPid
      return
    }
    if ('plugged' in message) return this.#heardPlug(message)
    const waiting = this.#waiting.get(message.id)
    if (waiting === undefined) return
    this.#waiting.delete(message.id)
    settle(waiting, message)
  }

  #heardPlug({ plugged }: PlugNotice): void {
    if (plugged === 'gone') this.#fail((token) => refusal('token-removed', { token }), 'removed')
    this.#ears.onPlug()
  }

  #silence(deadlineMs: number): void {
    this.#fail((token) => refusal('token-silent', { token, seconds: String(deadlineMs / 1_000) }), 'silent')
  }

  #fail(reason: (token: string) => Refusal, fault: HostFault): void {
    if (this.#endedBy !== undefined) return
    this.#endedBy = reason
    this.#child.kill('SIGKILL')
    this.#endWindow()
    for (const { token, reject } of this.#waiting.values()) reject(new RefusalError(reason(token)))
    this.#waiting.clear()
    this.#ears.onEnd(fault)
  }

  /** The window is a child of the host and would stay on the screen without it. */
  #endWindow(): void {
    if (this.#windowPid === undefined) return
    try {
      process.kill(this.#windowPid, 'SIGKILL')
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code !== 'ESRCH') throw cause
    }
    this.#windowPid = undefined
  }
}

const closeMs = 2_000

function settle({ resolve, reject }: Waiting, reply: HostReply): void {
  if ('refusal' in reply) reject(new RefusalError(reply.refusal, { cause: new Error(reply.cause) }))
  else resolve(reply.output)
}
