import { createHash, createPublicKey, randomBytes } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest'
import { RefusalError, refusal, type Refusal } from '../../../shared/errors.ts'
import type { KeySource, PinPrompt, UnlockedKey } from '../../../agent/token/key-source.ts'
import { PinAttempts } from '../../../agent/token/pin-attempts.ts'
import { verifyPkcs1 } from '../../../agent/token/pkcs1.ts'
import { createKeySource, type KeySourceOptions } from '../../../agent/token/sources.ts'
import { makeCertificate, makeSuiteFolder, type OwnCertificate } from '../../support/own-certificate.ts'
import { tempFolder } from '../../support/temp-folder.ts'
import type { FakeDriverScript } from './fake-host.ts'

const { folder, remove } = makeSuiteFolder()
let own: OwnCertificate
let weak: OwnCertificate
beforeAll(() => {
  own = makeCertificate(folder, 'own')
  weak = makeCertificate(folder, 'weak', { key: 'rsa:1024' })
})
afterAll(remove)

const prompt: PinPrompt = { title: 'Ấn Tín', description: 'Ký 2 văn bản', prompt: 'Mã PIN:', ok: 'Ký', cancel: 'Hủy', lockWarning: { description: 'Lần sau có thể khóa USB', ok: 'Nhập mã PIN' }, oneTryLeft: 'Chỉ còn 1 lần thử' }
const deadlines = { startMs: 20_000, listMs: 20_000, loginMs: 20_000, signMs: 20_000 }

const fakeHost = path.join(import.meta.dirname, 'fake-host.ts')

interface Rig {
  source: KeySource
  /** The file that stands in the place of the driver. */
  script: string
  behave(change: Partial<FakeDriverScript>): void
  /** Every call that reached a driver: process id and verb. */
  calls(): { pid: number; verb: string }[]
}

function rig(change: Partial<FakeDriverScript> = {}, options: Partial<KeySourceOptions> = {}, serials: string[] = []): Rig {
  const place = tempFolder()
  const script = path.join(place, 'driver.so')
  const log = path.join(place, 'calls')
  const behave = (now: Partial<FakeDriverScript>): void =>
    writeFileSync(script, JSON.stringify({ keyPem: own.keyPem, certificatePem: own.certificatePem, log, ...now }))
  behave(change)
  const source = createKeySource({
    home: place,
    modules: serials.length === 0 ? [script] : serials.map((serial) => `${script}#${serial}`),
    keyFiles: [],
    pinentry: process.execPath,
    hostProgram: fakeHost,
    deadlines,
    ...options,
  })
  onTestFinished(() => source.close())
  const calls = (): { pid: number; verb: string }[] =>
    existsSync(log)
      ? readFileSync(log, 'utf8').trim().split('\n').map((line) => ({ pid: Number(line.split(' ')[0]), verb: line.split(' ')[1] ?? '' }))
      : []
  return { source, script, behave, calls }
}

async function unlock({ source }: Rig): Promise<UnlockedKey> {
  const { keys } = await source.list()
  const authorisation = await source.authorise(keys[0]?.certificateSha256 ?? '', prompt)
  if (authorisation.state !== 'now') throw new Error('the key has to wait')
  return authorisation.key
}

async function refusedBy(work: Promise<unknown>): Promise<Refusal> {
  const thrown: unknown = await work.then(() => undefined, (error: unknown) => error)
  expect(thrown).toBeInstanceOf(RefusalError)
  return (thrown as RefusalError).refusal
}

const isRunning = (pid: number): boolean => existsSync(`/proc/${pid}`) && !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))

test('what is there is listed, with what went wrong beside it', async () => {
  const { source } = rig()
  const { keys, problems } = await source.list()
  expect(keys).toMatchObject([{ tokenSerial: 'f0a1', tokenLabel: 'Fake token', kind: 'token', algorithm: 'rsa' }])
  expect(keys[0]).not.toHaveProperty('pinLocked')
  expect(problems).toEqual([refusal('token-failed', { token: 'another slot', returnValue: 'CKR_GENERAL_ERROR' })])
})

test('one batch: one question, one login, signatures that hold, and the process is gone', async () => {
  const one = rig()
  const key = await unlock(one)
  const digests = [1, 2, 3].map(() => randomBytes(32))
  const signatures = await Promise.all(digests.map((digest) => key.sign(digest)))
  for (const [index, digest] of digests.entries()) expect(verifyPkcs1(createPublicKey(own.certificatePem), digest, signatures[index] ?? new Uint8Array())).toBe(true)
  await key.release()
  const calls = one.calls()
  expect(calls.map(({ verb }) => verb)).toEqual(['load', 'list', 'list', 'ask', 'login', 'sign', 'sign', 'sign', 'close'])
  expect(new Set(calls.map(({ pid }) => pid)).size).toBe(1)
  expect(isRunning(calls[0]?.pid ?? 0)).toBe(false)
  expect(await refusedBy(key.sign(randomBytes(32)))).toMatchObject({ code: 'cancelled' })
})

test('a token is one serial of a module', async () => {
  expect((await rig({}, {}, ['ffff']).source.list()).keys).toEqual([])
  expect((await rig({}, {}, ['ffff', 'f0a1']).source.list()).keys).toHaveLength(1)
})

test('a wrong PIN is told, and not one more login is made', async () => {
  const wrong = refusal('pin-wrong', { token: 'Fake token', triesLeft: '1' })
  const one = rig({ login: wrong })
  expect(await refusedBy(unlock(one))).toEqual(wrong)
  const calls = one.calls()
  expect(calls.filter(({ verb }) => verb === 'login')).toHaveLength(1)
  expect(isRunning(calls[0]?.pid ?? 0)).toBe(false)
})

test.each([
  ['a locked PIN', { pinLocked: true }, 'pin-locked'],
  ['a token that was never there', { absent: true }, 'certificate-missing'],
])('%s is refused before the clerk types anything', async (_, change, code) => {
  const one = rig(change)
  expect(await refusedBy(unlock(one))).toMatchObject({ code })
  expect(one.calls().some(({ verb }) => verb === 'ask')).toBe(false)
})

test('a key that is too weak is refused before the clerk types anything', async () => {
  const one = rig({ keyPem: weak.keyPem, certificatePem: weak.certificatePem })
  expect(await refusedBy(unlock(one))).toEqual(refusal('key-too-weak', { holder: 'Nguyễn Văn An', key: 'RSA-1024' }))
  expect(one.calls().some(({ verb }) => verb === 'ask')).toBe(false)
})

test('a token that is pulled after it was chosen is refused before the clerk types anything', async () => {
  const one = rig()
  const { keys } = await one.source.list()
  one.behave({ absent: true })
  expect(await refusedBy(one.source.authorise(keys[0]?.certificateSha256 ?? '', prompt))).toEqual(refusal('token-removed', { token: 'Fake token' }))
  expect(one.calls().some(({ verb }) => verb === 'ask')).toBe(false)
})

test('the same key on two tokens behind two drivers: when the first is pulled the other is listed and signs at once, and nothing is ever asked of a token that was not meant', async () => {
  const first = rig()
  const other = rig({ serial: 'b2' })
  const source = createKeySource({ home: tempFolder(), modules: [first.script, other.script], keyFiles: [], pinentry: process.execPath, hostProgram: fakeHost, deadlines })
  onTestFinished(() => source.close())
  const asks = (): number[] => [first, other].map((each) => each.calls().filter(({ verb }) => verb === 'ask' || verb === 'login').length)
  const [listed] = (await source.list()).keys
  const { certificateSha256 = '' } = listed ?? {}
  expect(listed?.tokenSerial).toBe('f0a1')
  first.behave({ absent: true })
  // Who was shown the first token, and means it, is not asked for the PIN of the other.
  for (const meant of [undefined, 'f0a1']) expect((await refusedBy(source.authorise(certificateSha256, prompt, undefined, undefined, meant))).code).toBe('token-removed')
  expect(asks()).toEqual([0, 0])
  first.behave({})
  expect((await source.list()).keys).toMatchObject([{ tokenSerial: 'f0a1' }])
  first.behave({ absent: true })
  const { keys } = await source.list()
  expect(keys).toMatchObject([{ tokenSerial: 'b2' }])
  const authorisation = await source.authorise(certificateSha256, prompt, undefined, undefined, 'b2')
  if (authorisation.state !== 'now') throw new Error('the key has to wait')
  expect(await authorisation.key.sign(randomBytes(32))).toHaveLength(256)
  expect(asks()).toEqual([0, 2])
})

test('without a PIN window nothing is asked', async () => {
  const one = rig({}, { pinentry: '/nowhere/pinentry' })
  expect(await refusedBy(unlock(one))).toEqual(refusal('pin-window-missing'))
})

test('a second batch has to wait until the first has released the key', async () => {
  const one = rig()
  const key = await unlock(one)
  expect(await refusedBy(unlock(one))).toEqual(refusal('batch-busy'))
  await key.sign(randomBytes(32))
  await key.release()
  const next = await unlock(one)
  await key.release()
  expect(await next.sign(randomBytes(32))).toHaveLength(256)
})

test('a signature that is not one of the certificate never leaves', async () => {
  const one = rig({ sign: 'lie' })
  const key = await unlock(one)
  expect(await refusedBy(key.sign(randomBytes(32)))).toEqual(refusal('token-failed', { token: 'Fake token', returnValue: 'wrong signature' }))
})

test('a driver that hangs is killed, and the next use has a new process', async () => {
  const one = rig({}, { deadlines: { ...deadlines, signMs: 1_000 } })
  const key = await unlock(one)
  one.behave({ sign: 'hang' })
  const [first, second] = await Promise.all([refusedBy(key.sign(randomBytes(32))), refusedBy(key.sign(randomBytes(32)))])
  expect(first).toEqual(refusal('token-silent', { token: 'Fake token', seconds: '1' }))
  expect(second.code).toBe('token-silent')
  await vi.waitFor(() => expect(isRunning(one.calls()[0]?.pid ?? 0)).toBe(false), 10_000)
  one.behave({})
  const again = await unlock(one)
  expect(await again.sign(randomBytes(32))).toHaveLength(256)
  expect(await refusedBy(key.sign(randomBytes(32)))).toMatchObject({ code: 'token-silent' })
  expect(new Set(one.calls().map(({ pid }) => pid)).size).toBe(2)
})

test('a driver that crashes takes nothing with it', async () => {
  const one = rig()
  const key = await unlock(one)
  await key.sign(randomBytes(32))
  one.behave({ sign: 'crash' })
  expect(await refusedBy(key.sign(randomBytes(32)))).toEqual(refusal('token-failed', { token: 'Fake token', returnValue: 'SIGSEGV' }))
  one.behave({})
  expect(await (await unlock(one)).sign(randomBytes(32))).toHaveLength(256)
})

test.each([
  ['crashes', 'crash', 'crashed'],
  ['hangs', 'hang', 'silent'],
] as const)('a driver that %s at loading twice is set aside', async (_, load, reason) => {
  const one = rig({ load }, { deadlines: { ...deadlines, startMs: load === 'hang' ? 3_000 : 20_000 } })
  const problems = [await one.source.list(), await one.source.list(), await one.source.list()].flatMap((listing) => listing.problems)
  expect(problems).toMatchObject([
    { code: load === 'hang' ? 'token-silent' : 'token-failed' },
    { code: 'driver-unusable', facts: { driver: 'driver.so', reason } },
    { code: 'driver-unusable' },
  ])
  expect(one.calls().map(({ verb }) => verb)).toEqual(['load', 'load'])
})

test('a driver that once failed to load and then loads is not set aside', async () => {
  const one = rig({ load: 'crash' })
  await one.source.list()
  one.behave({})
  expect((await one.source.list()).keys).toHaveLength(1)
})

test('a question that is given up is taken back', async () => {
  const one = rig({ ask: 'hang' })
  const { keys } = await one.source.list()
  const away = new AbortController()
  const authorised = refusedBy(one.source.authorise(keys[0]?.certificateSha256 ?? '', prompt, away.signal))
  await vi.waitFor(() => expect(one.calls().at(-1)?.verb).toBe('ask'), 10_000)
  away.abort()
  expect((await authorised).code).toBe('cancelled')
})

test('a host that only listed ends when it is idle', async () => {
  const one = rig({}, { idleMs: 20 })
  await one.source.list()
  const [first] = one.calls()
  await vi.waitFor(() => expect(isRunning(first?.pid ?? 0)).toBe(false), 10_000)
  expect((await one.source.list()).keys).toHaveLength(1)
})

test('a host that holds an unlocked key does not end when it is idle', async () => {
  const one = rig({}, { idleMs: 20 })
  const key = await unlock(one)
  const other = rig({}, { idleMs: 20 })
  await other.source.list()
  const [idle] = other.calls()
  await vi.waitFor(() => expect(isRunning(idle?.pid ?? 0)).toBe(false), 10_000)
  expect(await key.sign(createHash('sha256').update('x').digest())).toHaveLength(256)
})

test('close ends every host', async () => {
  const one = rig()
  await unlock(one)
  await one.source.close()
  expect(isRunning(one.calls()[0]?.pid ?? 0)).toBe(false)
})

test('who watches is told by the place where something happened, however long another one hangs', async () => {
  const one = rig()
  const place = tempFolder()
  const hanging = path.join(place, 'hanging.so')
  const lines = { keyPem: weak.keyPem, certificatePem: weak.certificatePem, log: path.join(place, 'calls') }
  writeFileSync(hanging, JSON.stringify(lines))
  const both = rig({}, { modules: [one.script, hanging] })
  const told: number[] = []
  const end = both.source.watch?.(({ keys }) => void told.push(keys.length))
  await vi.waitFor(() => expect(told.at(-1)).toBe(2), 20_000)
  writeFileSync(hanging, JSON.stringify({ ...lines, list: 'hang', absent: true }))
  one.behave({ absent: true })
  await vi.waitFor(() => expect(told.at(-1)).toBe(1), 20_000)
  end?.()
})

test('a token that is pulled while its key is unlocked takes the process with it', async () => {
  const one = rig()
  const told: number[] = []
  one.source.watch?.(({ keys }) => void told.push(keys.length))
  const key = await unlock(one)
  await key.sign(randomBytes(32))
  const pids = new Set(one.calls().map(({ pid }) => pid))
  one.behave({ absent: true })
  await vi.waitFor(() => expect([...pids].some(isRunning)).toBe(false), 20_000)
  expect(await refusedBy(key.sign(randomBytes(32)))).toEqual(refusal('token-removed', { token: 'Fake token' }))
  await vi.waitFor(() => expect(told.at(-1)).toBe(0), 20_000)
})

test('attempts without a success are counted per token, before the login, and ended by one', async () => {
  const home = tempFolder()
  const attempts = new PinAttempts(home)
  const one = rig({ login: 'crash' }, { home })
  for (let time = 1; time <= 2; time++) {
    expect((await refusedBy(unlock(one))).code).toBe('token-failed')
    expect(attempts.count('f0a1')).toBe(time)
  }
  expect([attempts.mayLock('f0a1'), attempts.mayLock('another')]).toEqual([true, false])
  one.behave({})
  await unlock(one)
  expect(attempts.count('f0a1')).toBe(0)
})

test.each(['constructor', '__proto__'])('a token that calls itself %s is counted like any other', (serial) => {
  const attempts = new PinAttempts(tempFolder())
  expect([attempts.count(serial), attempts.mayLock(serial)]).toEqual([0, false])
  for (let time = 1; time <= 2; time++) attempts.begin(serial)
  expect([attempts.count(serial), attempts.mayLock(serial)]).toEqual([2, true])
  attempts.succeeded(serial)
  expect(attempts.count(serial)).toBe(0)
})

test('a damaged count does not stand in the way, and a folder that cannot be written does', async () => {
  const home = tempFolder()
  writeFileSync(path.join(home, 'pin-attempts.json'), '{"f0a1": -3, "x": "y"')
  const one = rig({}, { home })
  await (await unlock(one)).release()
  const noFolder = path.join(home, 'pin-attempts.json', 'no-folder')
  const other = rig({}, { home: noFolder })
  expect(await refusedBy(unlock(other))).toEqual(refusal('folder-unwritable', { folder: noFolder }))
  expect(other.calls().some(({ verb }) => verb === 'login')).toBe(false)
})
