import { refusal, refusalOf, RefusalError, type Refusal } from '../../shared/errors.ts'
import { limits } from '../../shared/protocol/limits.ts'
import { hello, type Greeting } from './hello.ts'
import { answering } from './knock.ts'
import type { Pairing } from './pairing-keys.ts'
import { openSocket, type Socket } from './socket.ts'

export interface FoundAgent extends Greeting {
  socket: Socket
}

/** No agent at any of the ports; at the `silent` ones nobody answers at all. */
export class NoAgent extends RefusalError {
  readonly silent: readonly number[]

  constructor(reason: Refusal, silent: readonly number[]) {
    super(reason)
    this.silent = silent
  }
}

/** Tries the ports in order; the first agent that proves the key wins. Refuses (`NoAgent`) with the most telling reason of all ports. */
export async function findAgent(ports: readonly number[], origin: string, pairing: Pairing): Promise<FoundAgent> {
  let reason: Refusal = refusal('agent-unreachable')
  const open = await answering(inOrder(ports, pairing.port))
  for (const port of open) {
    try {
      const socket = await openSocket(port, limits.helloMs)
      return { socket, ...(await hello(socket, origin, pairing)) }
    } catch (error) {
      reason = moreTelling(reason, refusalOf(error))
    }
  }
  throw new NoAgent(reason, without(ports, open))
}

/** The first port at which anything lets this extension in: an agent that waits to be paired. Refuses (`NoAgent`) where nothing does. */
export async function findDoor(ports: readonly number[]): Promise<Socket> {
  const open = await answering(ports)
  for (const port of open) {
    try {
      return await openSocket(port, limits.helloMs)
    } catch {
      // No agent; the next port.
    }
  }
  throw new NoAgent(refusal('agent-unreachable'), without(ports, open))
}

function without(ports: readonly number[], others: readonly number[]): number[] {
  return ports.filter((port) => !others.includes(port))
}

function inOrder(ports: readonly number[], first: number): number[] {
  return ports.includes(first) ? [first, ...ports.filter((port) => port !== first)] : [...ports]
}

const byTelling = ['agent-unreachable', 'pairing-unknown', 'agent-unproven', 'version-mismatch']

function moreTelling(one: Refusal, other: Refusal): Refusal {
  return byTelling.indexOf(other.code) > byTelling.indexOf(one.code) ? other : one
}
