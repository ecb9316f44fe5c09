import { readFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { AgentClient, newDocument } from '../support/agent-client.ts'
import { startAgentProcess } from '../support/agent-process.ts'
import { makeClerk } from '../support/clerk.ts'
import { makeCertificate, makeKeyFile, makeSuiteFolder } from '../support/own-certificate.ts'
import { smallPdf } from '../support/small-pdf.ts'

const suite = makeSuiteFolder('antin-host')
afterAll(() => suite.remove())
const pin = '24681357'

/** Processes that the agent started, by what runs in them. */
function childrenOf(pid: number, program: string): number[] {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number)
  return children.filter((child) => readFileSync(`/proc/${child}/cmdline`, 'utf8').includes(program))
}

it('a token host that is killed stops the batch, keeps what is finished, and the next PIN goes on', async () => {
  const { folder } = suite
  const clerk = makeClerk(folder, { confirm: true, pin })
  const keyFile = makeKeyFile(folder, 'clerk', makeCertificate(folder, 'clerk'), pin)
  const agent = await startAgentProcess({ home: path.join(folder, 'home'), keyFile, pinentry: clerk.pinentry, environment: clerk.environment })
  if (!agent) throw new Error('the agent did not start')
  const client = await AgentClient.pairAndConnect(agent.port)
  const [certificate] = (await client.listCertificates()).certificates
  const documents = Array.from({ length: 30 }, (_, index) => newDocument(`${index + 1}.pdf`, smallPdf(`host ${index}`)))
  const offered = await client.offer(documents, { certificateSha256: certificate?.sha256 ?? '' })
  client.approve(offered)
  // The workers finish in whatever order.
  await Promise.all(documents.slice(0, 3).map(({ documentId }) => client.document(documentId, 'checked')))
  const hosts = childrenOf(agent.pid, 'token/host')
  expect(hosts).toHaveLength(1)
  for (const host of hosts) process.kill(host, 'SIGKILL')

  const stopped = await client.batch(offered.batchId, 'stopped')
  expect(stopped.refusal).toMatchObject({ code: 'token-failed', facts: { returnValue: 'SIGKILL' } })
  const finished = stopped.documents.filter(({ state }) => state === 'checked')
  expect(finished.length).toBeGreaterThanOrEqual(3)
  expect(finished.length + stopped.documents.filter(({ state }) => state === 'received').length).toBe(30)
  expect(childrenOf(agent.pid, 'token/host')).not.toEqual(hosts)

  client.approve(stopped)
  const done = await client.batch(offered.batchId, 'done')
  expect(done.documents.every(({ state }) => state === 'checked')).toBe(true)
  for (const { documentId, signedSha256 } of finished) expect(done.documents.find((document) => document.documentId === documentId)?.signedSha256).toBe(signedSha256)
  expect(clerk.saw().filter(({ kind }) => kind === 'getpin').map(({ description }) => /còn \d+ trong 30/.test(description))).toEqual([false, true])
  await client.close()
  await agent.stop()
})
