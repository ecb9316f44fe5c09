import { X509Certificate } from 'node:crypto'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { refusal } from '../../../../shared/errors.ts'
import { makeCertificate, makeSuiteFolder } from '../../../support/own-certificate.ts'
import { makeSoftHsm, type SoftHsm } from '../../../support/softhsm.ts'
import { missingTools, openSource, refusedBy, signSomething, unlockKey } from './token-rig.ts'

const { folder, remove } = makeSuiteFolder()
afterAll(remove)

describe.skipIf(missingTools('softhsm2', 'softhsm2-util', 'pkcs11-tool', 'openssl'))('a token of SoftHSM2', () => {
  let token: SoftHsm
  const kinds = [['01', 'rsa:2048'], ['02', 'rsa:3072'], ['03', 'P-256'], ['04', 'P-384']] as const
  const fingerprints = new Map<string, string>()
  const holderOf = (kind: string): string => `Người giữ khóa ${kind}`

  beforeAll(() => {
    token = makeSoftHsm(folder)
    for (const [id, key] of kinds) {
      const own = makeCertificate(folder, id, { key, holder: holderOf(key) })
      token.add({ id, label: key, ...own })
      fingerprints.set(key, new X509Certificate(own.certificatePem).fingerprint256)
    }
    token.addCertificate({ id: '09', label: 'no key', certificateFile: makeCertificate(folder, '09', { holder: 'Không có khóa' }).certificateFile })
  })
  beforeEach(() => void vi.stubEnv('SOFTHSM2_CONF', token.environment.SOFTHSM2_CONF))
  afterEach(() => void vi.unstubAllEnvs())

  const holding = (kind: string) => ({ certificate }: { certificate: Uint8Array }): boolean => new X509Certificate(certificate).fingerprint256 === fingerprints.get(kind)

  test('certificates are listed without a PIN, the spare slot is not', async () => {
    const { source, clerk } = openSource({}, { modules: [token.module] })
    const { keys, problems } = await source.list()
    expect(problems).toEqual([])
    expect(keys.map(({ algorithm }) => algorithm).toSorted()).toEqual(['ecdsa-p256', 'ecdsa-p384', 'rsa', 'rsa', 'rsa'])
    expect(new Set(keys.map(({ tokenLabel }) => tokenLabel))).toEqual(new Set(['VGCA-TEST']))
    expect(keys[0]?.tokenSerial).toMatch(/^[0-9a-f]+$/)
    expect(clerk.saw()).toEqual([])
  })

  test.each(kinds.map(([, kind]) => kind))('%s signs a batch with one PIN', async (kind) => {
    const { source, clerk } = openSource({ pin: token.pin }, { modules: [token.module] })
    const unlocked = await unlockKey(source, holding(kind))
    for (let round = 0; round < 5; round++) await signSomething(unlocked)
    await unlocked.key.release()
    expect(clerk.saw()).toHaveLength(1)
  })

  test('the token can be named by its serial', async () => {
    const all = openSource({}, { modules: [token.module] })
    const serial = (await all.source.list()).keys[0]?.tokenSerial ?? ''
    expect((await openSource({}, { modules: [`${token.module}#${serial}`] }).source.list()).keys).toHaveLength(5)
    expect((await openSource({}, { modules: [`${token.module}#0000`] }).source.list()).keys).toHaveLength(0)
  })

  test('a wrong PIN is told, and the right one works after', async () => {
    const { source, clerk } = openSource({ first: [{ pin: '00000000' }], pin: token.pin }, { modules: [token.module] })
    expect(await refusedBy(unlockKey(source, holding('P-256')))).toEqual(refusal('pin-wrong', { token: 'VGCA-TEST', triesLeft: '' }))
    await signSomething(await unlockKey(source, holding('P-256')))
    expect(clerk.saw()).toHaveLength(2)
  })

  test('a PIN with letters of its own is passed on as it is', async () => {
    const own = makeSuiteFolder()
    const vietnamese = makeSoftHsm(own.folder, { label: 'Tiếng Việt', pin: 'Mật-khẩu-1' })
    vietnamese.add({ id: '01', label: 'rsa', ...makeCertificate(own.folder, 'rsa') })
    vi.stubEnv('SOFTHSM2_CONF', vietnamese.environment.SOFTHSM2_CONF)
    const { source } = openSource({ pin: vietnamese.pin }, { modules: [vietnamese.module] })
    const unlocked = await unlockKey(source)
    expect(unlocked.info.tokenLabel).toBe('Tiếng Việt')
    await signSomething(unlocked)
    await unlocked.key.release()
    own.remove()
  })

  test('a certificate without a key says so after the PIN', async () => {
    const { source } = openSource({ pin: token.pin }, { modules: [token.module] })
    const orphan = unlockKey(source, ({ certificate }) => new X509Certificate(certificate).subject.includes('Không có khóa'))
    expect(await refusedBy(orphan)).toEqual(refusal('key-missing', { holder: 'Không có khóa' }))
  })

  test('a driver that is not there, or is none, is a problem beside the keys of the others', async () => {
    const { source } = openSource({}, { modules: ['/nowhere/p11.so', '/bin/true', token.module] })
    const { keys, problems } = await source.list()
    expect(keys).toHaveLength(5)
    expect(problems).toEqual([
      refusal('driver-missing', { driver: '/nowhere/p11.so' }),
      refusal('driver-unusable', { driver: 'true', reason: 'not a PKCS#11 module' }),
    ])
  })
})
