import { refusal, refuse, RefusalError } from '../../shared/errors.ts'
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
 * The first words of a connection, both ways proven. Refuses with `agent-unproven`, `agent-not-paired`, `version-mismatch` or
 * `agent-unreachable`; nothing else was said by then.
 */
export async function hello(socket: Socket, origin: string, pairing: Pairing): Promise<Greeting> {
  try {
    return await withDeadline(socket, limits.helloMs, greet(socket, origin, pairing))
  } catch (error) {
    socket.close()
    throw error instanceof SocketClosed ? closedDuringHello(error) : error
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
  if (message.step === 'refused') throw new RefusalError(message.refusal)
  if (message.step !== step) refuse('message-malformed', { kind: 'hello' })
  return message as Extract<HelloToExtension, { step: Wanted }>
}

function say(socket: Socket, message: HelloToAgent): void {
  socket.send(JSON.stringify(message))
}

/** What it means that the agent hung up before it was ready. */
function closedDuringHello({ code }: SocketClosed): RefusalError {
  switch (code) {
    case closeCodes.version:
      return new RefusalError(refusal('version-mismatch', { agent: '?', extension: String(protocolVersion) }))
    case closeCodes.unproven:
    case closeCodes.revoked:
      return new RefusalError(refusal('agent-not-paired'))
    default:
      return new RefusalError(refusal('agent-unreachable'))
  }
}
