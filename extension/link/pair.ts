import { refusal, refuse, RefusalError } from '../../shared/errors.ts'
import type { PairingAwaits } from '../../shared/messages/view.ts'
import { closeCodes } from '../../shared/protocol/close-codes.ts'
import { limits } from '../../shared/protocol/limits.ts'
import { PairToExtension, type PairToAgent, type PairingTranscript } from '../../shared/protocol/pair.ts'
import { protocolVersion } from '../../shared/protocol/version.ts'
import type { TicketFacts } from '../../shared/protocol/native.ts'
import { commitment, deriveKey, digitsOf, isTicketProof, makeNonce, makeOwnKey, proveTicket, ticketKey, type Pairing } from './pairing-keys.ts'
import { readMessage } from './read-message.ts'
import { SocketClosed, withDeadline, type Socket } from './socket.ts'

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

interface Exchanged {
  transcript: PairingTranscript
  key: CryptoKey
  /** Of the agent, where a ticket was offered. */
  proof: string | undefined
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

/**
 * Pairing with a ticket of the native-messaging host, without the clerk: the agent proves first that it holds the secret, too. Refuses
 * with `agent-unproven` where it does not, and as the agent says where it does not accept ours.
 */
export async function pairWithTicket(socket: Socket, { origin, name }: Pick<PairingRequest, 'origin' | 'name'>, { ticketId, secret }: TicketFacts): Promise<Pairing> {
  try {
    return await withDeadline(socket, limits.helloMs, present(socket, { origin, name, ticketId, secret }))
  } catch (error) {
    throw error instanceof SocketClosed ? closedDuringPairing(error) : error
  } finally {
    socket.close()
  }
}

async function present(socket: Socket, { ticketId, secret, ...request }: Pick<PairingRequest, 'origin' | 'name'> & TicketFacts): Promise<Pairing> {
  const { transcript, key, proof } = await exchange(socket, request, ticketId)
  const ticket = await ticketKey(secret)
  if (proof === undefined || !(await isTicketProof(ticket, ticketId, transcript, proof))) refuse('agent-unproven', { port: String(socket.port) })
  say(socket, { kind: 'pair', step: 'prove', proof: await proveTicket(ticket, ticketId, transcript) })
  const { pairingId } = await hear(socket, 'confirmed')
  return { pairingId, key, port: socket.port }
}

async function converse(socket: Socket, { show, agreed, ...request }: PairingRequest): Promise<Pairing> {
  const { transcript, key } = await exchange(socket, request)
  const pairingId = await bothAgree(socket, await digitsOf(transcript), { show, agreed })
  return { pairingId, key, port: socket.port }
}

/** Keys and nonces, each side bound to its own before it sees the other's. */
async function exchange(socket: Socket, { origin, name }: Pick<PairingRequest, 'origin' | 'name'>, ticketId?: string): Promise<Exchanged> {
  const own = await makeOwnKey()
  const extensionNonce = makeNonce()
  const offer = { version: protocolVersion, commitment: await commitment(own.publicKey, extensionNonce), name }
  say(socket, { kind: 'pair', step: 'offer', ...offer, ...(ticketId === undefined ? {} : { ticketId }) })
  const answer = await hear(socket, 'answer')
  if (answer.version !== protocolVersion) {
    refuse('version-mismatch', { agent: String(answer.version), extension: String(protocolVersion) })
  }
  say(socket, { kind: 'pair', step: 'reveal', publicKey: own.publicKey, nonce: extensionNonce })
  const opened = await hear(socket, 'opened')
  if ((await commitment(answer.publicKey, opened.nonce)) !== answer.commitment) refuse('agent-unproven', { port: String(socket.port) })
  const transcript: PairingTranscript = {
    version: protocolVersion,
    origin,
    extensionKey: own.publicKey,
    agentKey: answer.publicKey,
    extensionNonce,
    agentNonce: opened.nonce,
  }
  return { transcript, key: await deriveKey(own, transcript), proof: opened.proof }
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

async function hear<Wanted extends 'answer' | 'opened' | 'confirmed'>(socket: Socket, step: Wanted): Promise<Extract<PairToExtension, { step: Wanted }>> {
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
