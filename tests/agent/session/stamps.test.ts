import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { startAgent } from '../../../agent/main.ts'
import type { SettingsLayer } from '../../../agent/settings/settings.ts'
import { serveAuthority, type AuthorityServers } from '../../../demo/authority/serve-authority.ts'
import { canaryPin } from '../../support/canary-pins.ts'
import { AgentClient, newDocument } from '../../support/agent-client.ts'
import { makeClerk } from '../../support/clerk.ts'
import { makeKeyFile, makeSuiteFolder, writeCredential } from '../../support/own-certificate.ts'
import { smallPdf } from '../../support/small-pdf.ts'
import { tempFolder } from '../../support/temp-folder.ts'
import { journalOf } from '../../support/test-agent.ts'

const pin = canaryPin()
const suite = makeSuiteFolder('antin-stamps')
let servers: AuthorityServers
let keyFile: string
let certificateDer: Uint8Array

beforeAll(async () => {
  servers = await serveAuthority(path.join(suite.folder, 'authority'))
  const credential = await servers.authority.issue({ profile: 'clerk', name: 'Nguyễn Văn An', organisation: 'Sở Nội vụ tỉnh Lai Châu' })
  certificateDer = credential.certificateDer
  keyFile = makeKeyFile(suite.folder, 'clerk', writeCredential(suite.folder, 'clerk', credential), pin)
}, 120_000)
afterEach(() => Object.assign(servers, { tsa: {}, ocsp: {}, crl: {} }))
afterAll(async () => {
  await servers.close()
  suite.remove()
})

/** The real agent with a real time-stamp server; only the clerk is a script. */
async function desk({ home = path.join(tempFolder(), 'home'), settings = {} }: { home?: string; settings?: SettingsLayer } = {}) {
  const folder = tempFolder()
  writeFileSync(path.join(folder, 'root.pem'), servers.authority.root.certificatePem)
  const clerk = makeClerk(folder, { confirm: true, pin })
  process.env['ANTIN_PINENTRY_SCRIPT'] = clerk.environment.ANTIN_PINENTRY_SCRIPT
  const layer: SettingsLayer = { rootsFolder: folder, timeStamp: { url: servers.timeStampUrl }, evidenceHosts: [servers.host], level: 'B-T', ...settings }
  const patience = { tries: 1, timeoutMs: 60_000, pauseMs: 1 }
  const agent = await startAgent({ home, machineFolder: folder, patience, settings: { ports: [0], keyFiles: [keyFile], pinentry: clerk.pinentry, ...layer } })
  onTestFinished(() => agent.close())
  return { agent, clerk, folder, home, client: await AgentClient.pairAndConnect(agent.port) }
}

async function offered({ client }: Awaited<ReturnType<typeof desk>>, count: number) {
  const [certificate] = (await client.listCertificates()).certificates
  const documents = Array.from({ length: count }, (_, index) => newDocument(`Số ${index + 1}.pdf`, smallPdf(`${index} ${crypto.randomUUID()}`)))
  return client.offer(documents, { certificateSha256: certificate?.sha256 ?? '' })
}

function pdfsig(folder: string, bytes: Uint8Array): string {
  const file = path.join(folder, 'signed.pdf')
  writeFileSync(file, bytes)
  return execFileSync('pdfsig', ['-nocert', file], { encoding: 'utf8' })
}

describe('documents that wait for their time stamps', () => {
  it('never hold up the key, come stamped, at most four at once, and lose nothing', async () => {
    const at = await desk()
    servers.tsa = { delayMs: 100 }
    const before = servers.requests.length
    const batch = await offered(at, 9)
    at.client.approve(batch)
    const waiting = await at.client.wire.hear((heard) => heard.kind === 'sign' && heard.step === 'batch' && heard.batch.waiting === 'stamp')
    expect(waiting).toMatchObject({ batch: { state: 'signing' } })
    const done = await at.client.batch(batch.batchId, 'done')
    expect(done.documents.map(({ state }) => state)).toEqual(batch.documents.map(() => 'checked'))
    expect(servers.requests.slice(before).filter((request) => request === '/tsa')).toHaveLength(9)
    const said = pdfsig(at.folder, await at.client.fetch(batch.batchId, done.documents[0]?.documentId ?? ''))
    expect(said).toContain('Signature is Valid')
    expect(said).toContain('Total document signed')
    await at.agent.close()
    const of = (what: string) => journalOf(at.home).filter((event) => event.what === what).length
    expect(['signed', 'awaits-stamp', 'stamped', 'checked', 'done'].map(of)).toEqual([9, 9, 9, 9, 1])
  })

  it('survive the agent without a PIN, when the server is away', async () => {
    servers.tsa = { fault: 'status-500' }
    const first = await desk()
    const batch = await offered(first, 3)
    first.client.approve(batch)
    const failed = await first.client.wire.hear((heard) => heard.kind === 'sign' && heard.step === 'document' && heard.document.refusal?.code === 'time-stamp-failed')
    expect(failed).toMatchObject({ document: { state: 'signed' } })
    await first.agent.close()
    servers.tsa = {}
    const second = await desk({ home: first.home })
    await expect.poll(() => journalOf(first.home).filter(({ what }) => what === 'checked').length, { timeout: 20_000 }).toBe(3)
    expect(second.clerk.saw().filter(({ kind }) => kind === 'getpin')).toEqual([])
    expect(journalOf(first.home).filter(({ what }) => what === 'signed')).toHaveLength(3)
  })

  it('are all there, 200 of them, when the server dies half-way and comes back after the agent has', async () => {
    const count = 200
    let asked = 0
    const dying = (): number => {
      if (++asked === count / 2) servers.tsa = { fault: 'status-500' }
      return 0
    }
    servers.tsa = { delayMs: dying }
    const first = await desk()
    const batch = await offered(first, count)
    first.client.approve(batch)
    await first.client.wire.hear((heard) => heard.kind === 'sign' && heard.step === 'batch' && heard.batch.waiting === 'stamp')
    await expect.poll(() => journalOf(first.home).some(({ what }) => what === 'stamp-failed'), { timeout: 20_000 }).toBe(true)
    await first.agent.close()
    const of = (what: string) => journalOf(first.home).filter((event) => event.what === what).length
    expect(of('signed')).toBe(count)
    expect(of('checked')).toBeLessThan(count)
    servers.tsa = {}
    const second = await desk({ home: first.home })
    await expect.poll(() => of('checked'), { timeout: 60_000, interval: 250 }).toBe(count)
    expect([of('signed'), of('stamped'), second.clerk.saw().filter(({ kind }) => kind === 'getpin').length]).toEqual([count, count, 0])
  }, 120_000)

  it('may be taken without, where the office allows it, and the journal says so', async () => {
    servers.tsa = { fault: 'status-500' }
    const at = await desk({ settings: { unstampedAfterMinutes: 0 } })
    const batch = await offered(at, 2)
    at.client.approve(batch)
    await at.client.wire.hear((heard) => heard.kind === 'sign' && heard.step === 'batch' && heard.batch.waiting === 'stamp')
    await expect.poll(() => journalOf(at.home).filter(({ what }) => what === 'stamp-failed').length).toBeGreaterThan(0)
    at.client.say({ kind: 'sign', step: 'go-unstamped', batchId: batch.batchId })
    const done = await at.client.batch(batch.batchId, 'done')
    expect(done.documents.map(({ state }) => state)).toEqual(['checked', 'checked'])
    expect(journalOf(at.home).filter(({ what }) => what === 'unstamped')).toHaveLength(2)
  })
})

describe('the question before the PIN', () => {
  it('is asked when the batch opens; where nobody can say, the clerk has to insist', async () => {
    Object.assign(servers, { ocsp: { fault: 'status-500' }, crl: { fault: 'status-500' } })
    const at = await desk({ settings: { level: 'B-B' } })
    const batch = await offered(at, 1)
    at.client.approve(batch)
    expect(await at.client.refused('sign')).toMatchObject({ code: 'revocation-unknown' })
    expect(at.clerk.saw().filter(({ kind }) => kind === 'getpin')).toEqual([])
    at.client.approve(batch, { insist: true })
    await at.client.batch(batch.batchId, 'done')
    expect(journalOf(at.home).filter(({ what }) => what === 'insisted')).toHaveLength(1)
  })

  it('blocks a revoked certificate, also for who insists', async () => {
    servers.revoke(certificateDer, new Date('2026-01-05T00:00:00Z'))
    const at = await desk()
    const batch = await offered(at, 1)
    at.client.approve(batch, { insist: true })
    expect(await at.client.refused('sign')).toMatchObject({ code: 'certificate-revoked' })
    expect(at.clerk.saw().filter(({ kind }) => kind === 'getpin')).toEqual([])
  })
})
