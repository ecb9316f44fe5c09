import path from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { canaryPin } from '../support/canary-pins.ts'
import { AgentClient, newDocument } from '../support/agent-client.ts'
import { startAgentProcess } from '../support/agent-process.ts'
import { makeClerk } from '../support/clerk.ts'
import { makeCertificate, makeKeyFile, makeSuiteFolder } from '../support/own-certificate.ts'
import { smallPdf } from '../support/small-pdf.ts'

const suite = makeSuiteFolder('antin-ended')
afterAll(() => suite.remove())
const pin = canaryPin()

it('an agent that is asked to end in a batch keeps what is finished, and its successor asks for the PIN for the rest', async () => {
  const { folder } = suite
  const clerk = makeClerk(folder, { confirm: true, pin })
  const keyFile = makeKeyFile(folder, 'clerk', makeCertificate(folder, 'clerk'), pin)
  const start = async () => {
    const agent = await startAgentProcess({ home: path.join(folder, 'home'), keyFile, pinentry: clerk.pinentry, environment: clerk.environment, isBuilt: true })
    if (!agent) throw new Error('the agent did not start')
    return agent
  }
  const first = await start()
  const client = await AgentClient.pairAndConnect(first.port)
  const [certificate] = (await client.listCertificates()).certificates
  const documents = Array.from({ length: 60 }, (_, index) => newDocument(`${index + 1}.pdf`, smallPdf(`ended ${index}`)))
  const offered = await client.offer(documents, { certificateSha256: certificate?.sha256 ?? '' })
  client.approve(offered)
  await Promise.race(documents.map(({ documentId }) => client.document(documentId, 'checked')))
  await first.stop()
  expect(await first.gone).toBeNull()

  const second = await start()
  const again = await AgentClient.connect(second.port, client.paired)
  const stopped = await again.resume(offered.batchId)
  const finished = stopped.documents.filter(({ state }) => state === 'checked')
  const left = stopped.documents.filter(({ state }) => state === 'received').length
  expect([stopped.state, finished.length + left]).toEqual(['stopped', 60])
  expect([finished.length > 0, left > 0]).toEqual([true, true])
  again.approve(stopped)
  const done = await again.batch(offered.batchId, 'done')
  for (const { documentId, signedSha256 } of finished) expect(done.documents.find((document) => document.documentId === documentId)?.signedSha256).toBe(signedSha256)
  const asked = clerk.saw().filter(({ kind }) => kind === 'getpin').map(({ description }) => description)
  expect([asked.length, asked[1]?.includes(`còn ${left} trong 60`)]).toEqual([2, true])
  await again.close()
  await second.stop()
})
