import * as v from 'valibot'
import { label, nonce, refusal, sha256, uuid } from './fields.ts'

/**
 * The first words of every connection. Each side proves that it holds the pairing key; the agent goes first,
 * so that the extension never sends a byte of a document to a program that merely sits on the port.
 *
 *     offer   version, pairingId, nonceE  →
 *                                         ← answer  version, nonceA, HMAC("agent", …)
 *     prove   HMAC("extension", …)        →
 *                                         ← ready
 */
export const HelloToAgent = v.variant('step', [
  v.strictObject({ kind: v.literal('hello'), step: v.literal('offer'), version: v.number(), pairingId: uuid, nonce }),
  v.strictObject({ kind: v.literal('hello'), step: v.literal('prove'), proof: sha256 }),
])
export type HelloToAgent = v.InferOutput<typeof HelloToAgent>

export const HelloToExtension = v.variant('step', [
  v.strictObject({ kind: v.literal('hello'), step: v.literal('answer'), version: v.number(), nonce, proof: sha256 }),
  v.strictObject({ kind: v.literal('hello'), step: v.literal('ready'), agentVersion: label }),
  v.strictObject({ kind: v.literal('hello'), step: v.literal('refused'), refusal }),
])
export type HelloToExtension = v.InferOutput<typeof HelloToExtension>

export interface HelloTranscript {
  version: number
  origin: string
  port: number
  pairingId: string
  extensionNonce: string
  agentNonce: string
}

/** The text under the HMAC-SHA-256 of `role`. The version is in it, so no one can talk both sides down. */
export function helloTranscript(role: 'agent' | 'extension', t: HelloTranscript): string {
  return ['antin hello', role, t.version, t.origin, t.port, t.pairingId, t.extensionNonce, t.agentNonce].join('\n')
}
