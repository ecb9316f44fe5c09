import { refusal, refuse, RefusalError } from '../../shared/errors.ts'
import { closeCodes } from '../../shared/protocol/close-codes.ts'
import { limits } from '../../shared/protocol/limits.ts'
import { PairToExtension, type PairToAgent, type PairingTranscript } from '../../shared/protocol/pair.ts'
import { protocolVersion } from '../../shared/protocol/version.ts'
import { commitment, deriveKey, digitsOf, makeNonce, makeOwnKey, type Pairing } from './pairing-keys.ts'
import { readMessage } from './read-message.ts'
import { SocketClosed, withDeadline, type Socket } from './socket.ts'

export interface PairingRequest {
  /** As the browser sends it in the Origin header. */
  origin: string
  /** How the agent's window calls this browser. */
  name: string
  /** Called once, with the six digits that the clerk compares. */
  showDigits: (digits: string) => void
}

/** Pairing by numeric comparison (`shared/protocol/pair.ts`). The clerk confirms in the agent's window. */
export async function pair(socket: Socket, request: PairingRequest): Promise<Pairing> {
  try {
    return await withDeadline(socket, limits.pairingMs, converse(socket, request))
  } catch (error) {
    throw error instanceof SocketClosed ? closedDuringPairing(error) : error
  } finally {
    socket.close()
  }
}

async function converse(socket: Socket, { origin, name, showDigits }: PairingRequest): Promise<Pairing> {
  const own = await makeOwnKey()
  const extensionNonce = makeNonce()
  say(socket, { kind: 'pair', step: 'offer', version: protocolVersion, commitment: await commitment(own.publicKey, extensionNonce), name })
  const answer = await hear(socket, 'answer')
  if (answer.version !== protocolVersion) {
    refuse('version-mismatch', { agent: String(answer.version), extension: String(protocolVersion) })
  }
  const transcript: PairingTranscript = {
    version: protocolVersion,
    origin,
    extensionKey: own.publicKey,
    agentKey: answer.publicKey,
    extensionNonce,
    agentNonce: answer.nonce,
  }
  const key = await deriveKey(own, transcript)
  say(socket, { kind: 'pair', step: 'reveal', publicKey: own.publicKey, nonce: extensionNonce })
  showDigits(await digitsOf(transcript))
  const { pairingId } = await hear(socket, 'confirmed')
  return { pairingId, key, port: socket.port }
}

async function hear<Wanted extends 'answer' | 'confirmed'>(socket: Socket, step: Wanted): Promise<Extract<PairToExtension, { step: Wanted }>> {
  const message = readMessage(PairToExtension, await socket.receive())
  if (message.step === 'refused') throw new RefusalError(message.refusal)
  if (message.step !== step) refuse('message-malformed', { kind: 'pair' })
  return message as Extract<PairToExtension, { step: Wanted }>
}

function say(socket: Socket, message: PairToAgent): void {
  socket.send(JSON.stringify(message))
}

function closedDuringPairing({ code }: SocketClosed): RefusalError {
  switch (code) {
    case 1000:
      return new RefusalError(refusal('pairing-expired'))
    case closeCodes.tooMany:
      return new RefusalError(refusal('pairing-refused'))
    case closeCodes.version:
      return new RefusalError(refusal('version-mismatch', { agent: '?', extension: String(protocolVersion) }))
    default:
      return new RefusalError(refusal('agent-unreachable'))
  }
}
