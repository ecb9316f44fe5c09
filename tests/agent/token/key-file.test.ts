import { spawn } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { globSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterEach, beforeEach, expect, onTestFinished, test, vi } from 'vitest'
import { RefusalError, refusal, type Refusal } from '../../../shared/errors.ts'
import { isSignatureOf } from '../../../agent/token/certificate.ts'
import type { KeySource, PinPrompt, UnlockedKey } from '../../../agent/token/key-source.ts'
import { createKeySource } from '../../../agent/token/sources.ts'
import { canaryPin } from '../../support/canary-pins.ts'
import { makeClerk, type Clerk, type ClerkAnswers } from '../../support/clerk.ts'
import { makeCertificate, makeKeyFile, openssl, type OwnCertificateOptions } from '../../support/own-certificate.ts'
import { tempFolder } from '../../support/temp-folder.ts'

// The real host process, the real key file, and a clerk who answers from a script.

const prompt: PinPrompt = { title: 'Ấn Tín', description: 'Ký 2 văn bản', prompt: 'Mật khẩu:', ok: 'Ký', cancel: 'Hủy', lockWarning: { description: 'Lần sau có thể khóa USB', ok: 'Nhập mã PIN' }, oneTryLeft: 'Chỉ còn 1 lần thử' }

let folder: string
const usual = canaryPin()

beforeEach(() => {
  folder = tempFolder()
})
afterEach(() => void vi.unstubAllEnvs())

interface Rig {
  source: KeySource
  clerk: Clerk
  file: string
}

/** A key file with its certificate beside it, as a certificate's holder keeps them. */
function rig(answers: ClerkAnswers, { password = usual, options = [] as string[], ...certificate }: OwnCertificateOptions & { password?: string; options?: string[] } = {}): Rig {
  const file = makeKeyFile(folder, 'clerk', makeCertificate(folder, 'clerk', certificate), password, options)
  const clerk = makeClerk(folder, answers)
  vi.stubEnv('ANTIN_PINENTRY_SCRIPT', clerk.environment.ANTIN_PINENTRY_SCRIPT)
  const source = createKeySource({ home: folder, modules: [], keyFiles: [file], pinentry: clerk.pinentry })
  onTestFinished(() => source.close())
  return { source, clerk, file }
}

async function unlock(source: KeySource): Promise<UnlockedKey> {
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

test.each([
  ['rsa:2048', 'plain', []],
  ['rsa:3072', 'beyond ASCII', []],
  ['rsa:2048', 'beyond ASCII', ['-legacy']],
  ['P-256', 'beyond ASCII', []],
  ['P-256', 'plain', ['-legacy']],
  ['P-384', 'plain', []],
] as const)('%s, a password that is %s, openssl %j: one password, signatures that hold', async (key, kind, options) => {
  const password = kind === 'plain' ? usual : 'Mật-khẩu1'
  const { source, clerk } = rig({ pin: password }, { key, password, options: [...options] })
  const unlocked = await unlock(source)
  const [info] = (await source.list()).keys
  for (let round = 0; round < 3; round++) {
    const digest = createHash('sha256').update(randomBytes(100)).digest()
    expect(isSignatureOf(info?.certificate ?? new Uint8Array(), digest, await unlocked.sign(digest))).toBe(true)
  }
  await unlocked.release()
  expect(clerk.saw()).toMatchObject([{ kind: 'getpin', title: 'Ấn Tín', description: 'Ký 2 văn bản', prompt: 'Mật khẩu:', ok: 'Ký', cancel: 'Hủy' }])
})

test('openssl verifies what was signed', async () => {
  const { source } = rig({ pin: usual }, { key: 'P-256' })
  const message = path.join(folder, 'message')
  writeFileSync(message, 'nội dung')
  writeFileSync(path.join(folder, 'signature'), await (await unlock(source)).sign(createHash('sha256').update('nội dung').digest()))
  writeFileSync(path.join(folder, 'public'), openssl(['x509', '-in', path.join(folder, 'clerk.crt'), '-pubkey', '-noout']))
  expect(openssl(['dgst', '-sha256', '-verify', path.join(folder, 'public'), '-signature', path.join(folder, 'signature'), message])).toContain('Verified OK')
})

test('a wrong password is told, and asked for no second time', async () => {
  const { source, clerk } = rig({ pin: 'wrong' })
  expect(await refusedBy(unlock(source))).toEqual(refusal('pin-wrong', { token: 'clerk.p12', triesLeft: '' }))
  expect(clerk.saw()).toHaveLength(1)
  clerk.change({ pin: usual })
  expect(await (await unlock(source)).sign(randomBytes(32))).toHaveLength(256)
})

test('the clerk can say no', async () => {
  const { source } = rig({ first: ['cancel'], pin: usual })
  expect(await refusedBy(unlock(source))).toEqual(refusal('pin-cancelled'))
  expect(await (await unlock(source)).sign(randomBytes(32))).toHaveLength(256)
})

test('the source answers others while the clerk types', async () => {
  const gate = path.join(folder, 'gate')
  const { source, clerk } = rig({ pin: usual, waitFor: gate })
  const unlocking = unlock(source)
  await vi.waitFor(() => expect(clerk.saw()).toHaveLength(1), 10_000)
  expect((await source.list()).keys).toHaveLength(1)
  writeFileSync(gate, '')
  expect(await (await unlocking).sign(randomBytes(32))).toHaveLength(256)
})

test('a question that is given up leaves no window', async () => {
  const { source, clerk } = rig({ pin: usual, waitFor: path.join(folder, 'never') })
  const { keys } = await source.list()
  const away = new AbortController()
  const authorised = refusedBy(source.authorise(keys[0]?.certificateSha256 ?? '', prompt, away.signal))
  await vi.waitFor(() => expect(clerk.saw()).toHaveLength(1), 10_000)
  expect(processesWith(clerk.pinentry)).toHaveLength(1)
  away.abort()
  expect((await authorised).code).toBe('cancelled')
  await vi.waitFor(() => expect(processesWith(clerk.pinentry)).toEqual([]), 10_000)
})

test('an agent that is killed leaves neither a window nor a host', async () => {
  const { clerk, file } = rig({ pin: usual, waitFor: path.join(folder, 'never') })
  const sources = pathToFileURL(path.resolve(import.meta.dirname, '../../../agent/token/sources.ts')).href
  const program = `
    import { createKeySource } from ${JSON.stringify(sources)}
    const source = createKeySource(${JSON.stringify({ home: folder, modules: [], keyFiles: [file], pinentry: clerk.pinentry })})
    const [key] = (await source.list()).keys
    await source.authorise(key.certificateSha256, ${JSON.stringify(prompt)})`
  const agent = spawn(process.execPath, ['--input-type=module', '--eval', program], { stdio: 'ignore' })
  await vi.waitFor(() => expect(clerk.saw()).toHaveLength(1), 20_000)
  const family = descendants(agent.pid ?? 0)
  expect(family).toHaveLength(2)
  agent.kill('SIGKILL')
  await vi.waitFor(() => expect(family.filter((pid) => readProcess(pid, 'cmdline') !== '')).toEqual([]), 10_000)
})

test('a file that hides its certificate says what is missing', async () => {
  const { source, file } = rig({ pin: usual })
  rmSync(path.join(folder, 'clerk.crt'))
  expect(await source.list()).toEqual({ keys: [], problems: [refusal('certificate-hidden', { file: path.basename(file) })] })
})

test('a file that shows its certificate needs nothing beside it', async () => {
  const { source } = rig({ pin: usual }, { options: ['-certpbe', 'NONE'] })
  rmSync(path.join(folder, 'clerk.crt'))
  expect(await (await unlock(source)).sign(randomBytes(32))).toHaveLength(256)
})

test('a certificate of somebody else beside the file finds no key in it', async () => {
  const { source } = rig({ pin: usual })
  renameSync(makeCertificate(folder, 'other', { holder: 'Lò Thị Bình' }).certificateFile, path.join(folder, 'clerk.crt'))
  expect(await refusedBy(unlock(source))).toEqual(refusal('key-missing', { holder: 'Lò Thị Bình' }))
})

test('a file that is gone, cut or something else is told as such', async () => {
  const { source, file } = rig({ pin: usual })
  const whole = readFileSync(file)
  writeFileSync(file, whole.subarray(0, 700))
  expect((await source.list()).problems).toEqual([refusal('key-file-unreadable', { file: 'clerk.p12' })])
  writeFileSync(file, '%PDF-1.7')
  expect((await source.list()).problems).toEqual([refusal('key-file-unreadable', { file: 'clerk.p12' })])
  rmSync(file)
  expect((await source.list()).problems).toEqual([refusal('key-file-missing', { file: 'clerk.p12' })])
  writeFileSync(file, whole)
  expect((await source.list()).keys).toHaveLength(1)
})

test('the PIN is in no argument, no environment and no file, while it is used and after', async () => {
  const canary = `canary-${randomBytes(8).toString('hex')}`
  const { source, clerk } = rig({ pin: canary }, { password: canary })
  const unlocked = await unlock(source)
  await unlocked.sign(randomBytes(32))
  const family = descendants(process.pid)
  expect(family.length).toBeGreaterThan(0)
  for (const pid of [process.pid, ...family]) {
    for (const part of ['cmdline', 'environ']) expect(readProcess(pid, part)).not.toContain(canary)
  }
  await unlocked.release()
  const files = globSync('**/*', { cwd: folder }).map((name) => path.join(folder, name)).filter((name) => statSync(name).isFile())
  const holding = files.filter((name) => readFileSync(name).includes(canary)).map((name) => path.basename(name))
  // The script of the clerk is the finger that types; nothing else may know.
  expect(holding).toEqual([path.basename(clerk.environment.ANTIN_PINENTRY_SCRIPT)])
})

test('the process that has seen a PIN ends with the batch', async () => {
  const canary = `canary-${randomBytes(8).toString('hex')}`
  const { source } = rig({ pin: canary }, { password: canary })
  const unlocked = await unlock(source)
  await unlocked.release()
  expect(descendants(process.pid).filter((pid) => readProcess(pid, 'cmdline').includes('host.ts'))).toEqual([])
})

function readProcess(pid: number, part: string): string {
  try {
    return readFileSync(`/proc/${pid}/${part}`, 'latin1')
  } catch (cause) {
    // A process may end while it is looked at.
    if (['ENOENT', 'ESRCH'].includes((cause as NodeJS.ErrnoException).code ?? '')) return ''
    throw cause
  }
}

function descendants(pid: number): number[] {
  const children = globSync(`/proc/${pid}/task/*/children`).flatMap((file) => readFileSync(file, 'utf8').trim().split(' ').filter(Boolean).map(Number))
  return children.flatMap((child) => [child, ...descendants(child)])
}

function processesWith(word: string): number[] {
  return descendants(process.pid).filter((pid) => readProcess(pid, 'cmdline').includes(word))
}
