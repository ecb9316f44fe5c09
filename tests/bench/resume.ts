import { randomUUID } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import path from 'node:path'
import { makeClerk } from '../support/clerk.ts'
import { AgentClient, newDocument } from '../support/agent-client.ts'
import { startAgentProcess } from '../support/agent-process.ts'
import { makeCertificate, makeKeyFile } from '../support/own-certificate.ts'
import { smallPdf } from '../support/small-pdf.ts'
import type { Row } from './measure.ts'

const runs = 5
const pin = '24681357'

/** An agent that is killed in a batch, and its successor: from the line that says ready to its first word about the batch. */
export async function benchResume(folder: string): Promise<Row[]> {
  const times: number[] = []
  for (let run = 0; run < runs; run++) times.push(await resumedMs(path.join(folder, String(run))))
  const note = `${runs} kills in batches of 100 documents`
  return [{ name: "agent's return → the batch goes on, worst of all", value: Math.max(...times), unit: 'ms', limit: { most: 2_000 }, note }]
}

async function resumedMs(folder: string): Promise<number> {
  const home = path.join(folder, 'home')
  mkdirSync(home, { recursive: true, mode: 0o700 })
  const clerk = makeClerk(folder, { confirm: true, pin })
  const keyFile = makeKeyFile(folder, 'clerk', makeCertificate(folder, 'clerk'), pin)
  const start = async () => {
    const agent = await startAgentProcess({ home, keyFile, pinentry: clerk.pinentry, environment: clerk.environment, isBuilt: true })
    if (!agent) throw new Error('the agent did not start')
    return agent
  }
  const first = await start()
  const client = await AgentClient.pairAndConnect(first.port)
  const [certificate] = (await client.listCertificates()).certificates
  const documents = Array.from({ length: 100 }, (_, index) => newDocument(`${index + 1}.pdf`, smallPdf(`resume ${index} ${randomUUID()}`)))
  const offered = await client.offer(documents, { certificateSha256: certificate?.sha256 ?? '' })
  client.approve(offered)
  await client.document(documents[0]?.documentId ?? '', 'checked')
  await first.kill()
  const second = await start()
  const backAt = performance.now()
  const again = await AgentClient.connect(second.port, client.paired)
  await again.resume(offered.batchId)
  const tookMs = performance.now() - backAt
  await again.close()
  await second.stop()
  return tookMs
}
