import { readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import pkcs11js from 'pkcs11js'
import { afterAll, describe, expect, test, vi } from 'vitest'
import { RefusalError, refusal } from '../../../../shared/errors.ts'
import { makeSuiteFolder } from '../../../support/own-certificate.ts'
import { tempFolder } from '../../../support/temp-folder.ts'
import { faultTools, useFaultyToken } from './faulty-token.ts'
import { missingTools, prompt, refusedBy, signSomething, unlockKey } from './token-rig.ts'

const { folder, remove } = makeSuiteFolder()
afterAll(remove)

const token = 'VGCA-TEST'
const wrong = { pin: '00000000' }
const wrongPin = refusal('pin-wrong', { token, triesLeft: '' })
const warning = { kind: 'confirm', description: prompt.lockWarning.description, ok: prompt.lockWarning.ok }
const question = { kind: 'getpin', description: prompt.description, ok: prompt.ok }

describe.skipIf(missingTools(...faultTools))('the PIN of a token', () => {
  const faulty = useFaultyToken(folder)
  const pin = (): string => faulty.token.pin

  test('right: one question, one login, one batch', async () => {
    const { source, clerk } = faulty.open()
    const unlocked = await unlockKey(source)
    for (let round = 0; round < 5; round++) await signSomething(unlocked)
    expect(faulty.logins()).toBe('u')
    expect(clerk.saw()).toMatchObject([question])
  })

  test('wrong: told, no second login, and the next batch asks anew', async () => {
    const { source, clerk } = faulty.open({ first: [wrong], pin: pin() })
    expect(await refusedBy(unlockKey(source))).toEqual(wrongPin)
    expect(faulty.logins()).toBe('u')
    await signSomething(await unlockKey(source))
    expect(clerk.saw()).toMatchObject([question, question])
    expect(faulty.logins()).toBe('uu')
  })

  test('wrong twice: the third is asked for only after a warning; a success ends the warnings', async () => {
    const { source, clerk } = faulty.open({ first: [wrong, wrong], pin: pin() })
    for (let time = 0; time < 2; time++) expect(await refusedBy(unlockKey(source))).toEqual(wrongPin)
    const unlocked = await unlockKey(source)
    expect(clerk.saw().slice(2)).toMatchObject([warning, question])
    await unlocked.key.release()
    await signSomething(await unlockKey(source))
    expect(clerk.saw().slice(4)).toMatchObject([question])
    expect(faulty.logins()).toBe('uuuu')
  })

  test('wrong twice, and the clerk would rather not: no login, and the warning comes again', async () => {
    const { source, clerk } = faulty.open({ first: [wrong, wrong, 'cancel', 'cancel'], pin: pin() })
    for (let time = 0; time < 2; time++) await refusedBy(unlockKey(source))
    for (let time = 0; time < 2; time++) expect(await refusedBy(unlockKey(source))).toEqual(refusal('pin-cancelled'))
    expect(clerk.saw().slice(2)).toMatchObject([warning, warning])
    expect(faulty.logins()).toBe('uu')
  })

  test('the count survives a restart, in a file for this user alone, with no PIN in it', async () => {
    const home = tempFolder()
    for (let time = 0; time < 2; time++) {
      const before = faulty.open(wrong, { home })
      await refusedBy(unlockKey(before.source))
      await before.source.close()
    }
    const { source, clerk } = faulty.open(undefined, { home })
    const file = path.join(home, 'pin-attempts.json')
    expect(statSync(file).mode & 0o777).toBe(0o600)
    const counted = JSON.parse(readFileSync(file, 'utf8')) as Record<string, number>
    expect(counted).toEqual({ [(await source.list()).keys[0]?.tokenSerial ?? '']: 2 })
    await unlockKey(source)
    expect(clerk.saw()).toMatchObject([warning, question])
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({})
  })

  test.each([
    ['never answers', { fn: 'C_Login', mode: 'hang' }, 'token-silent'],
    ['crashes', { fn: 'C_Login', mode: 'crash' }, 'token-failed'],
  ] as const)('a login that %s may have cost a try: it counts', async (_, orders, code) => {
    const { source, clerk } = faulty.open(undefined, { deadlines: { loginMs: 800 } })
    faulty.order(orders)
    for (let time = 0; time < 2; time++) expect((await refusedBy(unlockKey(source))).code).toBe(code)
    faulty.order({})
    await unlockKey(source)
    expect(clerk.saw().slice(2)).toMatchObject([warning, question])
    expect(faulty.logins()).toBe('uuu')
  })

  test('a token that is pulled during the login has seen no PIN: it does not count', async () => {
    const { source, clerk } = faulty.open()
    faulty.order({ fn: 'C_Login', mode: 'error', rv: pkcs11js.CKR_DEVICE_REMOVED })
    for (let time = 0; time < 3; time++) expect((await refusedBy(unlockKey(source))).code).toBe('token-removed')
    faulty.order({})
    await unlockKey(source)
    expect(clerk.saw().map(({ kind }) => kind)).toEqual(['getpin', 'getpin', 'getpin', 'getpin'])
  })

  test('the token says that it is the last try: a warning first, and a line in red', async () => {
    faulty.order({ set_flags: pkcs11js.CKF_USER_PIN_FINAL_TRY })
    const { source, clerk } = faulty.open(wrong)
    expect(await refusedBy(unlockKey(source))).toEqual(refusal('pin-wrong', { token, triesLeft: '1' }))
    expect(clerk.saw()).toMatchObject([warning, { ...question, error: prompt.oneTryLeft }])
    expect(faulty.logins()).toBe('u')
  })

  test('the token says that it is locked: nothing is asked and nothing tried', async () => {
    faulty.order({ set_flags: pkcs11js.CKF_USER_PIN_LOCKED })
    const { source, clerk } = faulty.open()
    expect(await refusedBy(unlockKey(source))).toEqual(refusal('pin-locked', { token }))
    expect(clerk.saw()).toEqual([])
    expect(faulty.logins()).toBe('')
  })

  test.each([
    ['tells', 0],
    ['keeps silent', 1],
  ] as const)('a token that locks after three and %s: three logins for three PINs, then none where it tells', async (_, silent_flags) => {
    faulty.order({ tries: 3, tries_file: path.join(tempFolder(), 'tries'), silent_flags })
    const { source, clerk } = faulty.open(wrong)
    for (let time = 0; time < 3; time++) expect((await refusedBy(unlockKey(source))).code).toBe('pin-wrong')
    expect(clerk.saw()).toMatchObject([question, question, warning, question])
    expect(await refusedBy(unlockKey(source))).toEqual(refusal('pin-locked', { token }))
    expect(faulty.logins()).toBe(silent_flags === 1 ? 'uuuu' : 'uuu')
  })

  test('the window is cancelled, or left empty: no login', async () => {
    const { source } = faulty.open({ first: ['cancel', { pin: '' }], pin: pin() })
    for (let time = 0; time < 2; time++) expect(await refusedBy(unlockKey(source))).toEqual(refusal('pin-cancelled'))
    expect(faulty.logins()).toBe('')
  })

  test('the batch is cancelled while the window is open: it goes away, and no login is made', async () => {
    const away = new AbortController()
    const { source, clerk } = faulty.open({ pin: pin(), waitFor: path.join(tempFolder(), 'never') })
    const { keys } = await source.list()
    const refused = source.authorise(keys[0]?.certificateSha256 ?? '', prompt, away.signal).catch((error: unknown) => error)
    await vi.waitFor(() => expect(clerk.saw()).toHaveLength(1), 10_000)
    away.abort()
    expect(await refused).toMatchObject(new RefusalError(refusal('cancelled')))
    expect(faulty.logins()).toBe('')
  })

  test('too long or too short for the token: wrong like any other', async () => {
    faulty.order({ fn: 'C_Login', mode: 'error', rv: pkcs11js.CKR_PIN_LEN_RANGE })
    expect(await refusedBy(unlockKey(faulty.open().source))).toEqual(wrongPin)
    expect(faulty.logins()).toBe('u')
  })

  test('typed on the token: the window asks for consent alone, and nothing is typed on the PC', async () => {
    faulty.order({ set_flags: pkcs11js.CKF_PROTECTED_AUTHENTICATION_PATH, pad_pin: pin() })
    const { source, clerk } = faulty.open({})
    const unlocked = await unlockKey(source)
    for (let round = 0; round < 3; round++) await signSomething(unlocked)
    expect(clerk.saw()).toMatchObject([{ kind: 'confirm', ok: prompt.ok }])
    expect(faulty.logins()).toBe('u')
  })

  test('typed wrong on the token: told, and counted', async () => {
    faulty.order({ set_flags: pkcs11js.CKF_PROTECTED_AUTHENTICATION_PATH, pad_pin: '11111111' })
    const { source, clerk } = faulty.open({})
    for (let time = 0; time < 3; time++) expect(await refusedBy(unlockKey(source))).toEqual(wrongPin)
    expect(clerk.saw().map(({ ok }) => ok)).toEqual([prompt.ok, prompt.ok, prompt.lockWarning.ok, prompt.ok])
    expect(faulty.logins()).toBe('uuu')
  })

  test('cancelled on the token: not counted', async () => {
    faulty.order({ set_flags: pkcs11js.CKF_PROTECTED_AUTHENTICATION_PATH, fn: 'C_Login', mode: 'error', rv: pkcs11js.CKR_FUNCTION_CANCELED })
    const { source, clerk } = faulty.open({})
    for (let time = 0; time < 3; time++) expect(await refusedBy(unlockKey(source))).toEqual(refusal('pin-cancelled'))
    expect(clerk.saw().map(({ ok }) => ok)).toEqual([prompt.ok, prompt.ok, prompt.ok])
  })

  test.each([
    ['in the window', {}, 'getpin'],
    ['on the token', { set_flags: pkcs11js.CKF_PROTECTED_AUTHENTICATION_PATH }, 'confirm'],
  ])('wanted before every signature, typed %s: the clerk is asked once', async (_, orders, kind) => {
    faulty.order({ always_auth: 1, ...orders, ...(kind === 'confirm' ? { pad_pin: pin() } : {}) })
    const { source, clerk } = faulty.open()
    const unlocked = await unlockKey(source)
    for (let round = 0; round < 3; round++) await signSomething(unlocked)
    expect(faulty.logins()).toBe('uccc')
    expect(clerk.saw()).toMatchObject([{ kind }])
  })

  test('refused in the middle of a batch: no other login, however often a signature is asked for', async () => {
    const { source, clerk } = faulty.open()
    faulty.order({ always_auth: 1 })
    const unlocked = await unlockKey(source)
    await signSomething(unlocked)
    faulty.order({ always_auth: 1, fn: 'C_Login', mode: 'error', rv: pkcs11js.CKR_PIN_INCORRECT })
    for (let time = 0; time < 3; time++) expect(await refusedBy(signSomething(unlocked))).toEqual(wrongPin)
    expect(faulty.logins()).toBe('ucc')
    await unlocked.key.release()
    await refusedBy(unlockKey(source))
    faulty.order({ always_auth: 1 })
    await unlockKey(source)
    expect(clerk.saw().map(({ kind }) => kind)).toEqual(['getpin', 'getpin', 'confirm', 'getpin'])
  })

  test('a poisoned session after the PIN was used up: no second login for the same signature', async () => {
    faulty.order({ always_auth: 1 })
    const unlocked = await unlockKey(faulty.open().source)
    faulty.order({ always_auth: 1, fn: 'C_Sign', mode: 'error', rv: pkcs11js.CKR_OPERATION_NOT_INITIALIZED, times: 1 })
    expect((await refusedBy(signSomething(unlocked))).code).toBe('token-failed')
    expect(faulty.logins()).toBe('uc')
  })
})
