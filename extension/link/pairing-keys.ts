import { helloTranscript, type HelloTranscript } from '../../shared/protocol/hello.ts'
import { pairingDigits, pairingTranscript, ticketProofText, type PairingTranscript } from '../../shared/protocol/pair.ts'
import { decodePiece, encodePiece } from '../../shared/messages/piece.ts'

/** What a pairing leaves behind. The key cannot be read out again, not even by the extension itself. */
export interface Pairing {
  pairingId: string
  /** HMAC-SHA-256, not extractable. */
  key: CryptoKey
  /** Where the agent answered last. */
  port: number
}

export interface OwnKey {
  privateKey: CryptoKey
  /** Uncompressed point, base64. */
  publicKey: string
}

const curve = { name: 'ECDH', namedCurve: 'P-256' } as const

export async function makeOwnKey(): Promise<OwnKey> {
  const pair = await crypto.subtle.generateKey(curve, false, ['deriveBits'])
  return { privateKey: pair.privateKey, publicKey: encodePiece(new Uint8Array(await crypto.subtle.exportKey('raw', pair.publicKey))) }
}

/** 32 random bytes, hexadecimal. */
export function makeNonce(): string {
  return hex(crypto.getRandomValues(new Uint8Array(32)))
}

/** SHA-256 over `publicKey \n nonce`: sent before the agent's key is seen. */
export async function commitment(publicKey: string, nonce: string): Promise<string> {
  return hex(await digest(`${publicKey}\n${nonce}`))
}

/** The six digits that the clerk compares. */
export async function digitsOf(transcript: PairingTranscript): Promise<string> {
  return pairingDigits(await digest(pairingTranscript(transcript)))
}

/** HKDF-SHA-256 (RFC 5869) over the shared x-coordinate, no salt, the transcript as info. */
export async function deriveKey(own: OwnKey, transcript: PairingTranscript): Promise<CryptoKey> {
  const agentKey = await crypto.subtle.importKey('raw', decodePiece(transcript.agentKey), curve, false, [])
  const shared = await crypto.subtle.deriveBits({ name: 'ECDH', public: agentKey }, own.privateKey, 256)
  const material = await crypto.subtle.importKey('raw', shared, 'HKDF', false, ['deriveKey'])
  const hkdf = { name: 'HKDF', hash: 'SHA-256', salt: new Uint8Array(), info: utf8(pairingTranscript(transcript)) }
  return crypto.subtle.deriveKey(hkdf, material, { name: 'HMAC', hash: 'SHA-256', length: 256 }, false, ['sign', 'verify'])
}

export async function prove(key: CryptoKey, role: 'agent' | 'extension', transcript: HelloTranscript): Promise<string> {
  return hex(new Uint8Array(await crypto.subtle.sign('HMAC', key, utf8(helloTranscript(role, transcript)))))
}

/** Compares in constant time. */
export function isProof(key: CryptoKey, role: 'agent' | 'extension', transcript: HelloTranscript, proof: string): Promise<boolean> {
  return crypto.subtle.verify('HMAC', key, bytesOf(proof), utf8(helloTranscript(role, transcript)))
}

/** HMAC-SHA-256 with the secret of a ticket. */
export async function ticketKey(secret: string): Promise<CryptoKey> {
  return crypto.subtle.importKey('raw', bytesOf(secret), { name: 'HMAC', hash: 'SHA-256' }, false, ['sign', 'verify'])
}

export async function proveTicket(key: CryptoKey, ticketId: string, transcript: PairingTranscript): Promise<string> {
  return hex(new Uint8Array(await crypto.subtle.sign('HMAC', key, utf8(ticketProofText('extension', ticketId, transcript)))))
}

/** Whether the agent holds the ticket too. Compares in constant time. */
export function isTicketProof(key: CryptoKey, ticketId: string, transcript: PairingTranscript, proof: string): Promise<boolean> {
  return crypto.subtle.verify('HMAC', key, bytesOf(proof), utf8(ticketProofText('agent', ticketId, transcript)))
}

export function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}

function bytesOf(hexadecimal: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from({ length: hexadecimal.length / 2 }, (_, index) => Number.parseInt(hexadecimal.slice(2 * index, 2 * index + 2), 16))
}

function utf8(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text)
}

async function digest(text: string): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.digest('SHA-256', utf8(text)))
}
