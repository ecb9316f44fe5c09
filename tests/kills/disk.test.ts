import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, readdirSync } from 'node:fs'
import path from 'node:path'
import { afterAll, afterEach, describe, expect, it } from 'vitest'
import { RefusalError } from '../../shared/errors.ts'
import { verifyJournal } from '../../agent/journal/verify-journal.ts'
import { canaryPin } from '../support/canary-pins.ts'
import { AgentClient, newDocument, type ClientDocument } from '../support/agent-client.ts'
import { startAgentProcess, type AgentProcess } from '../support/agent-process.ts'
import { makeClerk } from '../support/clerk.ts'
import { makeCertificate, makeKeyFile, makeSuiteFolder } from '../support/own-certificate.ts'
import { smallPdf } from '../support/small-pdf.ts'

const suite = makeSuiteFolder('antin-disk')
const home = path.join(suite.folder, 'home')
const pin = canaryPin()
const canMount = mount('1m')
if (canMount) unmount()
else console.log('SKIPPED: a full disk and a read-only one are not tested, because nothing can be mounted here')

function mount(size: string, place = home): boolean {
  mkdirSync(place, { recursive: true })
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `mode=700,size=${size}`, 'tmpfs', place], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

function unmount(): void {
  const mounted = readFileSync('/proc/mounts', 'utf8').split('\n').map((line) => line.split(' ')[1] ?? '').filter((place) => place.startsWith(suite.folder))
  for (const place of mounted.toReversed()) execFileSync('umount', [place])
}

function remount(option: string, place = home): void {
  execFileSync('mount', ['-o', `remount,${option}`, place])
}

let agent: AgentProcess | undefined
afterEach(async () => {
  await agent?.stop()
  agent = undefined
  if (canMount) unmount()
})
afterAll(() => suite.remove())

async function openOffice(count: number): Promise<{ client: AgentClient; certificateSha256: string; documents: ClientDocument[] }> {
  const clerk = makeClerk(suite.folder, { confirm: true, pin })
  const keyFile = makeKeyFile(suite.folder, 'clerk', makeCertificate(suite.folder, 'clerk'), pin)
  agent = await startAgentProcess({ home, keyFile, pinentry: clerk.pinentry, environment: clerk.environment, isBuilt: true })
  if (!agent) throw new Error('the agent did not start')
  const client = await AgentClient.pairAndConnect(agent.port)
  const [certificate] = (await client.listCertificates()).certificates
  const documents = Array.from({ length: count }, (_, index) => newDocument(`${index + 1}.pdf`, smallPdf(`disk ${index}`, 300_000)))
  return { client, certificateSha256: certificate?.sha256 ?? '', documents }
}

function halfFiles(): string[] {
  return readdirSync(home, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.part'))
}

describe.skipIf(!canMount)('a disk that is full', () => {
  it('stops the batch while it signs; what is finished stays, nothing half is left, and with space it goes on', async () => {
    mount('5m')
    const { client, certificateSha256, documents } = await openOffice(10)
    const offered = await client.offer(documents, { certificateSha256 })
    client.approve(offered)
    const stopped = await client.batch(offered.batchId, 'stopped', 'done')
    expect([stopped.state, stopped.refusal?.code]).toEqual(['stopped', 'disk-full'])
    const states = Map.groupBy(stopped.documents, ({ state }) => state)
    expect([...states.keys()].sort()).toEqual(['checked', 'received'])
    expect(halfFiles()).toEqual([])

    remount('size=50m')
    client.approve(stopped)
    const done = await client.batch(offered.batchId, 'done')
    expect(done.documents.every(({ state }) => state === 'checked')).toBe(true)
    for (const { documentId, signedSha256 } of states.get('checked') ?? []) {
      expect(done.documents.find((document) => document.documentId === documentId)?.signedSha256).toBe(signedSha256)
    }
    expect((await client.fetch(offered.batchId, documents[9]?.documentId ?? '')).length).toBeGreaterThan(300_000)
    expect(verifyJournal(home).misfit).toBeUndefined()
  })

  it('refuses what no longer fits while documents come, by its name', async () => {
    mount('2m')
    const { client, certificateSha256, documents } = await openOffice(10)
    const { batchId } = await client.open(documents, { certificateSha256 })
    const outcomes: string[] = []
    for (const document of documents) {
      await client.send(batchId, document).catch((thrown: unknown) => outcomes.push(thrown instanceof RefusalError ? thrown.refusal.code : String(thrown)))
    }
    remount('size=50m')
    const later = await AgentClient.connect(agent?.port ?? 0, client.paired)
    const codes = new Set((await later.resume(batchId)).documents.flatMap(({ refusal }) => refusal?.code ?? []))
    expect([...codes]).toEqual(['disk-full'])
    expect(new Set(outcomes)).toEqual(new Set(['disk-full']))
    expect(halfFiles()).toEqual([])
  })
})

describe.skipIf(!canMount)('a folder that cannot be written', () => {
  it('stops the batch by its name, and goes on when it can be written again', async () => {
    const spool = path.join(home, 'spool')
    mount('50m', spool)
    const { client, certificateSha256, documents } = await openOffice(3)
    const offered = await client.offer(documents, { certificateSha256 })
    remount('ro', spool)
    client.approve(offered)
    const stopped = await client.batch(offered.batchId, 'stopped')
    expect(stopped.refusal).toMatchObject({ code: 'folder-unwritable', facts: { folder: path.join(spool, offered.batchId) } })
    expect(stopped.documents.map(({ state }) => state)).toEqual(['received', 'received', 'received'])
    await expect(client.open([newDocument('x.pdf', smallPdf('x'))], { certificateSha256 }).then(({ batchId, documents: [document] }) => client.send(batchId, { documentId: document?.documentId ?? '', name: '', bytes: smallPdf('x') }))).rejects.toThrow('folder-unwritable')
    remount('rw', spool)
    client.approve(stopped)
    expect((await client.batch(offered.batchId, 'done')).documents.every(({ state }) => state === 'checked')).toBe(true)
  })
})
