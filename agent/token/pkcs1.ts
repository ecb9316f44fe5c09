import { constants, privateEncrypt, publicDecrypt, type KeyObject } from 'node:crypto'

/** DER of DigestInfo (RFC 8017, section 9.2, note 1) for SHA-256, before the digest itself. */
const sha256Prefix = Uint8Array.of(0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0x04, 0x20)

export function digestInfo(digestSha256: Uint8Array): Buffer {
  return Buffer.concat([sha256Prefix, digestSha256])
}

/** RSASSA-PKCS1-v1_5 over a digest that is already there. */
export function signPkcs1(key: KeyObject, digestSha256: Uint8Array): Uint8Array {
  return privateEncrypt({ key, padding: constants.RSA_PKCS1_PADDING }, digestInfo(digestSha256))
}

export function verifyPkcs1(key: KeyObject, digestSha256: Uint8Array, signature: Uint8Array): boolean {
  try {
    return publicDecrypt({ key, padding: constants.RSA_PKCS1_PADDING }, signature).equals(digestInfo(digestSha256))
  } catch {
    // Bytes that do not even unpad are no signature of this key.
    return false
  }
}
