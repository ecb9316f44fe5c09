import { refusal, refuse, RefusalError, type Refusal } from '../../shared/errors.ts'
import { closeCodes } from '../../shared/protocol/close-codes.ts'
import { HelloToExtension, type HelloToAgent } from '../../shared/protocol/hello.ts'
import { limits } from '../../shared/protocol/limits.ts'
import { protocolVersion } from '../../shared/protocol/version.ts'
import { isProof, makeNonce, prove, type Pairing } from './pairing-keys.ts'
import { readMessage } from './read-message.ts'
import { SocketClosed, withDeadline, type Socket } from './socket.ts'

export interface Greeting {
  agentVersion: string
}

/**
 * The first words of a connection, both ways proven. Refuses with `agent-unproven`, `pairing-unknown`, `version-mismatch` or
 * `agent-unreachable`; nothing else was said by then.
 */
export async function hello(socket: Socket, origin: string, pairing: Pairing): Promise<Greeting> {
  try {
    return await withDeadline(socket, limits.helloMs, greet(socket, origin, pairing))
  } catch (error) {
    socket.close()
    throw error instanceof SocketClosed ? closedDuringHello(error, socket.port) : error
  }
}

async function greet(socket: Socket, origin: string, pairing: Pairing): Promise<Greeting> {
  const extensionNonce = makeNonce()
  say(socket, { kind: 'hello', step: 'offer', version: protocolVersion, pairingId: pairing.pairingId, nonce: extensionNonce })
  const answer = await hear(socket, 'answer')
  if (answer.version !== protocolVersion) {
    refuse('version-mismatch', { agent: String(answer.version), extension: String(protocolVersion) })
  }
  const { pairingId } = pairing
  const transcript = { version: protocolVersion, origin, port: socket.port, pairingId, extensionNonce, agentNonce: answer.nonce }
  if (!(await isProof(pairing.key, 'agent', transcript, answer.proof))) refuse('agent-unproven', { port: String(socket.port) })
  say(socket, { kind: 'hello', step: 'prove', proof: await prove(pairing.key, 'extension', transcript) })
  const { agentVersion } = await hear(socket, 'ready')
  return { agentVersion }
}

type Step = 'answer' | 'ready'

async function hear<Wanted extends Step>(socket: Socket, step: Wanted): Promise<Extract<HelloToExtension, { step: Wanted }>> {
  const message = readMessage(HelloToExtension, await socket.receive())
  if (message.step === 'refused') throw new RefusalError(beforeProof(message.refusal, socket.port))
  if (message.step !== step) refuse('message-malformed', { kind: 'hello' })
  return message as Extract<HelloToExtension, { step: Wanted }>
}

function say(socket: Socket, message: HelloToAgent): void {
  socket.send(JSON.stringify(message))
}

/** Whoever does not know this pairing has proven nothing by saying so: it may be the agent, installed anew, or any other program. */
function beforeProof({ code, facts }: Refusal, port: number): Refusal {
  return code === 'version-mismatch' ? versionMismatch(facts['agent']) : refusal('pairing-unknown', { port: String(port) })
}

/** Nothing is shown of a program that has proven nothing, but a number. */
function versionMismatch(agent = '?'): Refusal {
  return refusal('version-mismatch', { agent: /^\d{1,6}$/.test(agent) ? agent : '?', extension: String(protocolVersion) })
}

/** What it means that the agent hung up before it was ready. */
function closedDuringHello({ code }: SocketClosed, port: number): RefusalError {
  switch (code) {
    case closeCodes.version:
      return new RefusalError(versionMismatch())
    case closeCodes.unproven:
    case closeCodes.revoked:
      return new RefusalError(refusal('pairing-unknown', { port: String(port) }))
    default:
      return new RefusalError(refusal('agent-unreachable'))
  }
}
