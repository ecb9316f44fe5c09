import { constants, createHash, verify, X509Certificate } from 'node:crypto'
import pkcs11js from 'pkcs11js'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { refusal } from '../../../../shared/errors.ts'
import type { KeyInfo, KeySource, SignatureScheme, UnlockedKey } from '../../../../agent/token/key-source.ts'
import { canaryPin } from '../../../support/canary-pins.ts'
import { makeCertificate, makeKeyFile, makeSuiteFolder } from '../../../support/own-certificate.ts'
import { faultTools, useFaultyToken } from './faulty-token.ts'
import { missingTools, openSource, prompt, refusedBy } from './token-rig.ts'

const { folder, remove } = makeSuiteFolder()
afterAll(remove)

const digests = ['sha256', 'sha384', 'sha512'] as const
const rsa = ['rsa:2048', 'rsa:3072', 'rsa:4096'] as const
const curves = ['P-256', 'P-384'] as const
const saltBytes = { sha256: 32, sha384: 48, sha512: 64 }
const message = Buffer.from('Công văn số 12/UBND-VP')

const schemes = digests.flatMap((digest) => [{ digest, padding: 'pkcs1' }, { digest, padding: 'pss' }] as const satisfies SignatureScheme[])

async function unlockWith(source: KeySource, scheme: SignatureScheme, holder = 'Nguyễn Văn An'): Promise<{ key: UnlockedKey; info: KeyInfo }> {
  const info = (await source.list()).keys.find(({ certificate }) => new X509Certificate(certificate).subject.includes(holder))
  if (info === undefined) throw new Error(`no key of ${holder}`)
  const authorisation = await source.authorise(info.certificateSha256, prompt, undefined, scheme)
  if (authorisation.state !== 'now') throw new Error('the key has to wait')
  return { key: authorisation.key, info }
}

/** node:crypto hashes and verifies by itself: nothing of ours takes part. */
async function expectSignature({ key, info }: { key: UnlockedKey; info: KeyInfo }): Promise<void> {
  const { digest, padding } = key.scheme
  const signature = await key.sign(createHash(digest).update(message).digest())
  const { publicKey } = new X509Certificate(info.certificate)
  const how = padding === 'pss' && info.algorithm === 'rsa' ? { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: saltBytes[digest] } : {}
  expect(verify(digest, message, { key: publicKey, ...how }, signature)).toBe(true)
}

describe.skipIf(missingTools(...faultTools))('how a token signs', () => {
  const faulty = useFaultyToken(folder)
  beforeAll(() => {
    for (const [index, key] of [...rsa.slice(1), ...curves].entries()) {
      faulty.token.add({ id: `1${index}`, label: key, ...makeCertificate(folder, `more${index}`, { key, holder: `Khóa ${key}` }) })
    }
  })
  const holderOf = (key: string): string => (key === 'rsa:2048' ? 'Nguyễn Văn An' : `Khóa ${key}`)

  test.each(rsa.flatMap((key) => schemes.map((scheme) => ({ key, ...scheme }))))('$key, $digest, $padding', async ({ key, digest, padding }) => {
    const unlocked = await unlockWith(faulty.open().source, { digest, padding }, holderOf(key))
    expect(unlocked.key.scheme).toEqual({ digest, padding })
    for (let round = 0; round < 2; round++) await expectSignature(unlocked)
  })

  test.each(curves.flatMap((key) => digests.map((digest) => ({ key, digest }))))('$key, $digest', async ({ key, digest }) => {
    await expectSignature(await unlockWith(faulty.open().source, { digest, padding: 'pkcs1' }, holderOf(key)))
  })

  test.each([
    ['does not list PSS', { hide_mechanism: pkcs11js.CKM_RSA_PKCS_PSS }],
    ['lists PSS and refuses it', { refuse_mechanism: pkcs11js.CKM_RSA_PKCS_PSS }],
    ['does not tell its list', { fn: 'C_GetMechanismList', mode: 'error', rv: pkcs11js.CKR_FUNCTION_NOT_SUPPORTED }],
  ] as const)('a token that %s signs by PKCS#1 v1.5, and says so', async (_, orders) => {
    faulty.order(orders)
    const unlocked = await unlockWith(faulty.open().source, { digest: 'sha384', padding: 'pss' })
    expect(unlocked.key.scheme).toEqual({ digest: 'sha384', padding: 'pkcs1' })
    await expectSignature(unlocked)
    expect(faulty.logins()).toBe('u')
  })

  test('a token that does not list what it can do signs all the same', async () => {
    faulty.order({ hide_mechanism: pkcs11js.CKM_RSA_PKCS })
    await expectSignature(await unlockWith(faulty.open().source, { digest: 'sha256', padding: 'pkcs1' }))
  })

  test('a token that accepts PSS and fails in it is told as failing, not answered with another scheme', async () => {
    const unlocked = await unlockWith(faulty.open().source, { digest: 'sha256', padding: 'pss' })
    faulty.order({ refuse_mechanism: pkcs11js.CKM_RSA_PKCS_PSS })
    expect(await refusedBy(expectSignature(unlocked))).toEqual(refusal('token-failed', { token: 'VGCA-TEST', returnValue: 'CKR_MECHANISM_INVALID' }))
  })

  test('a key that always wants the PIN signs by PSS as well', async () => {
    faulty.order({ always_auth: 1 })
    const unlocked = await unlockWith(faulty.open().source, { digest: 'sha256', padding: 'pss' })
    for (let round = 0; round < 2; round++) await expectSignature(unlocked)
    expect(faulty.logins()).toBe('ucc')
  })

  test('what is no digest of the scheme never reaches the token: SHA-1 least of all', async () => {
    const { key } = await unlockWith(faulty.open().source, { digest: 'sha256', padding: 'pkcs1' })
    for (const name of ['sha1', 'sha384']) await expect(key.sign(createHash(name).update(message).digest())).rejects.toThrow(RangeError)
  })
})

describe.skipIf(missingTools('openssl'))('how a key file signs', () => {
  test.each([...schemes.map((scheme) => ({ key: 'rsa:2048' as const, ...scheme })), { key: 'P-256' as const, digest: 'sha512' as const, padding: 'pkcs1' as const }])(
    '$key, $digest, $padding',
    async ({ key, ...scheme }) => {
      const name = `file-${key.replace(':', '')}-${scheme.digest}-${scheme.padding}`
      const pin = canaryPin()
      const { source } = openSource({ pin }, { keyFiles: [makeKeyFile(folder, name, makeCertificate(folder, name, { key }), pin)] })
      const unlocked = await unlockWith(source, scheme)
      expect(unlocked.key.scheme).toEqual(scheme)
      await expectSignature(unlocked)
    },
  )
})
