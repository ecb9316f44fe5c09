import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, sign, verify, type KeyObject } from 'node:crypto'
import { expect, test } from 'vitest'
import { readElement, readElements } from '../../../agent/token/der.ts'
import { ecdsaDer, signEcdsa, verifyEcdsa } from '../../../agent/token/ecdsa.ts'

const curves = ['P-256', 'P-384']
const message = Buffer.from('Quyết định số 12/QĐ-UBND')
const digest = createHash('sha256').update(message).digest()

function keyPair(namedCurve: string): { privateKey: KeyObject; publicKey: KeyObject } {
  return generateKeyPairSync('ec', { namedCurve })
}

test.each(curves)('%s: node:crypto verifies what is signed here', (curve) => {
  for (let round = 0; round < 20; round++) {
    const { privateKey, publicKey } = keyPair(curve)
    expect(verify('sha256', message, publicKey, signEcdsa(privateKey, digest))).toBe(true)
  }
})

test.each(curves)('%s: what node:crypto signs is valid here, and nothing near it', (curve) => {
  const { privateKey, publicKey } = keyPair(curve)
  for (let round = 0; round < 20; round++) {
    const value = sign('sha256', message, privateKey)
    expect(verifyEcdsa(publicKey, digest, value)).toBe(true)
    expect(verifyEcdsa(keyPair(curve).publicKey, digest, value)).toBe(false)
    expect(verifyEcdsa(publicKey, createHash('sha256').update('other').digest(), value)).toBe(false)
    const broken = Buffer.from(value)
    broken[broken.length - 1] = (broken.at(-1) ?? 0) ^ 1
    expect(verifyEcdsa(publicKey, digest, broken)).toBe(false)
  }
})

test.each(curves)('%s: a value of the key with the other sign is not valid', (curve) => {
  const { privateKey, publicKey } = keyPair(curve)
  const { x = '', y = '' } = publicKey.export({ format: 'jwk' })
  const p = curve === 'P-256' ? 2n ** 256n - 2n ** 224n + 2n ** 192n + 2n ** 96n - 1n : 2n ** 384n - 2n ** 128n - 2n ** 96n + 2n ** 32n - 1n
  const mirrored = Buffer.from((p - BigInt(`0x${Buffer.from(y, 'base64url').toString('hex')}`)).toString(16).padStart(curve === 'P-256' ? 64 : 96, '0'), 'hex')
  const mirror = createPublicKey({ format: 'jwk', key: { kty: 'EC', crv: curve, x, y: mirrored.toString('base64url') } })
  const value = sign('sha256', message, privateKey)
  expect(verifyEcdsa(mirror, digest, value)).toBe(false)
  expect(verifyEcdsa(publicKey, digest, value)).toBe(true)
})

test('the value of RFC 6979, A.2.5 (P-256, SHA-256, "sample") is valid', () => {
  const key = createPrivateKey({
    format: 'jwk',
    key: {
      kty: 'EC',
      crv: 'P-256',
      d: Buffer.from('c9afa9d845ba75166b5c215767b1d6934e50c3db36e89b127b8a622b120f6721', 'hex').toString('base64url'),
      x: Buffer.from('60fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6', 'hex').toString('base64url'),
      y: Buffer.from('7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299', 'hex').toString('base64url'),
    },
  })
  const raw = Buffer.from('efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8', 'hex')
  expect(verifyEcdsa(key, createHash('sha256').update('sample').digest(), ecdsaDer(raw))).toBe(true)
})

test('the raw value of a token becomes DER as short as it can be', () => {
  const raw = Buffer.alloc(64)
  raw[31] = 0x80
  raw[63] = 1
  expect(Buffer.from(ecdsaDer(raw)).toString('hex')).toBe('3007020200800' + '20101')
})

test.each([
  ['nothing', ''],
  ['no sequence', '0202'],
  ['one integer', '3003020101'],
  ['three integers', '3009020101020101020101'],
  ['a zero', '3006020100020101'],
  ['a negative one', '30060201ff020101'],
  ['a length beyond the end', '300f020101020101'],
  ['an equal pair, which reaches the key itself', '3006020101020101'],
])('%s is not a value', (_, hex) => {
  expect(verifyEcdsa(keyPair('P-256').publicKey, digest, Buffer.from(hex, 'hex'))).toBe(false)
})

test('DER that lies about its lengths is refused', () => {
  expect(() => readElements(Buffer.from('308001', 'hex'))).toThrow(RangeError)
  expect(() => readElements(Buffer.from('30', 'hex'))).toThrow(RangeError)
  expect(() => readElement(Buffer.from('02010102', 'hex'), 2)).toThrow(RangeError)
})
