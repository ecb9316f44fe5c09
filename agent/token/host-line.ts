import type { RefusalError } from '../../shared/errors.ts'
import type { HostVerb } from './host-calls.ts'

/** One call of a key host, from its asking to its answer. */
export interface Call {
  id: number
  verb: HostVerb
  input: unknown
  /** Undefined: it may take as long as it takes. */
  deadlineMs: number | undefined
  /** What a refusal calls the token. */
  token: string
  resolve: (output: unknown) => void
  reject: (error: RefusalError) => void
  isSent: boolean
  /** Nobody waits for the answer any more. */
  isWithdrawn: boolean
  clock: NodeJS.Timeout | undefined
  /** Who wants to know that the driver takes long over it. */
  slow: { ms: number; tell: () => void } | undefined
  slowClock: NodeJS.Timeout | undefined
}

export interface LineEars {
  /** @param behind the signature that this one must not be made without */
  hand: (call: Call, behind: number | undefined) => void
  /** Its turn has come: the host works at it now. */
  begin: (call: Call) => void
}

/** Digests that a host holds: the one that the token signs, and the next, so that the token never waits for the agent. */
const signaturesAtOnce = 2

/** The calls of one driver in their order. The host works at the first of them; only signatures and looks are sent ahead. */
export class HostLine {
  readonly #calls: Call[] = []
  readonly #ears: LineEars

  constructor(ears: LineEars) {
    this.#ears = ears
  }

  add(call: Call): void {
    this.#calls.push(call)
    this.#advance()
  }

  remove(call: Call): void {
    const index = this.#calls.indexOf(call)
    if (index === -1) return
    this.#calls.splice(index, 1)
    this.#advance()
  }

  #advance(): void {
    for (const [index, call] of this.#calls.entries()) {
      if (call.isSent) continue
      const ahead = this.#calls.slice(0, index)
      if (!mayFollow(call, ahead)) break
      const behind = ahead.findLast(({ verb, isWithdrawn }) => verb === 'sign' && !isWithdrawn)?.id
      call.isSent = true
      this.#ears.hand(call, call.verb === 'sign' ? behind : undefined)
    }
    const [first] = this.#calls
    if (first !== undefined && first.clock === undefined) this.#ears.begin(first)
  }
}

function mayFollow({ verb }: Call, ahead: readonly Call[]): boolean {
  if (ahead.length === 0) return true
  if (!isSentAhead(verb) || !ahead.every((call) => isSentAhead(call.verb))) return false
  return verb === 'look' || ahead.filter((call) => call.verb === 'sign').length < signaturesAtOnce
}

function isSentAhead(verb: HostVerb): boolean {
  return verb === 'sign' || verb === 'look'
}
