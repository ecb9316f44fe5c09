import { execFile } from 'node:child_process'
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { Credential } from '../../../demo/authority/authority.ts'
import { canaryPin } from '../../support/canary-pins.ts'
import { makeClerk } from '../../support/clerk.ts'
import { tempFolder } from '../../support/temp-folder.ts'
import { pdfsig } from '../signing/judges.ts'
import { writeDecision } from '../signing/sample-pdf.ts'
import { openAuthorityRig } from '../trust/authority-rig.ts'
import type { AuthorityRig } from '../trust/authority-rig.ts'

const program = resolve(import.meta.dirname, '../../../agent/cli/antin.ts')
const pin = canaryPin()

let rig: AuthorityRig
let decision: string
let rootFile: string
let issuingFile: string
beforeAll(async () => {
  rig = await openAuthorityRig()
  decision = join(rig.folder, 'Quyết định số 1.pdf')
  await writeDecision(decision)
  rootFile = join(rig.folder, 'root.pem')
  issuingFile = join(rig.folder, 'issuing.pem')
  writeFileSync(rootFile, rig.servers.authority.root.certificatePem)
  writeFileSync(issuingFile, rig.servers.authority.issuing.certificatePem)
})
afterAll(() => rig.close())
beforeEach(() => {
  rig.servers.tsa = {}
  rig.servers.ocsp = {}
  rig.servers.crl = {}
})

interface Outcome {
  code: number
  stdout: string
  stderr: string
  askedForPin: boolean
}

function antin(verb: string, words: string[], home = tempFolder()): Promise<Outcome> {
  const clerk = makeClerk(tempFolder(), { pin })
  const environment = { ...process.env, ...clerk.environment, ANTIN_HOME: home }
  const pinentry = verb === 'sign' ? ['--pinentry', clerk.pinentry] : []
  return new Promise((answer) => {
    execFile(process.execPath, [program, verb, ...pinentry, ...words], { env: environment }, (error, stdout, stderr) => {
      answer({ code: error === null ? 0 : Number(error.code), stdout, stderr, askedForPin: clerk.saw().length > 0 })
    })
  })
}

async function keyFileOf(credential: Credential): Promise<string> {
  const folder = tempFolder()
  await credential.writePkcs12(join(folder, 'key.p12'), pin)
  writeFileSync(join(folder, 'key.pem'), credential.certificatePem)
  return `p12:${join(folder, 'key.p12')}`
}

const trust = () => ['--tsa', rig.servers.timeStampUrl, '--root', rootFile]

async function verdictOf(file: string): Promise<{ code: number; levels: unknown[] }> {
  const { code, stdout } = await antin('verify', [file, '--root', rootFile, '--intermediate', issuingFile, '--json'])
  const { files } = JSON.parse(stdout) as { files: { report: { signatures: { level?: string }[] } }[] }
  return { code, levels: files.flatMap(({ report }) => report.signatures.map(({ level }) => level)) }
}

test('sign goes up to the level that is asked for, and says so only when it is reached', async () => {
  const token = await keyFileOf(await rig.issue())
  const out = join(tempFolder(), 'signed')
  const { code, stdout } = await antin('sign', [decision, '--out', out, '--token', token, '--level', 'B-LTA', ...trust()])
  expect({ code, stdout }).toEqual({ code: 0, stdout: `signed      ${out}/Quyết định số 1.pdf\n` })
  expect(readdirSync(out)).toEqual(['Quyết định số 1.pdf'])
  expect(await verdictOf(join(out, 'Quyết định số 1.pdf'))).toEqual({ code: 0, levels: ['B-LTA', undefined] })
})

test('a time-stamp server in the settings makes B-T the usual level', async () => {
  const home = tempFolder()
  writeFileSync(join(home, 'settings.json'), JSON.stringify({ timeStamp: { url: rig.servers.timeStampUrl }, evidenceHosts: [rig.servers.host] }))
  const out = join(tempFolder(), 'signed')
  const { code } = await antin('sign', [decision, '--out', out, '--token', await keyFileOf(await rig.issue()), '--root', rootFile], home)
  expect(code).toBe(0)
  const file = join(out, 'Quyết định số 1.pdf')
  expect(await verdictOf(file)).toEqual({ code: 0, levels: ['B-T'] })
  expect(pdfsig(file)).toEqual([{ valid: true, wholeFile: true }])
})

test('a file whose stamp cannot be had waits, and extend completes it without a key', async () => {
  const out = join(tempFolder(), 'signed')
  rig.servers.tsa = { fault: 'rejection' }
  const words = [decision, '--out', out, '--token', await keyFileOf(await rig.issue()), ...trust()]
  const waiting = join(out, 'Quyết định số 1.pdf.waiting')
  const signed = await antin('sign', [...words, '--json'])
  expect(signed.code).toBe(1)
  expect(JSON.parse(signed.stdout)).toEqual({ files: [{ file: decision, refusal: { code: 'time-stamp-failed', facts: { reason: 'rejection' } }, waiting }] })
  expect(readdirSync(out)).toEqual(['Quyết định số 1.pdf.waiting'])
  rig.servers.tsa = {}
  const { code, stdout } = await antin('extend', [waiting, '--out', out, '--level', 'B-T', ...trust()])
  expect({ code, stdout }).toEqual({ code: 0, stdout: `raised      ${out}/Quyết định số 1.pdf\n` })
  expect(readdirSync(out)).toEqual(['Quyết định số 1.pdf'])
  expect(await verdictOf(join(out, 'Quyết định số 1.pdf'))).toEqual({ code: 0, levels: ['B-T'] })
})

test('extend raises what is there, keeps every byte of it, and renews it', async () => {
  const [one, two, three] = ['one', 'two', 'three'].map((name) => join(tempFolder(), name))
  const name = 'Quyết định số 1.pdf'
  const token = await keyFileOf(await rig.issue())
  await antin('sign', [decision, '--out', one ?? '', '--token', token])
  expect((await antin('extend', [join(one ?? '', name), '--out', two ?? '', ...trust(), '--host', rig.servers.host])).code).toBe(0)
  expect((await antin('extend', [join(two ?? '', name), '--out', three ?? '', ...trust(), '--host', rig.servers.host])).code).toBe(0)
  const [first, second, third] = [one, two, three].map((folder) => readFileSync(join(folder ?? '', name)))
  expect(second?.subarray(0, first?.length).equals(first ?? new Uint8Array())).toBe(true)
  expect(third?.subarray(0, second?.length).equals(second ?? new Uint8Array())).toBe(true)
  expect(await verdictOf(join(three ?? '', name))).toEqual({ code: 0, levels: ['B-LTA', undefined, undefined, undefined] })
})

test('a revoked certificate is refused before the PIN', async () => {
  const credential = await rig.issue({ name: 'Phạm Thị Mất USB' })
  rig.servers.revoke(credential.certificateDer, new Date('2026-02-01T00:00:00Z'))
  const out = join(tempFolder(), 'signed')
  const { code, stdout, askedForPin } = await antin('sign', [decision, '--out', out, '--token', await keyFileOf(credential), ...trust(), '--json'])
  expect({ code, askedForPin }).toEqual({ code: 1, askedForPin: false })
  expect(JSON.parse(stdout)).toMatchObject({ refusal: { code: 'certificate-revoked', facts: { holder: 'Phạm Thị Mất USB', revokedAt: '2026-02-01T00:00:00.000Z' } } })
})

test('where nobody can say whether it was revoked, the clerk has to insist', async () => {
  const token = await keyFileOf(await rig.issue())
  rig.servers.ocsp = { fault: 'status-500' }
  rig.servers.crl = { fault: 'status-500' }
  const out = join(tempFolder(), 'signed')
  const words = [decision, '--out', out, '--token', token, ...trust(), '--json']
  const refused = await antin('sign', words)
  expect({ code: refused.code, asked: refused.askedForPin }).toEqual({ code: 1, asked: false })
  expect(JSON.parse(refused.stdout)).toMatchObject({ refusal: { code: 'revocation-unknown', facts: { holder: 'Lê Thị Thu Hà' } } })
  expect(existsSync(join(out, 'Quyết định số 1.pdf'))).toBe(false)
  expect((await antin('sign', [...words, '--insist'])).code).toBe(0)
})

test('a certificate under no known root is refused where roots are known', async () => {
  const stranger = await openAuthorityRig()
  const { stdout, askedForPin } = await antin('sign', [decision, '--out', join(tempFolder(), 'signed'), '--token', await keyFileOf(await stranger.issue()), ...trust(), '--json'])
  await stranger.close()
  expect(askedForPin).toBe(false)
  expect(JSON.parse(stdout)).toMatchObject({ refusal: { code: 'certificate-untrusted' } })
})

test.each([
  [['sign', '--token', 'p12:x', '--level', 'B-T'], '--tsa is missing'],
  [['sign', '--token', 'p12:x', '--level', 'B-X'], '--level takes B-B, B-T, B-LT, B-LTA, not "B-X"'],
  [['extend', '--tsa', 'http://127.0.0.1:1/', '--level', 'B-B'], '--level takes B-T, B-LT or B-LTA'],
  [['extend', '--tsa', 'ftp://tsa/'], '--tsa takes an http or https address'],
  [['extend', '--tsa', 'http://127.0.0.1:1/', '--host', 'a b'], '--host takes HOST or HOST:PORT'],
  [['extend'], '--tsa is missing'],
])('wrong use is told: %j', async ([verb = '', ...words], sentence) => {
  const { code, stderr } = await antin(verb, [decision, '--out', tempFolder(), ...words])
  expect(code).toBe(64)
  expect(stderr).toContain(sentence)
})
