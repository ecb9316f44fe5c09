import { randomBytes } from 'node:crypto'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest'
import { refusal } from '../../../../shared/errors.ts'
import { usualDeadlines } from '../../../../agent/token/driver-host.ts'
import { examineDriver } from '../../../../agent/token/examine-driver.ts'
import type { KeyInfo, KeySource } from '../../../../agent/token/key-source.ts'
import { makeCertificate, makeSuiteFolder } from '../../../support/own-certificate.ts'
import { makeSoftHsm, type SoftHsm } from '../../../support/softhsm.ts'
import { faultTools, useFaultyToken } from './faulty-token.ts'
import { missingTools, prompt, refusedBy, signSomething, unlockKey } from './token-rig.ts'

const { folder, remove } = makeSuiteFolder()
afterAll(remove)

const soon = { timeout: 20_000, interval: 10 }
const on = (label: string) => (key: KeyInfo): boolean => key.tokenLabel === label
const first = on('VGCA-TEST')
const second = on('SECOND')

describe.skipIf(missingTools(...faultTools))('two tokens of one driver', () => {
  const faulty = useFaultyToken(folder)
  beforeAll(() => {
    const token = makeSoftHsm(folder, { label: 'SECOND', pin: faulty.token.pin })
    token.add({ id: '02', label: 'second', ...makeCertificate(folder, 'second', { holder: 'Lê Thị Hai' }) })
  })

  async function unlockBoth(source: KeySource) {
    return [await unlockKey(source, first), await unlockKey(source, second)] as const
  }

  test('hold two batches at once, each with its own PIN, and end one by one', async () => {
    const { source, clerk } = faulty.open()
    const [one, other] = await unlockBoth(source)
    expect(one.info.tokenSerial).not.toBe(other.info.tokenSerial)
    for (let round = 0; round < 3; round++) await Promise.all([signSomething(one), signSomething(other)])
    await one.key.release()
    await signSomething(other)
    const again = await unlockKey(source, first)
    await Promise.all([signSomething(again), signSomething(other)])
    await other.key.release()
    expect(await refusedBy(other.key.sign(randomBytes(32)))).toEqual(refusal('cancelled'))
    await signSomething(again)
    expect([clerk.saw().length, faulty.logins()]).toEqual([3, 'uuu'])
  })

  test('are unlocked in the same moment', async () => {
    const { source } = faulty.open()
    const { keys } = await source.list()
    const unlocked = await Promise.all(keys.map(async (info) => {
      const authorisation = await source.authorise(info.certificateSha256, prompt)
      if (authorisation.state !== 'now') throw new Error('the key has to wait')
      return { info, key: authorisation.key }
    }))
    expect(unlocked).toHaveLength(2)
    await Promise.all(unlocked.map(signSomething))
  })

  test('each holds one batch and no second one', async () => {
    const { source } = faulty.open()
    await unlockBoth(source)
    expect((await refusedBy(unlockKey(source, first))).code).toBe('batch-busy')
    expect((await refusedBy(unlockKey(source, second))).code).toBe('batch-busy')
  })

  test.each([['it locks', {}], ['it cannot lock', { cant_lock: 1 }]] as const)('one that hangs holds up no other: %s', async (_, orders) => {
    faulty.order(orders)
    const { source } = faulty.open(undefined, { deadlines: { signMs: 8_000 } })
    const { keys } = await source.list()
    const hanging = await unlockKey(source, first)
    faulty.order({ ...orders, fn: 'C_Sign', mode: 'hang' })
    let isTold = false
    const told = refusedBy(hanging.key.sign(randomBytes(32))).finally(() => (isTold = true))
    await vi.waitFor(() => expect(faulty.signs()).toBe('s'), soon)
    faulty.order(orders)
    const info = keys.find(second)
    const authorisation = await source.authorise(info?.certificateSha256 ?? '', prompt)
    if (info === undefined || authorisation.state !== 'now') throw new Error('the key has to wait')
    for (let round = 0; round < 3; round++) await signSomething({ info, key: authorisation.key })
    expect(isTold).toBe(false)
    expect((await told).code).toBe('token-silent')
  })

  test('both are pulled: both logins are gone', async () => {
    const { source } = faulty.open(undefined, { lookMs: 50 })
    onTestFinished(source.watch?.(() => undefined) ?? (() => undefined))
    const [one, other] = await unlockBoth(source)
    await Promise.all([signSomething(one), signSomething(other)])
    faulty.order({ removed: 1 })
    expect(await refusedBy(signSomething(one))).toEqual(refusal('token-removed', { token: 'VGCA-TEST' }))
    await vi.waitFor(async () => expect((await refusedBy(other.key.sign(randomBytes(32)))).code).toBe('token-removed'), soon)
    faulty.order({})
    expect((await refusedBy(signSomething(other))).code).toBe('token-removed')
  })
})

describe.skipIf(missingTools(...faultTools))('one key and its certificate on two tokens', () => {
  const own = makeSuiteFolder()
  afterAll(own.remove)
  const faulty = useFaultyToken(own.folder)
  let spare: SoftHsm
  beforeAll(() => {
    spare = makeSoftHsm(own.folder, { label: 'SPARE' })
    spare.add({ id: '01', label: 'rsa', keyFile: path.join(own.folder, 'rsa.key'), certificateFile: path.join(own.folder, 'rsa.crt') })
  })

  const pins = (): Record<string, string> => ({ 'VGCA-TEST': faulty.token.pin, SPARE: spare.pin })

  async function twins() {
    const { source, clerk } = faulty.open()
    const { keys } = await source.list()
    const [listed] = keys
    if (listed === undefined) throw new Error('there is no key')
    const serials = (await examineDriver(faulty.fault.module, usualDeadlines)).slots.flatMap(({ token }) => (token?.isInitialised === true ? token : []))
    const other = serials.find(({ serial }) => serial !== listed.tokenSerial)
    if (other === undefined) throw new Error('there is one token only')
    return { source, clerk, keys, listed, other }
  }

  test('are one entry of the list, and its PIN goes to the token that the entry names', async () => {
    const { source, clerk, keys, listed } = await twins()
    expect(keys).toHaveLength(1)
    clerk.change({ pin: pins()[listed.tokenLabel] ?? '' })
    for (let time = 0; time < 2; time++) {
      const unlocked = await unlockKey(source)
      await signSomething(unlocked)
      await unlocked.key.release()
    }
    expect(faulty.logins()).toBe('uu')
  })

  test('a batch is bound to the token that it was begun with: its twin is another one, and a third is not there', async () => {
    const { source, clerk, listed, other } = await twins()
    clerk.change({ pin: pins()[other.label] ?? '' })
    const authorisation = await source.authorise(listed.certificateSha256, prompt, undefined, undefined, other.serial)
    if (authorisation.state !== 'now') throw new Error('the key has to wait')
    await signSomething({ key: authorisation.key, info: listed })
    const asked = clerk.saw().length
    expect((await refusedBy(source.authorise(listed.certificateSha256, prompt, undefined, undefined, 'pulled'))).code).toBe('token-removed')
    expect([clerk.saw().length, faulty.logins()]).toEqual([asked, 'u'])
  })
})
