import { refusal, refusalOf, RefusalError, type Refusal } from '../../shared/errors.ts'
import { limits } from '../../shared/protocol/limits.ts'
import { hello, type Greeting } from './hello.ts'
import type { Pairing } from './pairing-keys.ts'
import { openSocket, type Socket } from './socket.ts'

export interface FoundAgent extends Greeting {
  socket: Socket
}

/** Tries the ports in order; the first agent that proves the key wins. Refuses with the most telling reason of all ports. */
export async function findAgent(ports: readonly number[], origin: string, pairing: Pairing): Promise<FoundAgent> {
  let reason: Refusal = refusal('agent-unreachable')
  for (const port of inOrder(ports, pairing.port)) {
    try {
      const socket = await openSocket(port, limits.helloMs)
      return { socket, ...(await hello(socket, origin, pairing)) }
    } catch (error) {
      reason = moreTelling(reason, refusalOf(error))
    }
  }
  throw new RefusalError(reason)
}

/** The first port at which anything lets this extension in: an agent that waits to be paired. */
export async function findDoor(ports: readonly number[]): Promise<Socket> {
  for (const port of ports) {
    try {
      return await openSocket(port, limits.helloMs)
    } catch {
      // Nobody there; the next port.
    }
  }
  throw new RefusalError(refusal('agent-unreachable'))
}

function inOrder(ports: readonly number[], first: number): number[] {
  return ports.includes(first) ? [first, ...ports.filter((port) => port !== first)] : [...ports]
}

const byTelling = ['agent-unreachable', 'pairing-unknown', 'agent-unproven', 'version-mismatch']

function moreTelling(one: Refusal, other: Refusal): Refusal {
  return byTelling.indexOf(other.code) > byTelling.indexOf(one.code) ? other : one
}
