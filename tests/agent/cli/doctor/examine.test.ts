import { randomUUID } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import path from 'node:path'
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { examine } from '../../../../agent/cli/doctor/examine.ts'
import { Journal, type BatchRow, type DocumentRow } from '../../../../agent/journal/journal.ts'
import { lockHome } from '../../../../agent/journal/lock-home.ts'
import type { SettingsLayer } from '../../../../agent/settings/settings.ts'
import { canaryPin } from '../../../support/canary-pins.ts'
import { makeCertificate, makeKeyFile } from '../../../support/own-certificate.ts'
import { tempFolder } from '../../../support/temp-folder.ts'
import { makePe } from '../../token/catalogue/made-library.ts'

let home = ''
beforeEach(() => {
  home = tempFolder()
})

async function findingsOf(command: SettingsLayer = {}, { machine, environment = {} }: { machine?: string; environment?: NodeJS.ProcessEnv } = {}) {
  const places = { home, machineFolder: machine ?? path.join(home, 'nothing'), command: { searchDrivers: false, ports: [0], ...command } }
  return (await examine(places, environment)).findings.map(({ level, code, facts }) => ({ level, code, facts }))
}

async function codesOf(...question: Parameters<typeof findingsOf>): Promise<string[]> {
  return (await findingsOf(...question)).map(({ level, code }) => `${level} ${code}`)
}

describe('the agent', () => {
  it('is not running, and its folder may be missing', async () => {
    expect(await codesOf()).toEqual(expect.arrayContaining(['ok home-ready', 'warn agent-stopped', 'ok ports-free']))
    home = path.join(home, 'none')
    expect(await codesOf()).toEqual(expect.arrayContaining(['ok home-absent', 'ok journal-absent']))
  })

  it('holds its folder and answers on a port', async () => {
    const lock = lockHome(home)
    const server = createServer((socket) => socket.destroy()).listen(0, '127.0.0.1')
    onTestFinished(() => void server.close())
    await new Promise((resolve) => server.once('listening', resolve))
    const { port } = server.address() as AddressInfo
    expect(await findingsOf({ ports: [port] })).toContainEqual({ level: 'ok', code: 'agent-running', facts: { ports: String(port) } })
    expect(await codesOf({ ports: [1] })).toContain('warn agent-elsewhere')
    lock.release()
    expect(await codesOf({ ports: [port] })).toContain('bad ports-taken')
  })

  it('needs a window for the PIN', async () => {
    expect(await codesOf({}, { environment: { PATH: '' } })).toContain('bad pin-window-missing')
    expect(await findingsOf({ pinentry: process.execPath })).toContainEqual({ level: 'ok', code: 'pin-window-found', facts: { program: process.execPath } })
  })
})

describe('settings', () => {
  it('tells what the policy of the office has fixed', async () => {
    const machine = tempFolder()
    writeFileSync(path.join(machine, 'policy.json'), JSON.stringify({ pkcs11Modules: ['/opt/office/p11.so'], retentionDays: 5 }))
    const findings = await findingsOf({ pkcs11Modules: ['/home/clerk/p11.so'] }, { machine })
    expect(findings).toContainEqual({ level: 'ok', code: 'settings-fixed', facts: { names: 'pkcs11Modules, retentionDays' } })
    expect(findings).toContainEqual(expect.objectContaining({ code: 'driver-not-found', facts: expect.objectContaining({ driver: '/opt/office/p11.so' }) as unknown }))
  })

  it('says which file is damaged, and goes on', async () => {
    writeFileSync(path.join(home, 'settings.json'), '{')
    const findings = await findingsOf()
    expect(findings.find(({ code }) => code === 'settings-unreadable')).toMatchObject({ level: 'bad', facts: { reason: expect.stringContaining('it is not JSON') as unknown } })
    expect(findings.map(({ code }) => code)).toContain('disk-free')
  })
})

describe('drivers', () => {
  const put = (name: string, bytes: Uint8Array | string): string => {
    const file = path.join(home, name)
    writeFileSync(file, bytes)
    return file
  }

  it('are not searched for where the search is off', async () => {
    expect(await codesOf()).toEqual(expect.arrayContaining(['bad search-off', 'bad driver-none', 'bad token-none']))
  })

  it('are found by their registration, and one that nobody named is no more than a remark', async () => {
    const folder = path.join(home, 'pkcs11', 'modules')
    mkdirSync(folder, { recursive: true })
    writeFileSync(path.join(folder, 'broken.module'), `module: ${put('broken.so', 'text')}\n`)
    expect(await findingsOf({ searchDrivers: true }, { environment: { XDG_CONFIG_HOME: home, PATH: '' } })).toContainEqual({
      ...{ level: 'warn', code: 'driver-not-a-library' },
      facts: { driver: path.join(home, 'broken.so'), name: '' },
    })
  })

  it.each([
    ['driver-not-found', '/nowhere/bit4xpki.dll', { name: ' (VGCA (Bit4id))' }],
    ['driver-not-a-library', () => put('x.so', 'text'), {}],
    ['driver-wrong-architecture', () => put('bit4xpki.dll', makePe()), { built: 'PE x64', needed: `${process.platform} ${process.arch}` }],
    ['driver-only-32-bit', () => put('fptca_v4.so', makePe({ machine: 0x14c, plus: false })), { built: 'PE 32-bit' }],
  ])('%s', async (code, file, facts) => {
    const module = typeof file === 'string' ? file : file()
    expect((await findingsOf({ pkcs11Modules: [module] })).find((one) => one.code === code)).toMatchObject({ level: 'bad', facts: { driver: module, ...facts } })
  })

  it('a library without the function is tried because it was named, and told as what it is', async () => {
    expect(await codesOf({ pkcs11Modules: ['/lib/x86_64-linux-gnu/libc.so.6'] })).toContain('bad driver-not-pkcs11')
  })
})

describe('key files', () => {
  it('can sign, and ask for a role', async () => {
    const folder = tempFolder()
    const pin = canaryPin()
    const file = makeKeyFile(folder, 'clerk', makeCertificate(folder, 'clerk'), pin)
    const findings = await findingsOf({ keyFiles: [file] })
    const codes = findings.map(({ level, code }) => `${level} ${code}`)
    expect(codes).toEqual(expect.arrayContaining(['ok certificate-usable', 'warn role-unknown']))
    expect(codes).not.toContain('bad certificate-none')
    expect(await codesOf({ keyFiles: [file], tokenRoles: { [file]: 'person' } })).not.toContain('warn role-unknown')
    expect(JSON.stringify(findings)).not.toContain(pin)
  })

  it('that cannot sign are a fault where nothing else can', async () => {
    const folder = tempFolder()
    const weak = makeKeyFile(folder, 'weak', makeCertificate(folder, 'weak', { key: 'rsa:1024' }), '1')
    expect(await codesOf({ keyFiles: [weak, '/nowhere/x.p12'] })).toEqual(expect.arrayContaining(['bad certificate-unusable', 'bad key-file-failed', 'bad certificate-none']))
    const good = makeKeyFile(folder, 'good', makeCertificate(folder, 'good'), '1')
    expect(await codesOf({ keyFiles: [weak, good] })).toContain('warn certificate-unusable')
  })
})

describe('the journal', () => {
  const batch: BatchRow = {
    ...{ batchId: randomUUID(), pairingId: randomUUID(), pageOrigin: 'https://x.vn', profile: 'approve', certificate: '{}', details: null },
    ...{ state: 'done', refusal: null, reference: null, openedAt: '2026-01-01T00:00:00.000Z', sendOn: 0 },
  }
  const document = (position: number, state: string): DocumentRow => ({
    ...{ documentId: randomUUID(), batchId: batch.batchId, position, name: `${position}.pdf`, state, sizeBytes: 1, sha256: null, facts: null, registered: null, marks: null },
    ...{ signedBytes: null, signedSha256: null, refusal: null, finishedAt: null },
  })

  it('counts signed files without a confirmed return', async () => {
    const journal = new Journal(home)
    journal.write({ batch, documents: ['checked', 'returned', 'delivered', 'refused', 'offered'].map((state, index) => document(index, state)), events: [] })
    journal.close()
    expect(await findingsOf()).toContainEqual({ level: 'warn', code: 'undelivered', facts: { count: '2', batches: '1' } })
  })

  it('is content when all was returned', async () => {
    const journal = new Journal(home)
    journal.write({ batch, documents: [document(0, 'delivered')], events: [] })
    journal.close()
    expect(await codesOf()).toContain('ok delivered-all')
  })

  it('that is damaged is told', async () => {
    writeFileSync(path.join(home, 'journal.sqlite'), 'no database at all'.repeat(100))
    expect(await codesOf()).toContain('bad journal-unreadable')
  })
})

describe('the smart-card service', () => {
  it.runIf(process.platform === 'linux')('is asked at its socket', async () => {
    const socket = path.join(home, 'pcscd.comm')
    const environment = { PCSCLITE_CSOCK_NAME: socket }
    writeFileSync(socket, '')
    expect((await codesOf({}, { environment })).filter((code) => code.includes('pc-sc'))).toEqual([expect.stringMatching(/^bad pc-sc-(stopped|missing)$/)])
    const other = path.join(home, 'live.comm')
    const server = createServer((connection) => connection.destroy()).listen(other)
    onTestFinished(() => void server.close())
    await new Promise((resolve) => server.once('listening', resolve))
    expect(await findingsOf({}, { environment: { PCSCLITE_CSOCK_NAME: other } })).toContainEqual({ level: 'ok', code: 'pc-sc-running', facts: { service: other } })
  })
})
