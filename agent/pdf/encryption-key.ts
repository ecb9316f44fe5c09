import { createCipheriv, createDecipheriv, createHash } from 'node:crypto'

/** What the file key is made of (ISO 32000-2, tables 20 and 21). */
export interface KeyFacts {
  readonly revision: number
  readonly keyBytes: number
  readonly ownerEntry: Uint8Array
  readonly userEntry: Uint8Array
  /** /UE and /OE, revisions 5 and 6. */
  readonly userKeyEntry: Uint8Array
  readonly ownerKeyEntry: Uint8Array
  readonly permissions: number
  readonly firstId: Uint8Array
  readonly encryptsMetadata: boolean
}

/** Table 20, note to algorithm 2: what an empty password is filled up with. */
const padding = Buffer.from('28bf4e5e4e758a4164004e56fffa01082e2e00b6d0683e802f0ca9fe6453697a', 'hex')

export interface FileKey {
  readonly key: Uint8Array
  /** The empty password is the owner's, whom no permission binds. */
  readonly isOwner: boolean
}

/** The file key for the empty password, as the owner's or the user's; undefined when the document has others. */
export function fileKeyOf(facts: KeyFacts): FileKey | undefined {
  const owner = facts.revision >= 5 ? modernKey(facts, 'owner') : classicKey(facts, ownersUserPassword(facts))
  if (owner !== undefined) return { key: owner, isOwner: true }
  const user = facts.revision >= 5 ? modernKey(facts, 'user') : classicKey(facts, padding)
  return user === undefined ? undefined : { key: user, isOwner: false }
}

/** Algorithm 7: what /O becomes under the empty owner password is the user's, if the owner's is empty. */
function ownersUserPassword({ revision, keyBytes, ownerEntry }: KeyFacts): Uint8Array {
  let hash = md5(padding)
  for (let round = 0; revision >= 3 && round < 50; round++) hash = md5(hash)
  const key = hash.subarray(0, keyBytes)
  let password = ownerEntry.subarray(0, 32)
  for (let round = revision === 2 ? 0 : 19; round >= 0; round--) password = rc4(key.map((byte) => byte ^ round), password)
  return password
}

/** Algorithms 2, 4, 5 and 6 (7.6.4.3 and 7.6.4.4). @param password filled up to 32 bytes */
function classicKey(facts: KeyFacts, password: Uint8Array): Uint8Array | undefined {
  const { revision, keyBytes, userEntry } = facts
  const permissions = Buffer.alloc(4)
  permissions.writeInt32LE(facts.permissions | 0)
  const seed = [password, facts.ownerEntry.subarray(0, 32), permissions, facts.firstId]
  if (revision >= 4 && !facts.encryptsMetadata) seed.push(Buffer.alloc(4, 0xff))
  let key = md5(...seed).subarray(0, keyBytes)
  for (let round = 0; revision >= 3 && round < 50; round++) key = md5(key).subarray(0, keyBytes)

  let expected: Uint8Array = revision === 2 ? padding : md5(padding, facts.firstId)
  for (let round = 0; round < (revision === 2 ? 1 : 20); round++) expected = rc4(key.map((byte) => byte ^ round), expected)
  return sameBytes(expected, userEntry.subarray(0, expected.length)) ? key : undefined
}

/** Algorithms 2.A and 2.B (7.6.4.3.3 and 7.6.4.3.4): /U and /O are hash, validation salt, key salt; the owner's is salted with /U, too. */
function modernKey({ revision, userEntry, userKeyEntry, ownerEntry, ownerKeyEntry }: KeyFacts, whose: 'owner' | 'user'): Uint8Array | undefined {
  const [entry, keyEntry] = whose === 'owner' ? [ownerEntry, ownerKeyEntry] : [userEntry, userKeyEntry]
  if (entry.length < 48 || keyEntry.length < 32) return undefined
  const more = whose === 'owner' ? userEntry.subarray(0, 48) : new Uint8Array(0)
  const hash = (salt: Uint8Array) => (revision === 5 ? sha(256, Buffer.concat([salt, more])) : hardenedHash(salt, more))
  if (!sameBytes(hash(entry.subarray(32, 40)), entry.subarray(0, 32))) return undefined
  const decipher = createDecipheriv('aes-256-cbc', hash(entry.subarray(40, 48)), Buffer.alloc(16)).setAutoPadding(false)
  return new Uint8Array(Buffer.concat([decipher.update(keyEntry.subarray(0, 32)), decipher.final()]))
}

/** Algorithm 2.B for the empty password. */
function hardenedHash(salt: Uint8Array, more: Uint8Array): Uint8Array {
  let key = sha(256, Buffer.concat([salt, more]))
  for (let round = 0; ; round++) {
    const repeated = Buffer.concat(Array.from({ length: 64 }, () => [key, more]).flat())
    const cipher = createCipheriv('aes-128-cbc', key.subarray(0, 16), key.subarray(16, 32)).setAutoPadding(false)
    const encrypted = Buffer.concat([cipher.update(repeated), cipher.final()])
    const remainder = encrypted.subarray(0, 16).reduce((sum, byte) => sum + byte, 0) % 3
    key = sha(remainder === 0 ? 256 : remainder === 1 ? 384 : 512, encrypted)
    if (round >= 63 && (encrypted.at(-1) ?? 0) <= round + 1 - 32) return key.subarray(0, 32)
  }
}

export function md5(...parts: Uint8Array[]): Uint8Array {
  const hash = createHash('md5')
  for (const part of parts) hash.update(part)
  return new Uint8Array(hash.digest())
}

function sha(bits: 256 | 384 | 512, bytes: Uint8Array): Uint8Array {
  return new Uint8Array(createHash(`sha${bits}`).update(bytes).digest())
}

function sameBytes(one: Uint8Array, other: Uint8Array): boolean {
  return Buffer.from(one).equals(other)
}

/** Encrypts and decrypts alike. OpenSSL 3 has it in a legacy provider only. */
export function rc4(key: Uint8Array, data: Uint8Array): Uint8Array {
  const state = Uint8Array.from({ length: 256 }, (_, index) => index)
  const swap = (one: number, other: number) => {
    const kept = state[one] ?? 0
    state[one] = state[other] ?? 0
    state[other] = kept
  }
  for (let index = 0, mixed = 0; index < 256; index++) {
    mixed = (mixed + (state[index] ?? 0) + (key[index % key.length] ?? 0)) & 0xff
    swap(index, mixed)
  }
  const output = new Uint8Array(data.length)
  for (let index = 0, one = 0, other = 0; index < data.length; index++) {
    one = (one + 1) & 0xff
    other = (other + (state[one] ?? 0)) & 0xff
    swap(one, other)
    output[index] = (data[index] ?? 0) ^ (state[((state[one] ?? 0) + (state[other] ?? 0)) & 0xff] ?? 0)
  }
  return output
}
