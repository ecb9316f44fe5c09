import { createPublicKey, X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { PasswordMismatch } from '../../../agent/token/pkcs12-decrypt.ts'
import { openBags, openWith, readContainer } from '../../../agent/token/pkcs12-reader.ts'
import { makeCertificate, makeKeyFile, makeSuiteFolder, type OwnCertificate } from '../../support/own-certificate.ts'

const { folder, remove } = makeSuiteFolder()
afterAll(remove)

const keys = ['rsa:2048', 'P-256', 'P-384'] as const
const passwords = ['123456', 'Mật-khẩu1', '']
/** How programs of the last twenty years wrote such files. */
const writers: Record<string, string[]> = {
  'openssl 3': [],
  'openssl -legacy (RC2-40 and 3DES, SHA-1)': ['-legacy'],
  '3DES throughout': ['-legacy', '-certpbe', 'PBE-SHA1-3DES', '-keypbe', 'PBE-SHA1-3DES'],
  'RC2-128': ['-legacy', '-certpbe', 'PBE-SHA1-RC2-128', '-keypbe', 'PBE-SHA1-3DES'],
  'AES-128 with a SHA-512 MAC': ['-certpbe', 'AES-128-CBC', '-keypbe', 'AES-128-CBC', '-macalg', 'sha512', '-iter', '3000'],
  'open certificates': ['-certpbe', 'NONE'],
  'no MAC': ['-nomac'],
}

const own = new Map<string, OwnCertificate>()
beforeAll(() => {
  for (const key of keys) own.set(key, makeCertificate(folder, key.replace(':', '-').toLowerCase(), { key }))
})

function certificateOf(key: string): OwnCertificate {
  const found = own.get(key)
  if (found === undefined) throw new Error(key)
  return found
}

function container(key: string, password: string, options: string[]): ReturnType<typeof readContainer> {
  return readContainer(readFileSync(makeKeyFile(folder, 'matrix', certificateOf(key), password, options)))
}

describe.each(Object.entries(writers))('%s', (_, options) => {
  test.each(keys.flatMap((key) => passwords.map((password) => [key, password] as const)))('%s, password "%s"', (key, password) => {
    const file = container(key, password, options)
    const { certificates, keys: found } = openWith(file, password)
    const certificate = new X509Certificate(certificateOf(key).certificatePem)
    expect(certificates.map((der) => der.toString('hex'))).toEqual([certificate.raw.toString('hex')])
    const spki = found.map((one) => createPublicKey(one).export({ format: 'der', type: 'spki' }).toString('hex'))
    expect(spki).toEqual([certificate.publicKey.export({ format: 'der', type: 'spki' }).toString('hex')])
    expect(() => openWith(file, `${password}x`)).toThrow(PasswordMismatch)
  })
})

test('certificates are listed without a password only where the file leaves them open', () => {
  expect(openBags(container('rsa:2048', '123456', [])).certificates).toHaveLength(0)
  expect(openBags(container('rsa:2048', '123456', ['-certpbe', 'NONE'])).certificates).toHaveLength(1)
})

test('what is damaged or something else is no key file', () => {
  const bytes = readFileSync(makeKeyFile(folder, 'damaged', certificateOf('rsa:2048'), '1'))
  expect(() => readContainer(bytes.subarray(0, bytes.length - 100))).toThrow(Error)
  expect(() => readContainer(Buffer.from('%PDF-1.7'))).toThrow(Error)
  expect(() => readContainer(new Uint8Array())).toThrow(Error)
  const tampered = Buffer.from(bytes)
  tampered[200] = (tampered[200] ?? 0) ^ 1
  expect(() => openWith(readContainer(tampered), '1')).toThrow(Error)
})
