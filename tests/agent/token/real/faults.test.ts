import { createHash, randomBytes } from 'node:crypto'
import pkcs11js from 'pkcs11js'
import { afterAll, describe, expect, test, vi } from 'vitest'
import { refusal, type Refusal } from '../../../../shared/errors.ts'
import type { Deadlines } from '../../../../agent/token/driver-host.ts'
import type { FaultOrders } from '../../../support/fault-module.ts'
import { makeSuiteFolder } from '../../../support/own-certificate.ts'
import { faultTools, useFaultyToken } from './faulty-token.ts'
import { missingTools, prompt, refusedBy, signSomething, unlockKey } from './token-rig.ts'

const { folder, remove } = makeSuiteFolder()
afterAll(remove)

const token = 'VGCA-TEST'
const soon = { timeout: 20_000, interval: 10 }
const failed = (returnValue: string): Refusal => refusal('token-failed', { token, returnValue })
const removed = refusal('token-removed', { token })
const silentAfter = (seconds: string): Refusal => refusal('token-silent', { token, seconds })
const returning = (fn: string, rv: number): FaultOrders => ({ fn, mode: 'error', rv })

interface FaultCase {
  orders: FaultOrders
  told: Refusal
  deadlines?: Partial<Deadlines>
}

/** What goes wrong at the third signature. */
const signatureFaults: Record<string, FaultCase> = {
  'it crashes': { orders: { fn: 'C_Sign', mode: 'crash' }, told: failed('SIGSEGV') },
  'it crashes when the signature begins': { orders: { fn: 'C_SignInit', mode: 'crash' }, told: failed('SIGSEGV') },
  'it aborts': { orders: { fn: 'C_Sign', mode: 'abort' }, told: failed('SIGABRT') },
  'it ends the process': { orders: { fn: 'C_Sign', mode: 'exit' }, told: failed('exit 3') },
  'it hangs': { orders: { fn: 'C_Sign', mode: 'hang' }, told: silentAfter('1'), deadlines: { signMs: 1_000 } },
  'it hangs when the signature begins': { orders: { fn: 'C_SignInit', mode: 'hang' }, told: silentAfter('1'), deadlines: { signMs: 1_000 } },
  'it is slower than it may be': { orders: { latency_ms: 5_000 }, told: silentAfter('1'), deadlines: { signMs: 1_000 } },
  'the bytes are wrong': { orders: { fn: 'C_Sign', mode: 'wrong' }, told: failed('wrong signature') },
  'unplugged before it': { orders: { removed: 1 }, told: removed },
  'unplugged inside it': { orders: returning('C_Sign', pkcs11js.CKR_DEVICE_REMOVED), told: removed },
  'the token is not there': { orders: returning('C_SignInit', pkcs11js.CKR_TOKEN_NOT_PRESENT), told: removed },
  'the token is another one': { orders: returning('C_Sign', pkcs11js.CKR_TOKEN_NOT_RECOGNIZED), told: removed },
  'the session is gone': { orders: returning('C_SignInit', pkcs11js.CKR_SESSION_HANDLE_INVALID), told: removed },
  'the session is closed': { orders: returning('C_Sign', pkcs11js.CKR_SESSION_CLOSED), told: removed },
  'the login is lost': { orders: returning('C_Sign', pkcs11js.CKR_USER_NOT_LOGGED_IN), told: removed },
  'device error': { orders: returning('C_Sign', pkcs11js.CKR_DEVICE_ERROR), told: failed('CKR_DEVICE_ERROR') },
  'device memory': { orders: returning('C_Sign', pkcs11js.CKR_DEVICE_MEMORY), told: failed('CKR_DEVICE_MEMORY') },
  'host memory': { orders: returning('C_SignInit', pkcs11js.CKR_HOST_MEMORY), told: failed('CKR_HOST_MEMORY') },
  'function failed': { orders: returning('C_Sign', pkcs11js.CKR_FUNCTION_FAILED), told: failed('CKR_FUNCTION_FAILED') },
  'general error': { orders: returning('C_Sign', pkcs11js.CKR_GENERAL_ERROR), told: failed('CKR_GENERAL_ERROR') },
  'the key handle is dead': { orders: returning('C_SignInit', pkcs11js.CKR_KEY_HANDLE_INVALID), told: failed('CKR_KEY_HANDLE_INVALID') },
  'the key may not sign': { orders: returning('C_SignInit', pkcs11js.CKR_KEY_FUNCTION_NOT_PERMITTED), told: failed('CKR_KEY_FUNCTION_NOT_PERMITTED') },
  'the mechanism is refused': { orders: { refuse_mechanism: pkcs11js.CKM_RSA_PKCS }, told: failed('CKR_MECHANISM_INVALID') },
  'the buffer is too small': { orders: returning('C_Sign', pkcs11js.CKR_BUFFER_TOO_SMALL), told: failed('CKR_BUFFER_TOO_SMALL') },
  'every session is poisoned': { orders: returning('C_SignInit', pkcs11js.CKR_OPERATION_ACTIVE), told: failed('CKR_OPERATION_ACTIVE') },
  'a number without a name': { orders: returning('C_Sign', 0x80000101), told: failed('0x80000101') },
}

/** What goes wrong at the login. None is followed by a second one. */
const loginFaults: Record<string, FaultCase> = {
  'it crashes': { orders: { fn: 'C_Login', mode: 'crash' }, told: failed('SIGSEGV') },
  'it ends the process': { orders: { fn: 'C_Login', mode: 'exit' }, told: failed('exit 3') },
  'it hangs': { orders: { fn: 'C_Login', mode: 'hang' }, told: silentAfter('1'), deadlines: { loginMs: 1_000 } },
  'device error': { orders: returning('C_Login', pkcs11js.CKR_DEVICE_ERROR), told: failed('CKR_DEVICE_ERROR') },
  'function failed': { orders: returning('C_Login', pkcs11js.CKR_FUNCTION_FAILED), told: failed('CKR_FUNCTION_FAILED') },
  'unplugged inside it': { orders: returning('C_Login', pkcs11js.CKR_DEVICE_REMOVED), told: removed },
}

/** What goes wrong while the certificates are read. */
const listingFaults: Record<string, FaultCase> = {
  'it crashes': { orders: { fn: 'C_GetTokenInfo', mode: 'crash' }, told: refusal('token-failed', { token: 'libfault.so', returnValue: 'SIGSEGV' }) },
  'it hangs': { orders: { fn: 'C_GetSlotList', mode: 'hang' }, told: refusal('token-silent', { token: 'libfault.so', seconds: '1' }), deadlines: { listMs: 1_000 } },
  'no session opens': { orders: returning('C_OpenSession', pkcs11js.CKR_DEVICE_ERROR), told: expect.objectContaining({ code: 'token-failed' }) as Refusal },
  'the objects cannot be read': { orders: returning('C_FindObjectsInit', pkcs11js.CKR_DEVICE_ERROR), told: expect.objectContaining({ code: 'token-failed' }) as Refusal },
}

describe.skipIf(missingTools(...faultTools))('a driver that goes wrong', () => {
  const faulty = useFaultyToken(folder)

  describe('at the third signature: two are kept, nothing logs in by itself, the next batch signs', () => {
    test.each(Object.entries(signatureFaults))('%s', async (_, { orders, told, deadlines = {} }) => {
      const { source, clerk } = faulty.open(undefined, { deadlines })
      const unlocked = await unlockKey(source)
      await signSomething(unlocked)
      await signSomething(unlocked)
      faulty.order(orders)
      expect(await refusedBy(signSomething(unlocked))).toEqual(told)
      expect(faulty.logins()).toBe('u')
      faulty.order({})
      await unlocked.key.release()
      await signSomething(await unlockKey(source))
      expect(faulty.logins()).toBe('uu')
      expect(clerk.saw()).toHaveLength(2)
    })
  })

  describe('at the login: it is one login, and the next batch signs', () => {
    test.each(Object.entries(loginFaults))('%s', async (_, { orders, told, deadlines = {} }) => {
      const { source, clerk } = faulty.open(undefined, { deadlines })
      faulty.order(orders)
      expect(await refusedBy(unlockKey(source))).toEqual(told)
      expect(faulty.logins()).toBe('u')
      faulty.order({})
      await signSomething(await unlockKey(source))
      expect(clerk.saw()).toHaveLength(2)
    })
  })

  describe('in the listing: a problem, and the next listing is whole', () => {
    test.each(Object.entries(listingFaults))('%s', async (_, { orders, told, deadlines = {} }) => {
      const { source } = faulty.open(undefined, { deadlines })
      faulty.order(orders)
      expect(await source.list()).toEqual({ keys: [], problems: [told] })
      faulty.order({})
      expect((await source.list()).keys).toHaveLength(1)
    })
  })

  test('unplugged after the last signature: all are kept, and the next batch is told', async () => {
    const { source, clerk } = faulty.open()
    const unlocked = await unlockKey(source)
    for (let round = 0; round < 3; round++) await signSomething(unlocked)
    faulty.order({ removed: 1 })
    await unlocked.key.release()
    expect((await source.list()).keys).toEqual([])
    expect(await refusedBy(source.authorise(unlocked.info.certificateSha256, prompt))).toEqual(removed)
    expect(clerk.saw()).toHaveLength(1)
  })

  test('unplugged and put back in the middle: the login does not come back with it', async () => {
    const { source } = faulty.open()
    const unlocked = await unlockKey(source)
    faulty.order(returning('C_Sign', pkcs11js.CKR_DEVICE_ERROR))
    await refusedBy(signSomething(unlocked))
    faulty.order({ removed: 1 })
    expect((await refusedBy(signSomething(unlocked))).code).toBe('token-removed')
    faulty.order({})
    expect((await refusedBy(signSomething(unlocked))).code).toBe('token-removed')
    expect(faulty.logins()).toBe('u')
  })

  test.each([
    ['CKR_OPERATION_ACTIVE', 'C_SignInit', pkcs11js.CKR_OPERATION_ACTIVE],
    ['CKR_OPERATION_NOT_INITIALIZED', 'C_Sign', pkcs11js.CKR_OPERATION_NOT_INITIALIZED],
  ])('a session that is poisoned once (%s): a fresh one signs, without a second login', async (_, fn, rv) => {
    const unlocked = await unlockKey(faulty.open().source)
    faulty.order({ ...returning(fn, rv), times: 1 })
    await signSomething(unlocked)
    await signSomething(unlocked)
    expect(faulty.logins()).toBe('u')
  })

  test('after an error in the middle the session is a fresh one', async () => {
    const unlocked = await unlockKey(faulty.open().source)
    faulty.order(returning('C_Sign', pkcs11js.CKR_DEVICE_ERROR))
    expect((await refusedBy(signSomething(unlocked))).code).toBe('token-failed')
    faulty.order({})
    await signSomething(unlocked)
  })

  describe('with the next digest already in its host', () => {
    const digest = (): Uint8Array => createHash('sha256').update(randomBytes(50)).digest()

    test('one that is taken back is never begun', async () => {
      const { key } = await unlockKey(faulty.open().source)
      faulty.order({ latency_ms: 500 })
      const first = key.sign(digest())
      const withdrawal = new AbortController()
      const second = key.sign(digest(), withdrawal.signal)
      await vi.waitFor(() => expect(faulty.signs()).toBe('s'), soon)
      withdrawal.abort()
      expect(await refusedBy(second)).toEqual(refusal('cancelled'))
      expect(await first).toHaveLength(256)
      // The host goes on with what is still wanted.
      expect(await key.sign(digest())).toHaveLength(256)
      expect(faulty.signs()).toBe('ss')
    })

    test('one that waits in the agent is not even handed over', async () => {
      const { key } = await unlockKey(faulty.open().source)
      faulty.order({ latency_ms: 300 })
      const withdrawal = new AbortController()
      const [first, second, third] = [key.sign(digest()), key.sign(digest()), key.sign(digest(), withdrawal.signal)]
      withdrawal.abort()
      expect((await refusedBy(third)).code).toBe('cancelled')
      expect([await first, await second]).toMatchObject([{ length: 256 }, { length: 256 }])
      expect(faulty.signs()).toBe('ss')
    })

    test('behind a signature that fails none is made', async () => {
      const { key } = await unlockKey(faulty.open().source)
      faulty.order({ ...returning('C_Sign', pkcs11js.CKR_DEVICE_ERROR), latency_ms: 300, times: 1 })
      const both = [refusedBy(key.sign(digest())), refusedBy(key.sign(digest()))]
      expect((await Promise.all(both)).map(({ code }) => code)).toEqual(['token-failed', 'cancelled'])
      expect(faulty.signs()).toBe('s')
      expect(await key.sign(digest())).toHaveLength(256)
    })

    test('a driver that hangs takes both with it', async () => {
      const { key } = await unlockKey(faulty.open(undefined, { deadlines: { signMs: 1_000 } }).source)
      faulty.order({ fn: 'C_Sign', mode: 'hang' })
      const both = [refusedBy(key.sign(digest())), refusedBy(key.sign(digest()))]
      expect(await Promise.all(both)).toEqual([silentAfter('1'), silentAfter('1')])
    })
  })

  test.each([
    ['crashes', 'crash', 'crashed', {}],
    ['hangs', 'hang', 'silent', { startMs: 1_500 }],
  ] as const)('it %s at loading twice and is set aside', async (_, mode, reason, deadlines) => {
    const { source } = faulty.open(undefined, { deadlines })
    const aside = refusal('driver-unusable', { driver: 'libfault.so', reason })
    faulty.order({ fn: 'C_Initialize', mode })
    expect((await source.list()).problems).toMatchObject([{ code: mode === 'crash' ? 'token-failed' : 'token-silent' }])
    expect((await source.list()).problems).toEqual([aside])
    faulty.order({})
    expect((await source.list()).problems).toEqual([aside])
  })

  test('it refuses to start: the reason is named, and it is asked again', async () => {
    const { source } = faulty.open()
    faulty.order(returning('C_Initialize', pkcs11js.CKR_GENERAL_ERROR))
    expect((await source.list()).problems).toEqual([refusal('driver-unusable', { driver: 'libfault.so', reason: 'CKR_GENERAL_ERROR' })])
    faulty.order({})
    expect((await source.list()).keys).toHaveLength(1)
  })

  test('it cannot lock, or writes to stdout and stderr at every call, and works all the same', async () => {
    faulty.order({ cant_lock: 1, noise: 1 })
    const unlocked = await unlockKey(faulty.open().source)
    await signSomething(unlocked)
    await signSomething(unlocked)
  })
})
