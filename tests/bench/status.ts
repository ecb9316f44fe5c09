import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { createAuthority } from '../../demo/authority/authority.ts'
import { startAgentProcess } from '../../demo/office/agent-process.ts'
import { makeToken } from '../../demo/office/token.ts'
import { AgentClient, newDocument } from '../support/agent-client.ts'
import { makeClerk } from '../support/clerk.ts'
import { buildFaultModule, type FaultModule } from '../support/fault-module.ts'
import { makePdf } from './make-pdf.ts'

const signMs = 2_000
const rounds = 5
/** Often enough that no pause of the agent falls between two questions. */
const everyMs = 2

export interface LongestWaits {
  idle: number
  crash: number
  hang: number
}

/**
 * The longest wait for an answer to `status`, in milliseconds, asked of the bundle without a break: while nothing happens,
 * while a batch ends by a crash of the driver, and while it ends by a driver that hangs and is killed. Each from before the
 * approval until the next batch is signed. The best of several rounds: what the agent does by itself it does every time.
 */
export async function longestStatusWaits(folder: string): Promise<LongestWaits> {
  const authority = await createAuthority(path.join(folder, 'authority'))
  const token = await makeToken('softhsm', folder, () => authority.issue({ profile: 'leader', name: 'Nguyễn Văn Đo', organisation: 'Sở Đo lường' }))
  const fault = buildFaultModule(folder, token.option.slice('pkcs11:'.length))
  const clerk = makeClerk(folder, { pin: token.pin, confirm: true })
  const home = path.join(folder, 'home')
  mkdirSync(home, { recursive: true, mode: 0o700 })
  writeFileSync(path.join(home, 'settings.json'), JSON.stringify({ deadlines: { signMs } }), { mode: 0o600 })
  const environment = { ...token.environment, ...fault.environment, ...clerk.environment }
  const agent = await startAgentProcess({ home, port: 0, tokenOptions: [`pkcs11:${fault.module}`], pinentry: clerk.pinentry, environment })
  try {
    const client = await AgentClient.pairAndConnect(agent.port)
    const file = path.join(folder, 'document.pdf')
    makePdf(file, 100_000)
    const { certificates } = await client.listCertificates()
    const desk = { client, fault, certificateSha256: certificates[0]?.sha256 ?? '', bytes: new Uint8Array(readFileSync(file)) }
    const waits = {
      idle: await bestOf(() => longestWait(client, pause(signMs))),
      crash: await bestOf(() => longestWait(client, signTwice(desk, 'crash'))),
      hang: await bestOf(() => longestWait(client, signTwice(desk, 'hang'))),
    }
    await client.close()
    return waits
  } finally {
    await agent.stop()
  }
}

async function bestOf(measure: () => Promise<number>): Promise<number> {
  const found: number[] = []
  for (let round = 0; round < rounds; round++) found.push(await measure())
  return Math.min(...found)
}

async function longestWait(client: AgentClient, work: Promise<unknown>): Promise<number> {
  let isOver = false
  const over = work.finally(() => (isOver = true))
  let longest = 0
  while (!isOver) {
    const askedAt = performance.now()
    await client.status()
    longest = Math.max(longest, performance.now() - askedAt)
    await pause(everyMs)
  }
  await over
  return longest
}

interface Desk {
  client: AgentClient
  fault: FaultModule
  certificateSha256: string
  bytes: Uint8Array
}

/** A batch that the driver ends, and one that goes well. */
async function signTwice({ client, fault, certificateSha256, bytes }: Desk, mode: 'crash' | 'hang'): Promise<void> {
  const offer = () => client.offer([newDocument('Quyết định.pdf', bytes)], { certificateSha256 })
  const first = await offer()
  fault.order({ fn: 'C_Sign', mode })
  client.approve(first)
  await client.batch(first.batchId, 'stopped')
  fault.order({})
  const second = await offer()
  client.approve(second)
  await client.batch(second.batchId, 'done')
}
