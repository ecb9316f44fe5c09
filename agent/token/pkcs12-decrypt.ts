import { createDecipheriv, createHash, pbkdf2Sync } from 'node:crypto'
import forge from 'node-forge'
import { hashNamed, integerOf, nodeAt, octetsOf, oidOf, partsOf, type Asn1 } from './pkcs12-asn1.ts'

/** The same typed password in the two encodings that the schemes want. */
export interface Password {
  bmp: Buffer
  utf8: Buffer
}

export class PasswordMismatch extends Error {
  override readonly name = 'PasswordMismatch'
}

export class UnknownScheme extends Error {
  override readonly name = 'UnknownScheme'
}

interface Cipher {
  name: 'aes-128-cbc' | 'aes-192-cbc' | 'aes-256-cbc' | 'des-ede3-cbc' | 'rc2-cbc'
  keyBytes: number
}

/** The schemes of RFC 7292, appendix C, that are in use. Their vectors have 8 bytes. */
const pkcs12Schemes: Record<string, Cipher> = {
  '1.2.840.113549.1.12.1.3': { name: 'des-ede3-cbc', keyBytes: 24 },
  '1.2.840.113549.1.12.1.5': { name: 'rc2-cbc', keyBytes: 16 },
  '1.2.840.113549.1.12.1.6': { name: 'rc2-cbc', keyBytes: 5 },
}

const pbes2Ciphers: Record<string, Cipher> = {
  '2.16.840.1.101.3.4.1.2': { name: 'aes-128-cbc', keyBytes: 16 },
  '2.16.840.1.101.3.4.1.22': { name: 'aes-192-cbc', keyBytes: 24 },
  '2.16.840.1.101.3.4.1.42': { name: 'aes-256-cbc', keyBytes: 32 },
  '1.2.840.113549.3.7': { name: 'des-ede3-cbc', keyBytes: 24 },
}

const oids = { pbes2: '1.2.840.113549.1.5.13', pbkdf2: '1.2.840.113549.1.5.12' }

/** @throws PasswordMismatch where the padding says so, UnknownScheme */
export function decryptContent(algorithm: Asn1, encrypted: Buffer, password: Password): Buffer {
  const [id, parameters] = partsOf(algorithm)
  const scheme = oidOf(nodeAt(id))
  return scheme === oids.pbes2 ? decryptPbes2(nodeAt(parameters), encrypted, password) : decryptPkcs12(scheme, nodeAt(parameters), encrypted, password)
}

/** PBES2 with PBKDF2 (RFC 8018, section 6.2). The standard leaves the encoding open: UTF-8 is usual, UTF-16 exists. */
function decryptPbes2(parameters: Asn1, encrypted: Buffer, { utf8, bmp }: Password): Buffer {
  const [derivation, encryption] = partsOf(parameters)
  const [derivationId, derivationParameters] = partsOf(nodeAt(derivation))
  const [cipherId, vector] = partsOf(nodeAt(encryption))
  const cipher = pbes2Ciphers[oidOf(nodeAt(cipherId))]
  if (cipher === undefined || oidOf(nodeAt(derivationId)) !== oids.pbkdf2) throw new UnknownScheme('an encryption that is not known here')
  const [salt, iterations, ...options] = partsOf(nodeAt(derivationParameters))
  // keyLength and prf are both optional; only prf is a SEQUENCE.
  const prf = options.find(({ type }) => type === forge.asn1.Type.SEQUENCE)
  const hash = prf === undefined ? 'sha1' : hashNamed(oidOf(nodeAt(partsOf(prf)[0])))
  if (hash === undefined) throw new UnknownScheme('a pseudo-random function that is not known here')
  const decrypt = (secret: Buffer): Buffer => {
    const key = pbkdf2Sync(secret, octetsOf(nodeAt(salt)), integerOf(nodeAt(iterations)), cipher.keyBytes, hash)
    return decipher(cipher, key, octetsOf(nodeAt(vector)), encrypted)
  }
  try {
    return decrypt(utf8)
  } catch (cause) {
    if (!(cause instanceof PasswordMismatch)) throw cause
    return decrypt(bmp)
  }
}

function decryptPkcs12(scheme: string, parameters: Asn1, encrypted: Buffer, { bmp }: Password): Buffer {
  const cipher = pkcs12Schemes[scheme]
  if (cipher === undefined) throw new UnknownScheme(`an encryption that is not known here: ${scheme}`)
  const [salt, iterations] = partsOf(parameters)
  const derive = (purpose: number, sizeBytes: number): Buffer =>
    pkcs12Key(bmp, octetsOf(nodeAt(salt)), purpose, integerOf(nodeAt(iterations)), sizeBytes, 'sha1')
  return decipher(cipher, derive(1, cipher.keyBytes), derive(2, 8), encrypted)
}

function decipher(cipher: Cipher, key: Buffer, vector: Buffer, encrypted: Buffer): Buffer {
  const plain = cipher.name === 'rc2-cbc' ? decipherRc2(key, vector, encrypted) : decipherBlocks(cipher.name, key, vector, encrypted)
  // Both kinds of content are a SEQUENCE; padding alone is right by chance once in 256 times.
  if (plain[0] !== 0x30) throw new PasswordMismatch('what comes out makes no sense')
  return plain
}

function decipherBlocks(name: string, key: Buffer, vector: Buffer, encrypted: Buffer): Buffer {
  const decipher = createDecipheriv(name, key, vector)
  try {
    return Buffer.concat([decipher.update(encrypted), decipher.final()])
  } catch (cause) {
    throw new PasswordMismatch('the padding is wrong', { cause })
  }
}

/** node:crypto no longer has this cipher, which older programs still use for certificates. */
function decipherRc2(key: Buffer, vector: Buffer, encrypted: Buffer): Buffer {
  const decipher = forge.rc2.createDecryptionCipher(key.toString('latin1'), key.length * 8)
  decipher.start(vector.toString('latin1'))
  decipher.update(forge.util.createBuffer(encrypted.toString('latin1')))
  if (!decipher.finish()) throw new PasswordMismatch('the padding is wrong')
  return Buffer.from(decipher.output.getBytes(), 'latin1')
}

/**
 * Key derivation of RFC 7292, appendix B.2.
 * @param purpose 1 key, 2 vector, 3 MAC
 */
export function pkcs12Key(password: Buffer, salt: Buffer, purpose: number, iterations: number, sizeBytes: number, hash: string): Buffer {
  if (iterations < 1) throw new RangeError('fewer than one iteration')
  const blockBytes = hash === 'sha384' || hash === 'sha512' ? 128 : 64
  const diversifier = Buffer.alloc(blockBytes, purpose)
  const input = Buffer.concat([fillBlocks(salt, blockBytes), fillBlocks(password, blockBytes)])
  const derived: Buffer[] = []
  for (let length = 0; length < sizeBytes; length += derived.at(-1)?.length ?? 0) {
    let block = createHash(hash).update(diversifier).update(input).digest()
    for (let round = 1; round < iterations; round++) block = createHash(hash).update(block).digest()
    derived.push(block)
    const addend = fillBlocks(block, blockBytes).subarray(0, blockBytes)
    for (let offset = 0; offset < input.length; offset += blockBytes) addPlusOne(input.subarray(offset, offset + blockBytes), addend)
  }
  return Buffer.concat(derived).subarray(0, sizeBytes)
}

/** The bytes over and over, up to a whole number of blocks; nothing stays nothing. */
function fillBlocks(bytes: Buffer, blockBytes: number): Buffer {
  const sizeBytes = Math.ceil(bytes.length / blockBytes) * blockBytes
  return sizeBytes === 0 ? Buffer.alloc(0) : Buffer.alloc(sizeBytes, bytes)
}

/** block = block + addend + 1, as big-endian numbers modulo their size. */
function addPlusOne(block: Buffer, addend: Buffer): void {
  let carry = 1
  for (let index = block.length - 1; index >= 0; index--) {
    carry += (block[index] ?? 0) + (addend[index] ?? 0)
    block[index] = carry & 0xff
    carry >>= 8
  }
}
