import { createECDH, createHash, createHmac, hkdfSync, randomBytes } from 'node:crypto'
import { RefusalError } from '../../shared/errors.ts'
import type { TicketFacts } from '../../shared/protocol/native.ts'
import { pairingTranscript, ticketProofText, type PairingTranscript } from '../../shared/protocol/pair.ts'
import type { Paired } from './pairing-client.ts'
import { isKind, knownOrigin, type Wire } from './wire.ts'

export interface TicketPlay {
  origin?: string
  /** What is said in the place of the right proof. */
  forge?: (right: string, agentProof: string, transcript: PairingTranscript) => string
}

/** Pairs with a ticket as the extension does, or not quite. @throws RefusalError as the agent told it, Error where it hung up */
export async function pairByTicket(wire: Wire, { ticketId, secret }: TicketFacts, { origin = knownOrigin, forge = (right) => right }: TicketPlay = {}): Promise<Paired> {
  const keys = createECDH('prime256v1')
  const publicKey = keys.generateKeys('base64')
  const nonce = randomBytes(32).toString('hex')
  wire.say({ kind: 'pair', step: 'offer', version: 1, commitment: sha256(`${publicKey}\n${nonce}`), name: 'Chromium', ticketId })
  const answer = await next(wire, 'answer')
  wire.say({ kind: 'pair', step: 'reveal', publicKey, nonce })
  const opened = await next(wire, 'opened')
  const transcript = { version: 1, origin, extensionKey: publicKey, agentKey: answer.publicKey, extensionNonce: nonce, agentNonce: opened.nonce }
  if (opened.proof !== mac(secret, ticketProofText('agent', ticketId, transcript))) throw new Error('the agent does not hold the ticket')
  wire.say({ kind: 'pair', step: 'prove', proof: forge(mac(secret, ticketProofText('extension', ticketId, transcript)), opened.proof, transcript) })
  const { pairingId } = await next(wire, 'confirmed')
  return { origin, pairingId, key: Buffer.from(hkdfSync('sha256', keys.computeSecret(answer.publicKey, 'base64'), '', pairingTranscript(transcript), 32)) }
}

export function mac(secret: string, text: string): string {
  return createHmac('sha256', Buffer.from(secret, 'hex')).update(text).digest('hex')
}

async function next<Step extends 'answer' | 'opened' | 'confirmed'>(wire: Wire, step: Step) {
  const message = await wire.hear(isKind('pair'))
  if (message.step === 'refused') throw new RefusalError(message.refusal)
  if (message.step !== step) throw new Error(`expected pair ${step}, heard ${message.step}`)
  return message as Extract<typeof message, { step: Step }>
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
