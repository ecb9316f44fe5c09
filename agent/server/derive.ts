import { createECDH, createHash, createHmac, hkdfSync, timingSafeEqual, type ECDH } from 'node:crypto'
import { helloTranscript, type HelloTranscript } from '../../shared/protocol/hello.ts'
import { pairingDigits, pairingTranscript, ticketProofText, type PairingTranscript } from '../../shared/protocol/pair.ts'

/** What both ends of the link compute alike. docs/protocol.md, "Pairing" and "Hello". */

export function newKeyPair(): ECDH {
  const pair = createECDH('prime256v1')
  pair.generateKeys()
  return pair
}

/** SHA-256 over the base64 text of the key, a newline and the nonce, hexadecimal. */
export function commitmentTo(publicKey: string, nonce: string): string {
  return createHash('sha256').update(`${publicKey}\n${nonce}`).digest('hex')
}

export function digitsOf(transcript: PairingTranscript): string {
  return pairingDigits(createHash('sha256').update(pairingTranscript(transcript)).digest())
}

/**
 * HKDF-SHA-256 (RFC 5869) over the x-coordinate of the shared point, no salt, the transcript as info: 32 bytes.
 * Throws where the other key is no point of P-256.
 */
export function pairingKeyOf(ownKeys: ECDH, theirPublicKey: string, transcript: PairingTranscript): Buffer {
  const secret = ownKeys.computeSecret(theirPublicKey, 'base64')
  return Buffer.from(hkdfSync('sha256', secret, '', pairingTranscript(transcript), 32))
}

/** HMAC-SHA-256 of one side's hello, hexadecimal. */
export function proofOf(role: 'agent' | 'extension', key: Uint8Array, transcript: HelloTranscript): string {
  return createHmac('sha256', key).update(helloTranscript(role, transcript)).digest('hex')
}

/** HMAC-SHA-256 with the secret of a ticket, hexadecimal. */
export function ticketProofOf(role: 'agent' | 'extension', secret: string, ticketId: string, transcript: PairingTranscript): string {
  return createHmac('sha256', Buffer.from(secret, 'hex')).update(ticketProofText(role, ticketId, transcript)).digest('hex')
}

/** Compares two digests (64 hexadecimal digits each) in constant time. */
export function sameDigest(one: string, other: string): boolean {
  return timingSafeEqual(Buffer.from(one, 'hex'), Buffer.from(other, 'hex'))
}
