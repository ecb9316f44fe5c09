import { randomBytes } from 'node:crypto'
import { refusal } from '../../shared/errors.ts'
import { closeCodes } from '../../shared/protocol/close-codes.ts'
import type { HelloToAgent } from '../../shared/protocol/hello.ts'
import { protocolVersion } from '../../shared/protocol/version.ts'
import { agentVersion } from '../settings/agent-version.ts'
import { proofOf, sameDigest } from './derive.ts'
import { Closing, type Introduction } from './introduction.ts'
import type { Pairings, StoredPairing } from './pairings.ts'

export type HelloOffer = Extract<HelloToAgent, { step: 'offer' }>

/**
 * Both sides prove that they hold the pairing key, the agent first. The nonces are new for every connection,
 * so a proof is worth nothing on another one; role, origin, port and version are under it.
 */
export async function sayHello(offer: HelloOffer, talk: Introduction, pairings: Pairings, deadline: AbortSignal): Promise<StoredPairing> {
  if (offer.version !== protocolVersion) {
    const facts = { agent: String(protocolVersion), extension: String(offer.version) }
    talk.send({ kind: 'hello', step: 'refused', refusal: refusal('version-mismatch', facts) })
    throw new Closing(closeCodes.version)
  }
  const pairing = pairings.find(offer.pairingId)
  if (pairing?.origin !== talk.origin) {
    talk.send({ kind: 'hello', step: 'refused', refusal: refusal('agent-not-paired') })
    throw new Closing(closeCodes.unproven)
  }
  const key = Buffer.from(pairing.key, 'base64')
  const transcript = {
    version: protocolVersion,
    origin: talk.origin,
    port: talk.port,
    pairingId: pairing.pairingId,
    extensionNonce: offer.nonce,
    agentNonce: randomBytes(32).toString('hex'),
  }
  const proof = proofOf('agent', key, transcript)
  talk.send({ kind: 'hello', step: 'answer', version: protocolVersion, nonce: transcript.agentNonce, proof })

  const answer = await talk.next(deadline)
  if (answer.kind !== 'hello' || answer.step !== 'prove') throw new Closing(closeCodes.malformed)
  if (!sameDigest(answer.proof, proofOf('extension', key, transcript))) throw new Closing(closeCodes.unproven)
  pairings.seen(pairing.pairingId)
  talk.send({ kind: 'hello', step: 'ready', agentVersion })
  return pairing
}
