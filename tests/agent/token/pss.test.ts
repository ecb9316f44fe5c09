import { constants, createHash, generateKeyPairSync, sign, verify } from 'node:crypto'
import { expect, test } from 'vitest'
import { signPss, verifyPss } from '../../../agent/token/pss.ts'

const message = Buffer.from('Quyết định số 12/QĐ-UBND')
const digests = [['sha256', 32], ['sha384', 48], ['sha512', 64]] as const
// The second one has a modulus that does not fill its first byte.
const keys = [2_048, 2_050, 3_072].map((modulusLength) => generateKeyPairSync('rsa', { modulusLength }))
const cases = digests.flatMap(([name, saltLength]) => keys.map((pair) => ({ name, saltLength, pair, bits: pair.publicKey.asymmetricKeyDetails?.modulusLength })))

test.each(cases)('$name, $bits bits: node:crypto verifies what is signed here', ({ name, saltLength, pair }) => {
  const value = signPss(pair.privateKey, createHash(name).update(message).digest(), name)
  expect(verify(name, message, { key: pair.publicKey, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength }, value)).toBe(true)
})

test.each(cases)('$name, $bits bits: what node:crypto signs is valid here, and nothing near it', ({ name, saltLength, pair }) => {
  const digest = createHash(name).update(message).digest()
  const value = sign(name, message, { key: pair.privateKey, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength })
  expect(verifyPss(pair.publicKey, digest, value, name)).toBe(true)
  expect(verifyPss(pair.publicKey, createHash(name).update('other').digest(), value, name)).toBe(false)
  expect(verifyPss(pair.publicKey, digest, value.subarray(1), name)).toBe(false)
  expect(verifyPss(pair.publicKey, digest, Buffer.alloc(value.length, 0xff), name)).toBe(false)
  const broken = Buffer.from(value)
  broken[9] = (broken[9] ?? 0) ^ 1
  expect(verifyPss(pair.publicKey, digest, broken, name)).toBe(false)
  const unsalted = sign(name, message, { key: pair.privateKey, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 0 })
  expect(verifyPss(pair.publicKey, digest, unsalted, name)).toBe(false)
  expect(verifyPss(pair.publicKey, digest, sign(name, message, pair.privateKey), name)).toBe(false)
})
