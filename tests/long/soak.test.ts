import { createHash, randomUUID } from 'node:crypto'
import { readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { execFileSync } from 'node:child_process'
import path from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { limits } from '../../shared/protocol/limits.ts'
import { verifyJournal } from '../../agent/journal/verify-journal.ts'
import { canaryPin } from '../support/canary-pins.ts'
import { AgentClient } from '../support/agent-client.ts'
import { startAgentProcess } from '../support/agent-process.ts'
import { makeClerk } from '../support/clerk.ts'
import { makeCertificate, makeKeyFile, makeSuiteFolder } from '../support/own-certificate.ts'
import { smallPdf } from '../support/small-pdf.ts'

const suite = makeSuiteFolder('antin-soak')
afterAll(() => suite.remove())
const pin = canaryPin()
const count = 1_000
const sizeBytes = 300_000
const mostMibPer100 = 5

interface Sample {
  documents: number
  rssMib: number
}

/** Resident memory of the agent's main process: threads and their buffers are in it. */
function rssMib(pid: number): number {
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024
}

/** Least squares, MiB per 100 documents. The first 100 warm the process up. */
function slope(samples: readonly Sample[]): number {
  const steady = samples.filter(({ documents }) => documents > 100)
  const mean = (values: number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length
  const [meanX, meanY] = [mean(steady.map(({ documents }) => documents)), mean(steady.map((sample) => sample.rssMib))]
  const covariance = mean(steady.map(({ documents, rssMib: y }) => (documents - meanX) * (y - meanY)))
  return (100 * covariance) / mean(steady.map(({ documents }) => (documents - meanX) ** 2))
}

function report(phase: string, samples: readonly Sample[], ms: number): number {
  const perHundred = slope(samples)
  const shown = samples.filter(({ documents }) => documents % 100 === 0).map((sample) => Math.round(sample.rssMib))
  console.log(`soak: ${phase} ${count} × ${sizeBytes / 1000} kB in ${Math.round(ms / 1000)} s; RSS MiB at each 100: ${shown.join(' ')}; ${perHundred.toFixed(2)} MiB per 100 documents`)
  return perHundred
}

it('signs a thousand documents of 300 kB in one batch, with a memory that stays flat', async () => {
  const { folder } = suite
  const home = path.join(folder, 'home')
  const clerk = makeClerk(folder, { confirm: true, pin })
  const keyFile = makeKeyFile(folder, 'clerk', makeCertificate(folder, 'clerk'), pin)
  const agent = await startAgentProcess({ home, keyFile, pinentry: clerk.pinentry, environment: clerk.environment })
  if (!agent) throw new Error('the agent did not start')
  const client = await AgentClient.pairAndConnect(agent.port)
  const [certificate] = (await client.listCertificates()).certificates
  const names = Array.from({ length: count }, (_, index) => ({ documentId: randomUUID(), name: `${index + 1}. Quyết định.pdf` }))
  const bytesOf = (index: number): Buffer => smallPdf(`soak ${index}`, sizeBytes)
  /** Does something for each document in turn and looks at the memory after every tenth. */
  const each = async (phase: string, work: (documentId: string, index: number) => Promise<void>): Promise<number> => {
    const samples: Sample[] = []
    const startedAt = performance.now()
    for (const [index, { documentId }] of names.entries()) {
      await work(documentId, index)
      if ((index + 1) % 10 === 0) samples.push({ documents: index + 1, rssMib: rssMib(agent.pid) })
    }
    return report(phase, samples, performance.now() - startedAt)
  }

  const { batchId } = await client.open(names.map((name) => ({ ...name, bytes: new Uint8Array() })), { certificateSha256: certificate?.sha256 ?? '' })
  const receiving = await each('received', async (documentId, index) => {
    await client.send(batchId, { documentId, name: '', bytes: bytesOf(index) })
    await client.document(documentId, 'received')
  })
  client.approve(await client.batch(batchId, 'offered'))
  const signing = await each('signed', async (documentId) => {
    await client.document(documentId, 'checked')
  })
  const done = await client.batch(batchId, 'done')
  expect(done.documents.filter(({ state }) => state === 'checked')).toHaveLength(count)
  const returning = await each('brought back', async (documentId, index) => {
    const signed = await client.fetch(batchId, documentId)
    expect(done.documents[index]?.signedSha256).toBe(createHash('sha256').update(signed).digest('hex'))
    client.delivered(batchId, documentId)
    await client.document(documentId, 'delivered')
    if (index % 100 === 0) expectValid(path.join(folder, 'sample.pdf'), signed)
  })

  expect(clerk.saw().filter(({ kind }) => kind === 'getpin')).toHaveLength(1)
  expect(client.wire.longestFrameBytes).toBeLessThanOrEqual(limits.frameBytes)
  await client.close()
  await agent.stop()
  expect(verifyJournal(home).misfit).toBeUndefined()
  expect(readdirSync(path.join(home, 'spool', batchId))).toHaveLength(count)
  for (const perHundred of [receiving, signing, returning]) expect(perHundred).toBeLessThan(mostMibPer100)
})

function expectValid(file: string, signed: Uint8Array): void {
  writeFileSync(file, signed)
  const said = execFileSync('pdfsig', ['-nocert', file], { encoding: 'utf8' })
  expect(said).toContain('Signature is Valid')
  expect(said).toContain('Total document signed')
}
