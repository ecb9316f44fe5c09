import { cpSync } from 'node:fs'
import path from 'node:path'
import { X509Certificate } from 'node:crypto'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { refusal } from '../../../../shared/errors.ts'
import { certificateFacts, whyUnusable } from '../../../../agent/token/certificate.ts'
import type { KeyInfo } from '../../../../agent/token/key-source.ts'
import { createAuthority, type HolderRequest } from '../../../../demo/authority/authority.ts'
import { makeCertificate, makeSuiteFolder, writeCredential } from '../../../support/own-certificate.ts'
import { makeSoftHsm, type SoftHsm } from '../../../support/softhsm.ts'
import { missingTools, openSource, prompt, refusedBy, signSomething, unlockKey } from './token-rig.ts'

const { folder, remove } = makeSuiteFolder()
afterAll(remove)

const holderOf = ({ certificate }: KeyInfo): string => certificateFacts(certificate).holder
const heldBy = (holder: string) => (info: KeyInfo): boolean => holderOf(info) === holder
const dayMs = 86_400_000

describe.skipIf(missingTools('softhsm2', 'softhsm2-util', 'pkcs11-tool', 'openssl'))('what a token may hold', () => {
  let token: SoftHsm

  beforeAll(async () => {
    token = makeSoftHsm(folder)
    const authority = await createAuthority(path.join(folder, 'authority'))
    const add = async (id: string, request: Omit<HolderRequest, 'profile' | 'organisation'>): Promise<void> => {
      const credential = await authority.issue({ profile: 'clerk', organisation: 'Sở Nội vụ', ...request })
      token.add({ id, label: request.name, ...writeCredential(folder, id, credential) })
    }
    await add('01', { name: 'Còn hạn' })
    await add('02', { name: 'Hết hạn', notBefore: new Date(Date.now() - 30 * dayMs), notAfter: new Date(Date.now() - dayMs) })
    await add('03', { name: 'Chưa tới hạn', notBefore: new Date(Date.now() + 10 * dayMs) })
    await add('04', { name: 'Để mã hóa', usage: 'encryption' })
    token.add({ id: '05', label: 'weak', ...makeCertificate(folder, '05', { key: 'rsa:1024', holder: 'Khóa yếu' }) })
    token.addCertificate({ id: '06', label: 'no key', certificateFile: makeCertificate(folder, '06', { holder: 'Không có khóa' }).certificateFile })
    token.addKey({ id: '07', label: 'no certificate', keyFile: makeCertificate(folder, '07').keyFile })
  })
  beforeEach(() => void vi.stubEnv('SOFTHSM2_CONF', token.environment.SOFTHSM2_CONF))
  afterEach(() => void vi.unstubAllEnvs())
  const open = () => openSource({ pin: token.pin }, { modules: [token.module] })

  test('every certificate is listed with the reason why it cannot sign; a key without one is not', async () => {
    const { keys, problems } = await open().source.list()
    const reasons = keys.map((info) => [holderOf(info), whyUnusable(info.certificate, new Date())?.code])
    expect(problems).toEqual([])
    expect(reasons.toSorted()).toEqual([
      ['Chưa tới hạn', 'certificate-not-yet-valid'],
      ['Còn hạn', undefined],
      ['Hết hạn', 'certificate-expired'],
      ['Khóa yếu', 'key-too-weak'],
      ['Không có khóa', undefined],
      ['Để mã hóa', 'certificate-not-for-signing'],
    ])
  })

  test('a weak key is refused before the clerk is asked', async () => {
    const { source, clerk } = open()
    expect(await refusedBy(unlockKey(source, heldBy('Khóa yếu')))).toEqual(refusal('key-too-weak', { holder: 'Khóa yếu', key: 'RSA-1024' }))
    expect(clerk.saw()).toEqual([])
  })

  test('a certificate without its key says so after the PIN, which was right and does not count as a failure', async () => {
    const { source, clerk } = open()
    for (let time = 0; time < 3; time++) {
      expect(await refusedBy(unlockKey(source, heldBy('Không có khóa')))).toEqual(refusal('key-missing', { holder: 'Không có khóa' }))
    }
    expect(clerk.saw().map(({ kind }) => kind)).toEqual(['getpin', 'getpin', 'getpin'])
  })

  test('among them all, the right key signs', async () => {
    await signSomething(await unlockKey(open().source, heldBy('Còn hạn')))
  })
})

describe.skipIf(missingTools('softhsm2', 'softhsm2-util', 'pkcs11-tool', 'openssl'))('two tokens with the same label behind one driver', () => {
  let module = ''
  let configuration = ''
  const pins = { 'Bà Bình': '11112222', 'Ông An': '33334444' }

  beforeAll(() => {
    const tokens = Object.entries(pins).map(([holder, pin], index) => {
      const own = makeSuiteFolder()
      const token = makeSoftHsm(own.folder, { label: 'Ký số', pin })
      token.add({ id: '01', label: 'key', ...makeCertificate(own.folder, `holder${index}`, { holder }) })
      return { ...own, token }
    })
    const [first, second] = tokens
    if (first === undefined || second === undefined) throw new Error('there are not two tokens')
    const together = makeSuiteFolder()
    afterAll(together.remove)
    // What SoftHSM calls a slot is a folder: both in one place are two tokens in two readers.
    const both = makeSoftHsm(together.folder, { label: 'Trống' })
    for (const { folder: place, remove: drop } of tokens) {
      cpSync(path.join(place, 'tokens'), path.join(together.folder, 'tokens'), { recursive: true })
      drop()
    }
    module = both.module
    configuration = both.environment.SOFTHSM2_CONF
  })
  beforeEach(() => void vi.stubEnv('SOFTHSM2_CONF', configuration))
  afterEach(() => void vi.unstubAllEnvs())

  test.each(Object.entries(pins))('%s signs with her own, whichever slot it is in', async (holder, pin) => {
    const { source } = openSource({ pin }, { modules: [module] })
    const unlocked = await unlockKey(source, heldBy(holder))
    expect(new X509Certificate(unlocked.info.certificate).subject).toContain(holder)
    await signSomething(unlocked)
  })

  test('the PIN of one is never tried on the other, and the attempts of each are counted apart', async () => {
    const { source, clerk } = openSource({ pin: pins['Bà Bình'] }, { modules: [module] })
    for (let time = 0; time < 2; time++) expect((await refusedBy(unlockKey(source, heldBy('Ông An')))).code).toBe('pin-wrong')
    await signSomething(await unlockKey(source, heldBy('Bà Bình')))
    expect(clerk.saw().map(({ kind }) => kind)).toEqual(['getpin', 'getpin', 'getpin'])
    await source.close()
    const later = openSource({ pin: pins['Ông An'] }, { modules: [module] })
    const { keys } = await later.source.list()
    expect(new Set(keys.map(({ tokenSerial }) => tokenSerial)).size).toBe(2)
    const [bound] = keys.filter(heldBy('Ông An'))
    const only = openSource({ pin: pins['Ông An'] }, { modules: [`${module}#${bound?.tokenSerial ?? ''}`] })
    expect((await only.source.list()).keys.map(holderOf)).toEqual(['Ông An'])
    expect((await only.source.authorise(bound?.certificateSha256 ?? '', prompt)).state).toBe('now')
  })
})
