import { constants, privateEncrypt, publicDecrypt, type KeyObject } from 'node:crypto'
import type { SignatureScheme } from './key-source.ts'

type DigestName = SignatureScheme['digest']

/** DER of DigestInfo before the digest itself (RFC 8017, section 9.2, note 1). */
const prefixes: Record<DigestName, Buffer> = {
  sha256: Buffer.from('3031300d060960864801650304020105000420', 'hex'),
  sha384: Buffer.from('3041300d060960864801650304020205000430', 'hex'),
  sha512: Buffer.from('3051300d060960864801650304020305000440', 'hex'),
}

export function digestInfo(digest: Uint8Array, name: DigestName = 'sha256'): Buffer {
  return Buffer.concat([prefixes[name], digest])
}

/** RSASSA-PKCS1-v1_5 over a digest that is already there. */
export function signPkcs1(key: KeyObject, digest: Uint8Array, name: DigestName = 'sha256'): Uint8Array {
  return privateEncrypt({ key, padding: constants.RSA_PKCS1_PADDING }, digestInfo(digest, name))
}

export function verifyPkcs1(key: KeyObject, digest: Uint8Array, signature: Uint8Array, name: DigestName = 'sha256'): boolean {
  try {
    return publicDecrypt({ key, padding: constants.RSA_PKCS1_PADDING }, signature).equals(digestInfo(digest, name))
  } catch {
    // Bytes that do not even unpad are no signature of this key.
    return false
  }
}
