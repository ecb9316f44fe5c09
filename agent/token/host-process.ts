import { fork, type ChildProcess } from 'node:child_process'
import { setTimeout } from 'node:timers/promises'
import { RefusalError, refusal, type Refusal } from '../../shared/errors.ts'
import type { HostCalls, HostMessage, HostReply, HostRequest, HostVerb, Withdrawal } from './host-calls.ts'
import { hostEnvironment } from './host-environment.ts'
import { HostLine, type Call } from './host-line.ts'

export interface CallLimit {
  /** Undefined: no limit of ours, the call has one of its own. */
  deadlineMs: number | undefined
  /** What the refusal calls the token. */
  token: string
  /** Told once when the driver has worked on it for this long. */
  slow?: Call['slow']
}

/** `removed`: the token of the unlocked key was pulled, and the PIN ends with the process. */
export type HostFault = 'none' | 'silent' | 'crashed' | 'removed'

/**
 * One life of a key host. It ends by `end`, by a missed deadline (killed, `token-silent`) or by its own crash
 * (`token-failed`), and is never started again: a new life means a new login.
 */
export class HostProcess {
  readonly #child: ChildProcess
  readonly #calls = new Map<number, Call>()
  readonly #line = new HostLine({ hand: (call, behind) => this.#hand(call, behind), begin: (call) => this.#startClock(call) })
  #lastId = 0
  #windowPid: number | undefined
  #endedBy: ((token: string) => Refusal) | undefined
  readonly #exited: Promise<void>
  readonly #over = Promise.withResolvers<undefined>()
  readonly #onEnd: (fault: HostFault) => void

  constructor(program: string, onEnd: (fault: HostFault) => void) {
    this.#child = fork(program, [], { serialization: 'advanced', execArgv: [], env: hostEnvironment(), stdio: ['ignore', 'ignore', 'ignore', 'ipc'] })
    this.#onEnd = onEnd
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

  /** Resolves when nothing can be asked of it any more. */
  get over(): Promise<undefined> {
    return this.#over.promise
  }

  /**
   * Driver calls run strictly one after the other; the clock of each starts when it is its turn. A call whose `withdrawn`
   * is aborted is refused as cancelled at once: what the host has not begun is not done, and of the rest nothing is told.
   */
  async call<Verb extends HostVerb>(verb: Verb, input: HostCalls[Verb]['input'], { deadlineMs, token, slow }: CallLimit, withdrawn?: AbortSignal): Promise<HostCalls[Verb]['output']> {
    if (this.#endedBy !== undefined) throw new RefusalError(this.#endedBy(token))
    if (withdrawn?.aborted === true) throw new RefusalError(refusal('cancelled'))
    const { promise, resolve, reject } = Promise.withResolvers<unknown>()
    const call: Call = { id: ++this.#lastId, verb, input, deadlineMs, token, slow, resolve, reject, isSent: false, clock: undefined, slowClock: undefined, isWithdrawn: false }
    const withdraw = (): void => this.#withdraw(call)
    withdrawn?.addEventListener('abort', withdraw)
    this.#calls.set(call.id, call)
    if (verb === 'ask' || verb === 'close') this.#handAtOnce(call)
    else this.#line.add(call)
    try {
      return (await promise) as HostCalls[Verb]['output']
    } finally {
      withdrawn?.removeEventListener('abort', withdraw)
    }
  }

  /** The token of the unlocked key was pulled. */
  lose(): void {
    this.#fail((token) => refusal('token-removed', { token }), 'removed')
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

  /** While the clerk types, the driver is idle and may answer others; `close` must not wait behind a driver that hangs. */
  #handAtOnce(call: Call): void {
    call.isSent = true
    this.#hand(call)
    this.#startClock(call)
  }

  #hand({ id, verb, input }: Call, behind?: number): void {
    this.#send({ id, verb, input: input as HostRequest['input'], behind })
  }

  #send(message: HostRequest | Withdrawal): void {
    // A host that is gone is told by its exit.
    this.#child.send(message, () => undefined)
  }

  #startClock(call: Call): void {
    const { deadlineMs, slow } = call
    if (slow !== undefined) call.slowClock = globalThis.setTimeout(slow.tell, slow.ms)
    if (deadlineMs !== undefined) call.clock = globalThis.setTimeout(() => this.#silence(deadlineMs), deadlineMs)
  }

  #withdraw(call: Call): void {
    call.isWithdrawn = true
    call.reject(new RefusalError(refusal('cancelled')))
    if (call.isSent) this.#send({ withdrawn: call.id })
    else this.#drop(call)
  }

  #hear(message: HostMessage): void {
    if ('windowPid' in message) {
      this.#windowPid = message.windowPid
      return
    }
    const call = this.#calls.get(message.id)
    if (call === undefined) return
    settle(call, message)
    this.#drop(call)
  }

  #drop(call: Call): void {
    clearTimeout(call.clock)
    clearTimeout(call.slowClock)
    this.#calls.delete(call.id)
    this.#line.remove(call)
  }

  #silence(deadlineMs: number): void {
    this.#fail((token) => refusal('token-silent', { token, seconds: String(deadlineMs / 1_000) }), 'silent')
  }

  #fail(reason: (token: string) => Refusal, fault: HostFault): void {
    if (this.#endedBy !== undefined) return
    this.#endedBy = reason
    this.#child.kill('SIGKILL')
    this.#endWindow()
    for (const { token, reject, clock, slowClock } of this.#calls.values()) {
      clearTimeout(clock)
      clearTimeout(slowClock)
      reject(new RefusalError(reason(token)))
    }
    this.#calls.clear()
    this.#onEnd(fault)
    this.#over.resolve(undefined)
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

function settle({ resolve, reject }: Call, reply: HostReply): void {
  if ('refusal' in reply) reject(new RefusalError(reply.refusal, { cause: new Error(reply.cause) }))
  else resolve(reply.output)
}
