import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import pkcs11js from 'pkcs11js'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { refusal } from '../../../../shared/errors.ts'
import { buildFaultModule, type FaultModule, type FaultOrders } from '../../../support/fault-module.ts'
import { makeCertificate, makeSuiteFolder } from '../../../support/own-certificate.ts'
import { makeSoftHsm, type SoftHsm } from '../../../support/softhsm.ts'
import { missingTools, openSource, refusedBy, signSomething, unlockKey } from './token-rig.ts'

const { folder, remove } = makeSuiteFolder()
afterAll(remove)

describe.skipIf(missingTools('softhsm2', 'softhsm2-util', 'pkcs11-tool', 'openssl', 'gcc'))('a driver that goes wrong', () => {
  let token: SoftHsm
  let fault: FaultModule
  const loginsFile = path.join(folder, 'logins')

  beforeAll(() => {
    token = makeSoftHsm(folder)
    token.add({ id: '01', label: 'rsa', ...makeCertificate(folder, 'rsa') })
    fault = buildFaultModule(folder, token.module)
  })
  beforeEach(() => {
    for (const [name, value] of Object.entries({ ...token.environment, ...fault.environment })) vi.stubEnv(name, value)
    fault.order({})
  })
  afterEach(() => void vi.unstubAllEnvs())

  const open = (pin = token.pin) => openSource({ pin }, { modules: [fault.module] })
  const logins = (): string => (existsSync(loginsFile) ? readFileSync(loginsFile, 'utf8') : '')

  test('its noise disturbs nobody', async () => {
    const unlocked = await unlockKey(open().source)
    await signSomething(unlocked)
    await signSomething(unlocked)
  })

  const endings = [
    ['crashes', { mode: 'crash' }, 'SIGSEGV'],
    ['aborts', { mode: 'abort' }, 'SIGABRT'],
    ['exits', { mode: 'exit' }, 'exit 3'],
  ] as const satisfies [string, FaultOrders, string][]
  test.each(endings)('it %s at the third signature: the first two are kept, and the next batch signs', async (_, orders, returnValue) => {
    const { source } = open()
    const unlocked = await unlockKey(source)
    fault.order({ ...orders, fn: 'C_Sign', after: 2 })
    await signSomething(unlocked)
    await signSomething(unlocked)
    expect(await refusedBy(signSomething(unlocked))).toEqual(refusal('token-failed', { token: 'VGCA-TEST', returnValue }))
    fault.order({})
    await signSomething(await unlockKey(source))
  })

  test('it hangs in a signature: it is killed, and the next batch signs', async () => {
    const { source } = openSource({ pin: token.pin }, { modules: [fault.module], deadlines: { signMs: 2_000 } })
    const unlocked = await unlockKey(source)
    await signSomething(unlocked)
    fault.order({ fn: 'C_Sign', mode: 'hang' })
    expect(await refusedBy(signSomething(unlocked))).toEqual(refusal('token-silent', { token: 'VGCA-TEST', seconds: '2' }))
    fault.order({})
    await signSomething(await unlockKey(source))
  })

  test('it hangs in the login', async () => {
    const { source } = openSource({ pin: token.pin }, { modules: [fault.module], deadlines: { loginMs: 1_000 } })
    fault.order({ fn: 'C_Login', mode: 'hang' })
    expect(await refusedBy(unlockKey(source))).toEqual(refusal('token-silent', { token: 'VGCA-TEST', seconds: '1' }))
  })

  const returned = [
    ['C_Sign', pkcs11js.CKR_DEVICE_ERROR, refusal('token-failed', { token: 'VGCA-TEST', returnValue: 'CKR_DEVICE_ERROR' })],
    ['C_Sign', pkcs11js.CKR_DEVICE_REMOVED, refusal('token-removed', { token: 'VGCA-TEST' })],
    ['C_SignInit', pkcs11js.CKR_SESSION_HANDLE_INVALID, refusal('token-removed', { token: 'VGCA-TEST' })],
    ['C_SignInit', 0x80000101, refusal('token-failed', { token: 'VGCA-TEST', returnValue: '0x80000101' })],
    ['C_Login', pkcs11js.CKR_PIN_LOCKED, refusal('pin-locked', { token: 'VGCA-TEST' })],
    ['C_Login', pkcs11js.CKR_PIN_LEN_RANGE, refusal('pin-wrong', { token: 'VGCA-TEST', triesLeft: '' })],
    ['C_Login', pkcs11js.CKR_FUNCTION_FAILED, refusal('token-failed', { token: 'VGCA-TEST', returnValue: 'CKR_FUNCTION_FAILED' })],
  ] as const
  test.each(returned)('%s returns %i', async (fn, rv, expected) => {
    const { source } = open()
    const work = async (): Promise<void> => {
      const unlocked = await unlockKey(source)
      fault.order({ fn, mode: 'error', rv })
      await signSomething(unlocked)
    }
    if (fn === 'C_Login') fault.order({ fn, mode: 'error', rv })
    expect(await refusedBy(work())).toEqual(expected)
  })

  test('after an error in the middle the session is a fresh one', async () => {
    const unlocked = await unlockKey(open().source)
    fault.order({ fn: 'C_Sign', mode: 'error', rv: pkcs11js.CKR_DEVICE_ERROR })
    expect((await refusedBy(signSomething(unlocked))).code).toBe('token-failed')
    fault.order({})
    await signSomething(unlocked)
  })

  test('the token is pulled after an error, and put back: the login is gone', async () => {
    const unlocked = await unlockKey(open().source)
    fault.order({ fn: 'C_Sign', mode: 'error', rv: pkcs11js.CKR_DEVICE_ERROR })
    await refusedBy(signSomething(unlocked))
    fault.order({ removed: 1 })
    expect((await refusedBy(signSomething(unlocked))).code).toBe('token-removed')
    fault.order({})
    expect((await refusedBy(signSomething(unlocked))).code).toBe('token-removed')
  })

  test('a signature that is wrong is not returned', async () => {
    const unlocked = await unlockKey(open().source)
    fault.order({ fn: 'C_Sign', mode: 'wrong' })
    expect(await refusedBy(signSomething(unlocked))).toEqual(refusal('token-failed', { token: 'VGCA-TEST', returnValue: 'wrong signature' }))
  })

  test('it fails in the listing: a problem, and the next listing is whole', async () => {
    const { source } = open()
    fault.order({ fn: 'C_FindObjectsInit', mode: 'error', rv: pkcs11js.CKR_DEVICE_ERROR })
    const { keys, problems } = await source.list()
    expect(keys).toEqual([])
    expect(problems).toMatchObject([{ code: 'token-failed', facts: { returnValue: 'CKR_DEVICE_ERROR' } }])
    fault.order({})
    expect((await source.list()).keys).toHaveLength(1)
  })

  test('it crashes at loading twice and is set aside', async () => {
    const { source } = open()
    fault.order({ fn: 'C_Initialize', mode: 'crash' })
    expect((await source.list()).problems).toMatchObject([{ code: 'token-failed', facts: { returnValue: 'SIGSEGV' } }])
    expect((await source.list()).problems).toEqual([refusal('driver-unusable', { driver: 'libfault.so', reason: 'crashed' })])
    fault.order({})
    expect((await source.list()).problems).toEqual([refusal('driver-unusable', { driver: 'libfault.so', reason: 'crashed' })])
  })

  test('it cannot lock, and works all the same', async () => {
    fault.order({ cant_lock: 1 })
    await signSomething(await unlockKey(open().source))
  })

  test('the token is pulled: a listing shows it, a signature tells it, and back again it needs the PIN', async () => {
    const { source, clerk } = open()
    const unlocked = await unlockKey(source)
    await signSomething(unlocked)
    fault.order({ removed: 1 })
    expect((await source.list()).keys).toEqual([])
    expect(await refusedBy(signSomething(unlocked))).toEqual(refusal('token-removed', { token: 'VGCA-TEST' }))
    fault.order({})
    expect((await source.list()).keys).toHaveLength(1)
    expect((await refusedBy(signSomething(unlocked))).code).toBe('token-removed')
    await unlocked.key.release()
    await signSomething(await unlockKey(source))
    expect(clerk.saw()).toHaveLength(2)
  })

  test('a wrong PIN costs one try, and the last try is announced', async () => {
    fault.order({ set_flags: pkcs11js.CKF_USER_PIN_FINAL_TRY, logins_file: loginsFile })
    expect(await refusedBy(unlockKey(open('00000000').source))).toEqual(refusal('pin-wrong', { token: 'VGCA-TEST', triesLeft: '1' }))
    expect(logins()).toBe('u')
  })

  test('a token that says it is locked is not asked for a PIN', async () => {
    fault.order({ set_flags: pkcs11js.CKF_USER_PIN_LOCKED })
    const { source, clerk } = open()
    expect(await refusedBy(unlockKey(source))).toEqual(refusal('pin-locked', { token: 'VGCA-TEST' }))
    expect(clerk.saw()).toEqual([])
  })

  test('a PIN pad gets a question, not a PIN', async () => {
    fault.order({ set_flags: pkcs11js.CKF_PROTECTED_AUTHENTICATION_PATH, fn: 'C_Login', mode: 'error', rv: pkcs11js.CKR_FUNCTION_CANCELED })
    const { source, clerk } = open()
    expect(await refusedBy(unlockKey(source))).toEqual(refusal('pin-cancelled'))
    expect(clerk.saw()).toMatchObject([{ kind: 'confirm', ok: 'Ký' }])
  })

  test('a key that always wants the PIN gets it before every signature, and the clerk is asked once', async () => {
    const { source, clerk } = open()
    const before = logins().length
    fault.order({ always_auth: 1, logins_file: loginsFile })
    const unlocked = await unlockKey(source)
    for (let round = 0; round < 3; round++) await signSomething(unlocked)
    expect(logins().slice(before)).toBe('uccc')
    expect(clerk.saw()).toHaveLength(1)
  })
})
