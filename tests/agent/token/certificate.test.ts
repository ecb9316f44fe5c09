import { createHash, X509Certificate } from 'node:crypto'
import { afterAll, expect, test } from 'vitest'
import { certificateFacts, chainAbove, isSignatureOf, isWeak, whyUnusable } from '../../../agent/token/certificate.ts'
import { makeCertificate, makeSuiteFolder, openssl, type OwnCertificate } from '../../support/own-certificate.ts'
import { writeFileSync } from 'node:fs'
import path from 'node:path'

const { folder, remove } = makeSuiteFolder()
afterAll(remove)

function der({ certificatePem }: OwnCertificate): Uint8Array {
  return new X509Certificate(certificatePem).raw
}

test('the facts of a certificate are those that the clerk knows', () => {
  const facts = certificateFacts(der(makeCertificate(folder, 'facts')))
  expect(facts).toMatchObject({ holder: 'Nguyễn Văn An', organisation: 'Sở Nội vụ tỉnh Lai Châu', issuer: 'Nguyễn Văn An', key: 'RSA-2048' })
  expect(facts.serialNumber).toMatch(/^[0-9a-f]+$/)
  expect(facts.validTo.getTime() - facts.validFrom.getTime()).toBe(365 * 86_400_000)
})

test('a certificate is usable, too early, too late, too weak or not for signing', () => {
  // Certificates made below are valid from the second of their making.
  const now = new Date(Date.now() + 3_600_000)
  const good = der(makeCertificate(folder, 'good', { key: 'P-256' }))
  expect(whyUnusable(good, now)).toBeUndefined()
  expect(whyUnusable(good, new Date(now.getTime() - 2 * 86_400_000))).toMatchObject({ code: 'certificate-not-yet-valid', facts: { holder: 'Nguyễn Văn An' } })
  expect(whyUnusable(good, new Date(now.getTime() + 366 * 86_400_000))).toMatchObject({ code: 'certificate-expired' })
  const weak = der(makeCertificate(folder, 'weak', { key: 'rsa:1024' }))
  expect(isWeak(weak)).toBe(true)
  expect(whyUnusable(weak, now)).toMatchObject({ code: 'key-too-weak', facts: { key: 'RSA-1024' } })
  const wrongUse = der(makeCertificate(folder, 'wrong-use', { keyUsage: 'keyEncipherment' }))
  expect(whyUnusable(wrongUse, now)).toMatchObject({ code: 'certificate-not-for-signing' })
  expect(whyUnusable(der(makeCertificate(folder, 'only-non-repudiation', { keyUsage: 'nonRepudiation' })), now)).toBeUndefined()
})

test('a signature is one of this key over this digest, or none', () => {
  const message = path.join(folder, 'message')
  writeFileSync(message, 'nội dung')
  const digest = createHash('sha256').update('nội dung').digest()
  for (const key of ['rsa:2048', 'P-256', 'P-384'] as const) {
    const own = makeCertificate(folder, 'signer', { key })
    const out = path.join(folder, 'signature')
    openssl(['dgst', '-sha256', '-sign', own.keyFile, '-out', out, message])
    const signature = new Uint8Array(Buffer.from(openssl(['base64', '-A', '-in', out]), 'base64'))
    expect(isSignatureOf(der(own), digest, signature)).toBe(true)
    expect(isSignatureOf(der(own), createHash('sha256').update('anderes').digest(), signature)).toBe(false)
    expect(isSignatureOf(der(own), digest, signature.with(20, (signature[20] ?? 0) ^ 1))).toBe(false)
    expect(isSignatureOf(der(own), digest, new Uint8Array(signature.length))).toBe(false)
  }
})

test('the chain has the intermediates, nearest first, and neither the root nor strangers', () => {
  const file = (name: string): string => path.join(folder, name)
  const issue = (name: string, issuer: string | undefined, extension: string): X509Certificate => {
    openssl(['req', '-new', '-nodes', '-newkey', 'rsa:2048', '-keyout', file(`${name}.key`), '-out', file(`${name}.csr`), '-subj', `/CN=${name}`])
    writeFileSync(file(`${name}.ext`), extension)
    const signer = issuer === undefined ? ['-signkey', file(`${name}.key`)] : ['-CA', file(`${issuer}.crt`), '-CAkey', file(`${issuer}.key`), '-CAcreateserial']
    openssl(['x509', '-req', '-in', file(`${name}.csr`), '-out', file(`${name}.crt`), '-days', '9', '-extfile', file(`${name}.ext`), ...signer])
    return new X509Certificate(openssl(['x509', '-in', file(`${name}.crt`)]))
  }
  const root = issue('root', undefined, 'basicConstraints=critical,CA:TRUE\n')
  const upper = issue('upper', 'root', 'basicConstraints=critical,CA:TRUE\n')
  const lower = issue('lower', 'upper', 'basicConstraints=critical,CA:TRUE\n')
  const leaf = issue('leaf', 'lower', 'basicConstraints=critical,CA:FALSE\n')
  const stranger = issue('stranger', undefined, 'basicConstraints=critical,CA:TRUE\n')
  const names = chainAbove(leaf, [stranger, root, upper, leaf, lower]).map(({ subject }) => subject)
  expect(names).toEqual(['CN=lower', 'CN=upper'])
  expect(chainAbove(leaf, [root, upper])).toEqual([])
})
