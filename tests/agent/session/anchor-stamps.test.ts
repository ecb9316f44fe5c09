import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { anchorsFile, readAnchors, type Anchor } from '../../../agent/journal/anchors.ts'
import { AnchorStamps, type AnchorParts } from '../../../agent/session/anchor-stamps.ts'
import { createEvidenceWorkers } from '../../../agent/signing/evidence-workers.ts'
import { createAskServer } from '../../../agent/trust/ask-server.ts'
import { serveAuthority, type AuthorityServers } from '../../../demo/authority/serve-authority.ts'
import { receiptPage } from '../../../extension/background/receipt-file.ts'
import type { ReceiptView } from '../../../shared/protocol/receipt.ts'
import { AgentClient } from '../../support/agent-client.ts'
import { makeSuiteFolder } from '../../support/own-certificate.ts'
import { tempFolder } from '../../support/temp-folder.ts'
import { journalOf, makeDocuments, startTestAgent, type TestAgent } from '../../support/test-agent.ts'

const antin = path.resolve(import.meta.dirname, '../../../agent/cli/antin.ts')
const suite = makeSuiteFolder('antin-anchor-stamps')
const rootFile = path.join(suite.folder, 'root.pem')
let servers: AuthorityServers

beforeAll(async () => {
  servers = await serveAuthority(path.join(suite.folder, 'authority'))
  writeFileSync(rootFile, servers.authority.root.certificatePem)
}, 120_000)
afterEach(() => Object.assign(servers, { tsa: {} }))
afterAll(async () => {
  await servers.close()
  suite.remove()
})

/** An agent under the authority's time stamps; the documents themselves need none. */
async function office(settings: object = { timeStamp: { url: servers.timeStampUrl } }) {
  const workers = createEvidenceWorkers({ askServer: createAskServer({ hosts: [servers.host] }) })
  const evidence = { ...workers, checkCertificate: () => Promise.resolve({ kind: 'good' as const, until: undefined }) }
  const agent = await startTestAgent({ evidence, patience: { tries: 1, timeoutMs: 60_000, pauseMs: 1 }, settings: { rootsFolder: suite.folder, level: 'B-B', ...settings } })
  return { agent, client: await AgentClient.pairAndConnect(agent.port) }
}

/** @returns the batch, with one document signed */
async function signOne({ agent, client }: { agent: TestAgent; client: AgentClient }): Promise<string> {
  const offered = await client.offer(makeDocuments(1), agent)
  client.approve(offered)
  await client.batch(offered.batchId, 'done')
  return offered.batchId
}

async function receiptOf(client: AgentClient, batchId: string): Promise<ReceiptView> {
  client.say({ kind: 'sign', step: 'receipt', batchId })
  const heard = await client.wire.hear((message) => message.kind === 'sign' && message.step === 'receipt')
  return (heard as { receipt: ReceiptView }).receipt
}

const stamped = (home: string): Anchor[] => readAnchors(home).anchors.filter(({ timeStamp }) => timeStamp !== undefined)
const stampsOf = ({ home }: TestAgent, count: number) => expect.poll(() => stamped(home), { timeout: 20_000 }).toHaveLength(count)
const asked = (): number => servers.requests.filter((request) => request === '/tsa').length

function verify(home: string, ...words: string[]): { status: number | null; verdict: Record<string, unknown>; said: string; errors: string } {
  const run = (...more: string[]) => spawnSync(process.execPath, [antin, 'journal', 'verify', '--home', home, ...words, ...more], { encoding: 'utf8' })
  const { status, stdout, stderr } = run('--json')
  return { status, verdict: stdout === '' ? {} : (JSON.parse(stdout) as Record<string, unknown>), said: run('--language', 'en').stdout, errors: stderr }
}

describe('the end of a batch, where an authority stamps', () => {
  it('is stamped behind its end: verify says since when, and the receipt shows the time that the stamp states', async () => {
    const at = await office()
    const batchId = await signOne(at)
    await stampsOf(at.agent, 1)
    const [anchor] = stamped(at.agent.home)
    expect(anchor).toMatchObject({ batchId })
    const receipt = await receiptOf(at.client, batchId)
    expect(receipt.anchor).toEqual(anchor)
    const shown = new Date(anchor?.stampedAt ?? '').toLocaleString('vi-VN')
    expect(receiptPage(receipt, 'vi')).toContain(`<dt>Dấu thời gian của dấu mốc</dt><dd>${shown}</dd>`)
    await at.agent.close()

    const { status, verdict, said } = verify(at.agent.home, '--root', rootFile)
    expect([status, verdict]).toMatchObject([0, { fits: true, stampedSince: anchor?.stampedAt, lastStamp: { at: anchor?.stampedAt, eventId: anchor?.eventId }, forged: [], unproven: [] }])
    expect(said).toMatch(/\nTime-stamped by a trusted authority since .*, at event \d+\.\n/)
    // The receipt alone proves it too, to whoever has the root.
    const page = path.join(tempFolder(), 'receipt.html')
    writeFileSync(page, receiptPage(receipt, 'vi'))
    writeFileSync(anchorsFile(at.agent.home), '')
    expect(verify(at.agent.home, '--root', rootFile, '--receipt', page).verdict).toMatchObject({ fits: true, stampedSince: anchor?.stampedAt })
  })

  it('covers the batch before, whose stamp the authority refused; nothing waits for it and nothing is called a defect', async () => {
    servers.tsa = { fault: 'status-500' }
    const at = await office()
    const before = asked()
    const first = await signOne(at)
    await expect.poll(asked, { timeout: 20_000 }).toBe(before + 1)
    expect((await receiptOf(at.client, first)).anchor.timeStamp).toBeUndefined()
    servers.tsa = {}
    await signOne(at)
    await stampsOf(at.agent, 1)
    expect((await receiptOf(at.client, first)).anchor).toEqual(stamped(at.agent.home)[0])
    await at.agent.close()
    expect(journalOf(at.agent.home).filter(({ what }) => what === 'failed')).toEqual([])
  })

  it.each([
    ['that has expired', { certificate: 'expired' }],
    ['whose certificate is for something else', { certificate: 'wrong-usage' }],
  ] as const)('keeps no stamp of an authority %s', async (_, conduct) => {
    servers.tsa = conduct
    const at = await office()
    const before = asked()
    await signOne(at)
    await expect.poll(asked, { timeout: 20_000 }).toBe(before + 1)
    await at.agent.close()
    expect(stamped(at.agent.home)).toEqual([])
    expect(journalOf(at.agent.home).filter(({ what }) => what === 'failed')).toEqual([])
    expect(verify(at.agent.home, '--root', rootFile)).toMatchObject({ status: 0, verdict: { fits: true } })
  })

  it('is not waited for when the agent ends, and its stamp is no defect then', async () => {
    servers.tsa = { fault: 'silent' }
    const at = await office()
    const before = asked()
    await signOne(at)
    await expect.poll(asked, { timeout: 20_000 }).toBe(before + 1)
    await at.agent.close()
    expect(stamped(at.agent.home)).toEqual([])
    expect(journalOf(at.agent.home).filter(({ what }) => what === 'failed')).toEqual([])
  })

  it('asks nobody where no authority is set', async () => {
    const before = asked()
    const at = await office({})
    await signOne(at)
    await at.agent.close()
    expect([asked(), stamped(at.agent.home)]).toEqual([before, []])
  })
})

describe('antin journal verify', () => {
  it('calls a stamp of another head forged, and one that was changed too', async () => {
    const at = await office()
    await signOne(at)
    await stampsOf(at.agent, 1)
    await at.agent.close()
    const { anchors } = readAnchors(at.agent.home)
    const [first] = anchors
    const timeStamp = stamped(at.agent.home)[0]?.timeStamp ?? ''
    const put = (token: string): void => writeFileSync(anchorsFile(at.agent.home), [first, { ...first, timeStamp: token }].map((anchor) => `${JSON.stringify(anchor)}\n`).join(''))
    put(timeStamp)
    expect(verify(at.agent.home, '--root', rootFile)).toMatchObject({ status: 1, verdict: { fits: false, forged: [{ eventId: 0, fault: 'imprint-differs' }] } })
    put(Buffer.from('no token').toString('base64'))
    const { status, verdict, said } = verify(at.agent.home, '--root', rootFile)
    expect([status, verdict]).toMatchObject([1, { forged: [{ eventId: 0, fault: 'token-malformed' }] }])
    expect(said).toContain('The time stamp at event 0 is NOT of this journal, or was changed.')
  })

  it('says that a stamp proves nothing without its root, and that the roots of the settings cannot be read; the chain is judged all the same', async () => {
    const at = await office()
    await signOne(at)
    await stampsOf(at.agent, 1)
    await at.agent.close()
    const unproven = verify(at.agent.home)
    expect(unproven).toMatchObject({ status: 0, verdict: { fits: true, forged: [], unproven: [{ fault: expect.any(String) as unknown }] } })
    expect(unproven.said).toContain('1 time stamps prove nothing yet')

    const gone = path.join(tempFolder(), 'gone')
    writeFileSync(path.join(at.agent.home, 'settings.json'), JSON.stringify({ rootsFolder: gone }), { mode: 0o600 })
    const { status, verdict, said } = verify(at.agent.home)
    expect([status, verdict]).toMatchObject([0, { fits: true, unreadableRoots: expect.stringContaining(gone) as unknown }])
    expect(said).toContain('The journal was checked all the same')
    expect(verify(at.agent.home, '--root', rootFile).verdict).toMatchObject({ stampedSince: stamped(at.agent.home)[0]?.stampedAt })
    expect(verify(at.agent.home, '--root', gone)).toMatchObject({ status: 64, errors: expect.stringContaining(`${gone} cannot be read as root certificates`) as unknown })
  })
})

describe('AnchorStamps', () => {
  const anchorAt = (eventId: number): Anchor => ({ at: '', eventId, hash: eventId.toString(16).padStart(64, '0') })

  function line(stamp: AnchorParts['evidence']['stamp']) {
    const [kept, report, closing] = [vi.fn(), vi.fn(), new AbortController()]
    const stamps = new AnchorStamps({ evidence: { stamp }, journal: { keepStamp: kept }, settings: { timeStamp: { url: 'http://tsa.example' } }, trust: { roots: [], intermediates: [] }, report }, closing.signal)
    return { stamps, closing, report, kept: () => kept.mock.calls.map(([anchor]) => (anchor as Anchor).eventId) }
  }

  it('asks for one at a time, and of those that wait for the newest alone', async () => {
    const answers: (() => void)[] = []
    const { stamps, kept } = line(() => new Promise((resolve) => answers.push(() => resolve({ token: new Uint8Array(1), at: new Date(0) }))))
    for (const eventId of [1, 2, 3]) stamps.add(anchorAt(eventId))
    expect(answers).toHaveLength(1)
    answers[0]?.()
    await expect.poll(() => answers.length).toBe(2)
    answers[1]?.()
    await stamps.close()
    expect(kept()).toEqual([1, 3])
  })

  it('reports what is no failure of the authority, and goes on', async () => {
    const defect = new Error('a defect')
    let left = 1
    const { stamps, kept, report } = line(() => (left-- > 0 ? Promise.reject(defect) : Promise.resolve({ token: new Uint8Array(1), at: new Date(0) })))
    stamps.add(anchorAt(1))
    stamps.add(anchorAt(2))
    await stamps.close()
    expect([kept(), report.mock.calls]).toEqual([[2], [[defect]]])
  })
})
