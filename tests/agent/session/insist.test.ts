import { needsInsisting } from '../../../shared/protocol/document-states.ts'
import { randomUUID } from 'node:crypto'
import { expect, it } from 'vitest'
import { AgentClient, newDocument } from '../../support/agent-client.ts'
import { isKind } from '../../support/wire.ts'
import { journalOf, makeDocuments, startTestAgent } from '../../support/test-agent.ts'

/** A sound document, and one whose newest signature is broken. */
async function offer(isAlone = false) {
  const agent = await startTestAgent()
  const client = await AgentClient.pairAndConnect(agent.port)
  const broken = newDocument('hỏng.pdf', Buffer.from(`%PDF-1.7 %broken ${randomUUID()}`))
  const documents = isAlone ? [broken] : [...makeDocuments(1), broken]
  const offered = await client.offer(documents, agent)
  const codes = async () => {
    await agent.close()
    return journalOf(agent.home).filter(({ documentId }) => documentId === broken.documentId).map(({ what, facts }) => [what, facts.code].filter(Boolean).join(' '))
  }
  return { agent, client, broken, offered, codes }
}

it('what is broken is received and shown, but signed only where the clerk insists', async () => {
  const { agent, client, broken, offered, codes } = await offer()
  expect(offered.documents.map((document) => [document.state, document.refusal?.code, needsInsisting(document)])).toEqual([
    ['received', undefined, false], ['received', 'document-signature-broken', true],
  ])
  const insisted = await client.insist(offered, broken.documentId)
  expect(insisted.documents.some(needsInsisting)).toBe(false)
  expect(insisted.digestListSha256).not.toBe(offered.digestListSha256)
  client.approve(offered)
  expect((await client.refused('sign')).code).toBe('document-changed')
  client.approve(insisted)
  expect((await client.batch(offered.batchId, 'done')).documents.map(({ state }) => state)).toEqual(['checked', 'checked'])
  expect(agent.workers.jobs.map(({ insist }) => insist)).toEqual([false, true])
  expect(await codes()).toEqual(['asked', 'received', 'insisted document-signature-broken', 'consented', 'prepared', 'signed', 'checked'])
})

it('without a word it is left out of the list, ends refused, and leaves the disk', async () => {
  const { agent, client, broken, offered, codes } = await offer()
  client.approve(offered)
  const done = await client.batch(offered.batchId, 'done')
  expect(done.documents.map(({ state, refusal }) => [state, refusal?.code])).toEqual([['checked', undefined], ['refused', 'document-signature-broken']])
  expect(agent.keys.prompts).toHaveLength(1)
  expect(agent.spooled().filter((file) => file.includes(broken.documentId))).toEqual([])
  expect(await client.insist(done, broken.documentId)).toEqual(done)
  expect(await codes()).toEqual(['asked', 'received', 'refused document-signature-broken'])
})

it('where it is all there is, there is no list to agree to until the clerk insists', async () => {
  const { client, broken, offered } = await offer(true)
  expect([offered.state, offered.digestListSha256, offered.shortCode]).toEqual(['offered', undefined, undefined])
  client.say({ kind: 'sign', step: 'approve', batchId: offered.batchId, digestListSha256: '0'.repeat(64) })
  expect((await client.refused('sign')).code).toBe('batch-empty')
  client.approve(await client.insist(offered, broken.documentId))
  expect((await client.batch(offered.batchId, 'done')).documents[0]?.state).toBe('checked')
})

it('outlives a new start of the agent, insisted or not, and once is enough', async () => {
  const { agent, client, broken, offered } = await offer()
  await client.close()
  await agent.close()
  const again = await startTestAgent({ home: agent.home, keys: agent.keys })
  const back = await AgentClient.connect(again.port, client.paired)
  const restored = await back.resume(offered.batchId)
  expect([restored.digestListSha256, needsInsisting(restored.documents[1] ?? { state: 'refused' })]).toEqual([offered.digestListSha256, true])
  const insisted = await back.insist(restored, broken.documentId)
  const unchanged = await back.insist(insisted, broken.documentId)
  expect(unchanged).toEqual(insisted)
  expect(back.wire.unheard.filter(isKind('refused'))).toEqual([])
})
