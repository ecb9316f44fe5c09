import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { verifyJournal } from '../../agent/journal/verify-journal.ts'
import { usualDeadlines } from '../../agent/token/driver-host.ts'
import { examineDriver } from '../../agent/token/examine-driver.ts'
import { AgentClient, newDocument } from '../support/agent-client.ts'
import { startAgentProcess, type AgentProcess } from '../support/agent-process.ts'
import { makeClerk, type Clerk } from '../support/clerk.ts'
import type { HostPoint } from '../support/kill-host-at.ts'
import { makeCertificate, makeSuiteFolder } from '../support/own-certificate.ts'
import { smallPdf } from '../support/small-pdf.ts'
import { makeSoftHsm } from '../support/softhsm.ts'
import { hostPoints } from './host-points.ts'
import { eventsOf, expectValid } from './office-day.ts'

// The agent outlives its driver hosts: one agent, one host after the other killed under it.
const suite = makeSuiteFolder('antin-host-kills')
const home = path.join(suite.folder, 'home')
const file = path.join(suite.folder, 'kill')
const preload = path.resolve(import.meta.dirname, '../support/kill-host-at.ts')
const token = makeSoftHsm(suite.folder)
let agent: AgentProcess
let clerk: Clerk
let client: AgentClient
let certificateSha256: string

beforeAll(async () => {
  token.add({ id: '01', label: 'clerk', ...makeCertificate(suite.folder, 'clerk') })
  clerk = makeClerk(suite.folder, { confirm: true, pin: token.pin })
  const environment = { ...clerk.environment, ...token.environment, P11FAULT_KILL: file }
  const started = await startAgentProcess({ home, keyFile: `pkcs11:${token.module}`, pinentry: clerk.pinentry, environment, preload, isBuilt: true })
  if (!started) throw new Error('the agent did not start')
  agent = started
  client = await AgentClient.pairAndConnect(agent.port)
  certificateSha256 = await ownCertificate()
})
afterAll(async () => {
  await client.close()
  await agent.stop()
  suite.remove()
})

/** The next host that passes there is killed. */
function killNext(point: HostPoint): void {
  writeFileSync(file, point)
}

function killed(): Promise<void> {
  return expect.poll(() => existsSync(file), { timeout: 30_000, interval: 10 }).toBe(false)
}

/** As soon as the agent has a host again that lists it: while a token is still being read, the answer does not wait for it. */
function ownCertificate(): Promise<string> {
  return vi.waitUntil(async () => (await client.listCertificates()).certificates[0]?.sha256, { timeout: 30_000 })
}

function hosts(): number[] {
  const children = readFileSync(`/proc/${agent.pid}/task/${agent.pid}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number)
  return children.filter((child) => existsSync(`/proc/${child}/cmdline`) && readFileSync(`/proc/${child}/cmdline`, 'utf8').includes('token-host'))
}

function pinsAsked(): string[] {
  return clerk.saw().filter(({ kind }) => kind === 'getpin').map(({ description }) => description)
}

describe('a driver host that is killed with no batch open', () => {
  it.each([...hostPoints.look, ...hostPoints.load, ...hostPoints.list])('%s: the next one lists the certificate', async (point) => {
    killNext(point)
    // One that lives already is past all of that.
    for (const host of hosts()) process.kill(host, 'SIGKILL')
    await client.listCertificates()
    await killed()
    expect(await ownCertificate()).toBe(certificateSha256)
    expect(pinsAsked()).toEqual([])
  })

  it.each(hostPoints.slots)('%s: the examination of the driver tells it', async (point) => {
    const program = path.join(suite.folder, 'host.mjs')
    writeFileSync(program, `await import(${JSON.stringify(preload)})\nawait import(${JSON.stringify(path.resolve(import.meta.dirname, '../../agent/token/host.ts'))})\n`)
    Object.assign(process.env, token.environment, { P11FAULT_KILL: file })
    killNext(point)
    const { slots, refusal } = await examineDriver(token.module, usualDeadlines, program)
    expect(existsSync(file)).toBe(false)
    expect(refusal).toMatchObject({ code: 'token-failed', facts: { returnValue: 'SIGKILL' } })
    expect(slots.length > 0).toBe(point.startsWith('told'))
  })
})

describe('a driver host that is killed in a batch', () => {
  it.each([...hostPoints.ask, ...hostPoints.login, ...hostPoints.sign, ...hostPoints.close])('%s: the batch stops, keeps what is finished, and the next PIN goes on', async (point) => {
    const documents = [1, 2, 3].map((number) => newDocument(`${number}.pdf`, smallPdf(`${point} ${number}`)))
    const offered = await client.offer(documents, { certificateSha256 })
    const before = pinsAsked().length
    killNext(point)
    client.approve(offered)
    const first = await client.batch(offered.batchId, 'stopped', 'done')
    await killed()
    const finished = first.documents.filter(({ signedSha256 }) => signedSha256 !== undefined)
    let batch = first
    if (first.state === 'stopped') {
      expect(first.refusal).toMatchObject({ code: 'token-failed', facts: { returnValue: 'SIGKILL' } })
      expect(finished.length + first.documents.filter(({ state }) => state === 'received').length).toBe(3)
      // Nothing goes on by itself: the PIN went with the host.
      expect(pinsAsked().length - before).toBe(point.startsWith('before ask') ? 0 : 1)
      client.approve(first)
      batch = await client.batch(offered.batchId, 'done')
      if (finished.length > 0) expect(pinsAsked().at(-1)).toContain(`còn ${3 - finished.length} trong 3`)
    }
    expect(first.state === 'done').toBe(point.includes('close') || (point === 'told sign#3' && finished.length === 3))
    expect(batch.documents.map(({ state }) => state)).toEqual(['checked', 'checked', 'checked'])
    for (const { documentId, signedSha256 } of finished) expect(batch.documents.find((document) => document.documentId === documentId)?.signedSha256).toBe(signedSha256)
    await expectFinishedOnce(offered.batchId, documents.map(({ documentId }) => documentId))
  })
})

async function expectFinishedOnce(batchId: string, documentIds: readonly string[]): Promise<void> {
  const folder = path.join(suite.folder, batchId)
  mkdirSync(folder)
  const signed = new Map<string, Uint8Array>()
  for (const documentId of documentIds) {
    signed.set(documentId, await client.fetch(batchId, documentId))
    client.delivered(batchId, documentId)
    await client.document(documentId, 'delivered')
  }
  expectValid(folder, { signed }, documentIds.slice(0, 1))
  const events = eventsOf(home, batchId)
  for (const documentId of documentIds) expect(events.filter((event) => event.documentId === documentId && event.what === 'checked')).toHaveLength(1)
  expect(verifyJournal(home).misfit).toBeUndefined()
}
