import { readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import path from 'node:path'
import { createAuthority } from '../../demo/authority/authority.ts'
import { startAgentProcess, type AgentProcess } from '../../demo/office/agent-process.ts'
import { makeToken } from '../../demo/office/token.ts'
import { AgentClient, newDocument, type ClientDocument } from '../support/agent-client.ts'
import { makeClerk } from '../support/clerk.ts'
import { buildFaultModule, type FaultModule } from '../support/fault-module.ts'
import { makePdf } from './make-pdf.ts'
import type { Row } from './measure.ts'
import { tokenBusy } from './token-busy.ts'

const documentBytes = 300_000
const latencyMs = 300

/**
 * The real agent, SoftHSM behind a module that adds a token's latency, one batch of `count` documents of 300 KB. The clock
 * runs from PIN accepted (the batch is told as signing) to the last signature returned by the token; how long the token signed
 * is told by the token itself.
 */
export async function benchToken(folder: string, count: number): Promise<Row[]> {
  const slow = await withAgent(path.join(folder, 'slow'), latencyMs, (desk) => signBatch(desk, folder, count))
  const instant = await withAgent(path.join(folder, 'instant'), 0, (desk) => signBatch(desk, folder, count))
  const busy = tokenBusy(slow.timesFile)
  const rate = (1_000 * count) / instant.checkedMs
  return [
    { name: `${latencyMs} ms token, ${count} documents: token busy`, value: busy, unit: '%', limit: { least: 98 }, note: 'by the clock of the token' },
    { name: 'last signature → last checked file', value: slow.checkedMs - slow.signedMs, unit: 'ms' },
    { name: 'instant token: documents per second', value: rate, unit: '/s' },
    { name: 'instant token: processors kept busy by the agent', value: instant.cpuMs / instant.checkedMs, unit: '×', note: limitingHop(instant) },
    { name: 'instant token: signed bytes', value: (rate * documentBytes) / 1e6, unit: 'MB/s' },
    { name: 'approve → PIN window asked', value: slow.promptMs, unit: 'ms', note: 'scripted pinentry; includes the start of its process' },
  ]
}

/** With both processors busy the worker threads limit; with idle ones it is waiting for the disk: each state is on it before it is told. */
function limitingHop({ cpuMs, checkedMs }: BatchTimes): string {
  return cpuMs / checkedMs > 0.75 * availableParallelism() ? 'limited by signing/: worker threads' : 'limited by session/: journal and spool wait for the disk'
}

/** User and system time of all threads of a process, in milliseconds (proc(5), /proc/PID/stat, 100 ticks a second). */
function cpuMsOf(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
  return 10 * (Number(fields[11]) + Number(fields[12]))
}

interface BatchTimes {
  /** Where the token has written down when it signed. */
  timesFile: string
  cpuMs: number
  promptMs: number
  signedMs: number
  checkedMs: number
}

async function signBatch({ client, clerk, agent, timesFile }: Desk, folder: string, count: number): Promise<BatchTimes> {
  const documents = makeDocuments(folder, count)
  const { certificates } = await client.listCertificates()
  const certificateSha256 = certificates[0]?.sha256 ?? ''
  const batch = await client.offer(documents, { certificateSha256 })
  const approvedAt = performance.now()
  client.approve(batch)
  await client.batch(batch.batchId, 'signing')
  const startedAt = performance.now()
  const cpuBefore = cpuMsOf(agent.pid)
  if (clerk.saw().length === 0) throw new Error('no PIN was asked')
  await Promise.all(documents.map(({ documentId }) => client.document(documentId, 'signed', 'refused')))
  const signedMs = performance.now() - startedAt
  await client.batch(batch.batchId, 'done')
  return { timesFile, cpuMs: cpuMsOf(agent.pid) - cpuBefore, promptMs: startedAt - approvedAt, signedMs, checkedMs: performance.now() - startedAt }
}

function makeDocuments(folder: string, count: number): ClientDocument[] {
  const file = path.join(folder, 'document.pdf')
  return Array.from({ length: count }, (_, index) => {
    makePdf(file, documentBytes)
    return newDocument(`${index + 1}. Quyết định.pdf`, new Uint8Array(readFileSync(file)))
  })
}

interface Desk {
  client: AgentClient
  clerk: ReturnType<typeof makeClerk>
  fault: FaultModule
  timesFile: string
  agent: AgentProcess
}

async function withAgent<Result>(folder: string, latency: number, work: (desk: Desk) => Promise<Result>): Promise<Result> {
  const authority = await createAuthority(path.join(folder, 'authority'))
  const token = await makeToken('softhsm', folder, () => authority.issue({ profile: 'leader', name: 'Nguyễn Văn Đo', organisation: 'Sở Đo lường' }))
  const fault = buildFaultModule(folder, token.option.slice('pkcs11:'.length))
  const clerk = makeClerk(folder, { pin: token.pin, confirm: true })
  const agent = await startAgentProcess({
    home: path.join(folder, 'home'),
    port: 0,
    tokenOptions: [`pkcs11:${fault.module}`],
    pinentry: clerk.pinentry,
    environment: { ...token.environment, ...fault.environment, ...clerk.environment },
  })
  try {
    const client = await AgentClient.pairAndConnect(agent.port)
    const timesFile = path.join(folder, 'times')
    fault.order({ latency_ms: latency, times_file: timesFile })
    const result = await work({ client, clerk, fault, timesFile, agent })
    await client.close()
    return result
  } finally {
    await agent.stop()
  }
}
