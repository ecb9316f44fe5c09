import * as v from 'valibot'
import { label, nonce, publicKey, refusal, sha256, uuid } from './fields.ts'

/**
 * Pairing by numeric comparison. Each side is bound to its key and its nonce before it sees the other's nonce, so neither (nor
 * anyone between) can steer the six digits that the clerk compares. The agent opens its commitment only with its window: whoever
 * hangs up before has learnt nothing of the digits, and so may neither try for good ones nor use the clerk's windows up.
 *
 *     extension                              agent
 *     offer   SHA-256(publicKeyE | nonceE)  →
 *                                           ← answer  publicKeyA, SHA-256(publicKeyA | nonceA)
 *     reveal  publicKeyE, nonceE            →   checks the commitment
 *                                           ← opened  nonceA
 *     checks the commitment
 *             both show pairingDigits(…)        the clerk confirms in the agent's window
 *                                           ← confirmed  pairingId
 *
 * With a ticket of the native-messaging host (`offer` names it) both sides hold its secret and nobody else does. Then `opened` carries
 * the agent's proof, the extension answers with `prove`, and there are no digits (`ticketProofText`).
 */
export const PairToAgent = v.variant('step', [
  v.strictObject({ kind: v.literal('pair'), step: v.literal('offer'), version: v.number(), commitment: sha256, name: label, ticketId: v.optional(uuid) }),
  v.strictObject({ kind: v.literal('pair'), step: v.literal('reveal'), publicKey, nonce }),
  v.strictObject({ kind: v.literal('pair'), step: v.literal('prove'), proof: sha256 }),
])
export type PairToAgent = v.InferOutput<typeof PairToAgent>

export const PairToExtension = v.variant('step', [
  v.strictObject({ kind: v.literal('pair'), step: v.literal('answer'), version: v.number(), publicKey, commitment: sha256 }),
  v.strictObject({ kind: v.literal('pair'), step: v.literal('opened'), nonce, proof: v.optional(sha256) }),
  v.strictObject({ kind: v.literal('pair'), step: v.literal('confirmed'), pairingId: uuid }),
  v.strictObject({ kind: v.literal('pair'), step: v.literal('refused'), refusal }),
])
export type PairToExtension = v.InferOutput<typeof PairToExtension>

export interface PairingTranscript {
  version: number
  origin: string
  /** Uncompressed points, base64. */
  extensionKey: string
  agentKey: string
  /** 32 bytes each, hexadecimal. */
  extensionNonce: string
  agentNonce: string
}

/** What both sides hash for the digits and bind the long-term key to (HKDF info). */
export function pairingTranscript(t: PairingTranscript): string {
  return ['antin pair', t.version, t.origin, t.extensionKey, t.agentKey, t.extensionNonce, t.agentNonce].join('\n')
}

/**
 * The text under the HMAC-SHA-256 with the ticket's secret. Role and whole transcript are in it, so that a proof can neither be
 * reflected nor carried to another pairing.
 */
export function ticketProofText(role: 'agent' | 'extension', ticketId: string, t: PairingTranscript): string {
  return ['antin ticket', role, ticketId, pairingTranscript(t)].join('\n')
}

/** Six digits from SHA-256 of the transcript: the first 8 bytes, big-endian, modulo 1,000,000. */
export function pairingDigits(transcriptSha256: Uint8Array): string {
  const view = new DataView(transcriptSha256.buffer, transcriptSha256.byteOffset, transcriptSha256.byteLength)
  return (view.getBigUint64(0) % 1_000_000n).toString().padStart(6, '0')
}
