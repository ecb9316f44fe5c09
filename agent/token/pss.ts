import { constants, createHash, privateDecrypt, publicEncrypt, randomBytes, type KeyObject } from 'node:crypto'
import type { SignatureScheme } from './key-source.ts'

/**
 * RSASSA-PSS over a digest that is already there (RFC 8017, sections 8.1 and 9.1), with MGF1 and a salt of the digest's
 * length. node:crypto signs and verifies messages only; the bare RSA operation is its own.
 */
type DigestName = SignatureScheme['digest']

export function signPss(key: KeyObject, digest: Uint8Array, name: DigestName): Uint8Array {
  return privateDecrypt({ key, padding: constants.RSA_NO_PADDING }, encode(digest, randomBytes(digest.length), sizesOf(key), name))
}

export function verifyPss(key: KeyObject, digest: Uint8Array, signature: Uint8Array, name: DigestName): boolean {
  try {
    return isEncoded(publicEncrypt({ key, padding: constants.RSA_NO_PADDING }, signature), digest, sizesOf(key), name)
  } catch {
    // A number that is not below the modulus, or of another length, is no signature of this key.
    return false
  }
}

interface Sizes {
  /** Of the modulus. */
  bytes: number
  /** Bits at the front of the encoded message that must be zero. */
  zeroBits: number
}

function sizesOf({ asymmetricKeyDetails }: KeyObject): Sizes {
  const bits = asymmetricKeyDetails?.modulusLength ?? 0
  const bytes = Math.ceil(bits / 8)
  return { bytes, zeroBits: 8 * bytes - (bits - 1) }
}

function encode(digest: Uint8Array, salt: Uint8Array, { bytes, zeroBits }: Sizes, name: DigestName): Buffer {
  const hash = hashOf(digest, salt, name)
  const block = Buffer.alloc(bytes - hash.length - 1)
  block[block.length - salt.length - 1] = 1
  block.set(salt, block.length - salt.length)
  const masked = exclusiveOr(block, mask(hash, block.length, name))
  masked[0] = (masked[0] ?? 0) & (0xff >> zeroBits)
  return Buffer.concat([masked, hash, Buffer.of(0xbc)])
}

function isEncoded(message: Buffer, digest: Uint8Array, { bytes, zeroBits }: Sizes, name: DigestName): boolean {
  const blockBytes = bytes - digest.length - 1
  const masked = message.subarray(0, blockBytes)
  if (message.at(-1) !== 0xbc || ((masked[0] ?? 0) & ~(0xff >> zeroBits) & 0xff) !== 0) return false
  const hash = message.subarray(blockBytes, -1)
  const block = exclusiveOr(masked, mask(hash, blockBytes, name))
  return encode(digest, block.subarray(blockBytes - digest.length), { bytes, zeroBits }, name).equals(message)
}

function hashOf(digest: Uint8Array, salt: Uint8Array, name: DigestName): Buffer {
  return createHash(name).update(Buffer.alloc(8)).update(digest).update(salt).digest()
}

/** MGF1 (RFC 8017, B.2.1). */
function mask(seed: Uint8Array, bytes: number, name: DigestName): Buffer {
  const parts: Buffer[] = []
  for (let counter = 0; 32 * parts.length < bytes; counter++) {
    const count = Buffer.alloc(4)
    count.writeUInt32BE(counter)
    parts.push(createHash(name).update(seed).update(count).digest())
  }
  return Buffer.concat(parts).subarray(0, bytes)
}

function exclusiveOr(a: Uint8Array, b: Uint8Array): Buffer {
  return Buffer.from(a.map((byte, index) => byte ^ (b[index] ?? 0)))
}
