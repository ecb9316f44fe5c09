import * as v from 'valibot'
import { label, nonce, publicKey, refusal, sha256, uuid } from './fields.ts'

/**
 * Pairing by numeric comparison: the extension commits to its key before it sees the agent's, so neither
 * side (nor anyone between) can steer the six digits that the clerk compares.
 *
 *     extension                              agent
 *     offer   SHA-256(publicKeyE | nonceE)  →
 *                                           ← answer  publicKeyA, nonceA
 *     reveal  publicKeyE, nonceE            →   checks the commitment
 *             both show pairingDigits(…)        the clerk confirms in the agent's window
 *                                           ← confirmed  pairingId
 */
export const PairToAgent = v.variant('step', [
  v.strictObject({ kind: v.literal('pair'), step: v.literal('offer'), version: v.number(), commitment: sha256, name: label }),
  v.strictObject({ kind: v.literal('pair'), step: v.literal('reveal'), publicKey, nonce }),
])
export type PairToAgent = v.InferOutput<typeof PairToAgent>

export const PairToExtension = v.variant('step', [
  v.strictObject({ kind: v.literal('pair'), step: v.literal('answer'), version: v.number(), publicKey, nonce }),
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

/** Six digits from SHA-256 of the transcript: the first 8 bytes, big-endian, modulo 1,000,000. */
export function pairingDigits(transcriptSha256: Uint8Array): string {
  const view = new DataView(transcriptSha256.buffer, transcriptSha256.byteOffset, transcriptSha256.byteLength)
  return (view.getBigUint64(0) % 1_000_000n).toString().padStart(6, '0')
}
