import { refusal, refuse, RefusalError } from '../../shared/errors.ts'
import type { PairingAwaits } from '../../shared/messages/view.ts'
import { closeCodes } from '../../shared/protocol/close-codes.ts'
import { limits } from '../../shared/protocol/limits.ts'
import { PairToExtension, type PairToAgent, type PairingTranscript } from '../../shared/protocol/pair.ts'
import { protocolVersion } from '../../shared/protocol/version.ts'
import { commitment, deriveKey, digitsOf, makeNonce, makeOwnKey, type Pairing } from './pairing-keys.ts'
import { readMessage } from './read-message.ts'
import { SocketClosed, type Socket } from './socket.ts'

export interface PairingRequest {
  /** As the browser sends it in the Origin header. */
  origin: string
  /** How the agent's window calls this browser. */
  name: string
  /** Called with the six digits that the clerk compares, and again when one of the two answers is there. */
  show: (digits: string, awaits: PairingAwaits) => void
  /** Resolves when the clerk says here that a window of the agent shows the same digits. */
  agreed: Promise<void>
  /** The clerk says that they differ, or that no window opened. */
  refused: AbortSignal
}

/**
 * Pairing by numeric comparison (`shared/protocol/pair.ts`). There is a pairing only when the agent has confirmed and the clerk has
 * agreed here too: any program can say `confirmed`, but only the clerk sees whether a window of the agent shows the same digits.
 */
export async function pair(socket: Socket, request: PairingRequest): Promise<Pairing> {
  const expired = AbortSignal.timeout(limits.pairingMs)
  const over = AbortSignal.any([expired, request.refused])
  try {
    return await Promise.race([converse(socket, request), rejected(over)])
  } catch (error) {
    if (request.refused.aborted) throw new RefusalError(refusal('pairing-refused'), { cause: error })
    if (expired.aborted) throw new RefusalError(refusal('pairing-expired'), { cause: error })
    throw error instanceof SocketClosed ? closedDuringPairing(error) : error
  } finally {
    socket.close()
  }
}

function rejected(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason as Error)
    else signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true })
  })
}

async function converse(socket: Socket, { origin, name, show, agreed }: PairingRequest): Promise<Pairing> {
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
  const pairingId = await bothAgree(socket, await digitsOf(transcript), { show, agreed })
  return { pairingId, key, port: socket.port }
}

async function bothAgree(socket: Socket, digits: string, { show, agreed }: Pick<PairingRequest, 'show' | 'agreed'>): Promise<string> {
  const missing = new Set(['window', 'here'] as const)
  const came = (answer: 'window' | 'here'): void => {
    missing.delete(answer)
    const [awaits] = missing
    if (awaits !== undefined) show(digits, awaits)
  }
  show(digits, 'both')
  const confirmed = hear(socket, 'confirmed').then(({ pairingId }) => {
    came('window')
    return pairingId
  })
  const [pairingId] = await Promise.all([confirmed, agreed.then(() => came('here'))])
  return pairingId
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
    case closeCodes.tooMany:
      return new RefusalError(refusal('pairing-refused'))
    case closeCodes.version:
      return new RefusalError(refusal('version-mismatch', { agent: '?', extension: String(protocolVersion) }))
    default:
      return new RefusalError(refusal('agent-unreachable'))
  }
}
