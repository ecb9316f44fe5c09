import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { serveAuthority, type AuthorityServers } from '../../demo/authority/serve-authority.ts'
import { startAgentProcess } from '../../demo/office/agent-process.ts'
import { makeToken } from '../../demo/office/token.ts'
import { AgentClient, newDocument, type ClientDocument } from '../support/agent-client.ts'
import { makeClerk } from '../support/clerk.ts'
import { buildFaultModule } from '../support/fault-module.ts'
import { makePdf } from './make-pdf.ts'
import type { Row } from './measure.ts'

const documentBytes = 100_000
const tokenMs = 300
/** How many questions to one host the agent has under way. */
const atOnce = 4

/**
 * The real agent, SoftHSM behind a module that adds a token's latency, and a time-stamp server that takes its time. The clock runs
 * from PIN accepted to the last document that is checked with its stamp; the limit is what token or server need alone.
 */
export async function benchStamps(folder: string): Promise<Row[]> {
  const steady = (seconds: number) => (): number => seconds * 1_000
  const fast = await withStamps(path.join(folder, '2s'), { count: 200, delayMs: steady(2) })
  // Beside each other: they wait for servers of their own, and need no processor.
  const [slow, drawn] = await Promise.all([
    withStamps(path.join(folder, '30s'), { count: 200, delayMs: steady(30) }),
    withStamps(path.join(folder, 'drawn'), { count: 200, delayMs: drawnDelays() }),
  ])
  const row = (name: string, { ratio, seconds, limitSeconds }: StampTimes): Row => ({
    name: `stamps of ${name} ÷ max(token, server)`, value: ratio, unit: '×', limit: { most: 1.05 }, note: `${seconds.toFixed(1)} s for ${limitSeconds.toFixed(1)} s`,
  })
  return [row('2 s, 200 documents', fast), row('30 s, 200 documents', slow), row('2–131 s, 200 documents', drawn)]
}

interface StampTimes {
  ratio: number
  seconds: number
  limitSeconds: number
}

/** 2 to 131 s, evenly over the orders of magnitude, as measured authorities are: often quick, sometimes very slow. The same in each run. */
function drawnDelays(): () => number {
  let state = 20_261_124
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return 2_000 * (131 / 2) ** (state / 4_294_967_296)
  }
}

async function withStamps(folder: string, { count, delayMs }: { count: number; delayMs: () => number }): Promise<StampTimes> {
  mkdirSync(path.join(folder, 'roots'), { recursive: true })
  const servers = await serveAuthority(path.join(folder, 'authority'))
  const delays: number[] = []
  const token = await makeToken('softhsm', path.join(folder, 'token'), () => servers.authority.issue({ profile: 'leader', name: 'Nguyễn Văn Đo', organisation: 'Sở Đo lường' }))
  const fault = buildFaultModule(folder, token.option.slice('pkcs11:'.length))
  const clerk = makeClerk(folder, { pin: token.pin, confirm: true })
  const home = writeHome(folder, servers)
  const environment = { ...token.environment, ...fault.environment, ...clerk.environment }
  const agent = await startAgentProcess({ home, port: 0, tokenOptions: [`pkcs11:${fault.module}`], pinentry: clerk.pinentry, environment })
  try {
    const client = await AgentClient.pairAndConnect(agent.port)
    fault.order({ latency_ms: tokenMs })
    servers.tsa = { delayMs: () => delays[delays.push(delayMs()) - 1] ?? 0 }
    const seconds = await signBatch(client, makeDocuments(folder, count))
    await client.close()
    // The anchor of the journal is stamped behind the batch, and may have been asked for by now.
    const [ofDocuments, ofAnchor] = [delays.slice(0, count), delays.slice(count)]
    if (ofDocuments.length < count || ofAnchor.length > 1) throw new Error(`${count} documents asked for ${delays.length} stamps`)
    const limitSeconds = Math.max(count * tokenMs, busyMs(ofDocuments)) / 1_000
    return { seconds, limitSeconds, ratio: seconds / limitSeconds }
  } finally {
    await agent.stop()
    await servers.close()
  }
}

function writeHome(folder: string, { authority, host, timeStampUrl }: AuthorityServers): string {
  const home = path.join(folder, 'home')
  mkdirSync(home, { mode: 0o700 })
  writeFileSync(path.join(folder, 'roots', 'root.pem'), authority.root.certificatePem)
  const settings = { rootsFolder: path.join(folder, 'roots'), timeStamp: { url: timeStampUrl }, evidenceHosts: [host], level: 'B-T' }
  writeFileSync(path.join(home, 'settings.json'), JSON.stringify(settings))
  return home
}

async function signBatch(client: AgentClient, documents: readonly ClientDocument[]): Promise<number> {
  const [certificate] = (await client.listCertificates()).certificates
  const batch = await client.offer(documents, { certificateSha256: certificate?.sha256 ?? '' })
  client.approve(batch)
  await client.batch(batch.batchId, 'signing')
  const startedAt = performance.now()
  const done = await client.batch(batch.batchId, 'done')
  const lost = done.documents.filter(({ state }) => state !== 'checked').length
  if (lost > 0) throw new Error(`${lost} documents were lost`)
  return (performance.now() - startedAt) / 1_000
}

/** How long the server is busy with these answers, in their order, four at once. */
function busyMs(delays: readonly number[]): number {
  const freeAt = Array.from({ length: atOnce }, () => 0)
  for (const delay of delays) {
    const next = freeAt.indexOf(Math.min(...freeAt))
    freeAt[next] = (freeAt[next] ?? 0) + delay
  }
  return Math.max(...freeAt)
}

function makeDocuments(folder: string, count: number): ClientDocument[] {
  const file = path.join(folder, 'document.pdf')
  return Array.from({ length: count }, (_, index) => {
    makePdf(file, documentBytes)
    return newDocument(`${index + 1}. Quyết định.pdf`, new Uint8Array(readFileSync(file)))
  })
}
