import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { expect, it } from 'vitest'
import { digestListText } from '../../shared/protocol/digest-list.ts'
import { AgentClient, newDocument, type ClientDocument } from '../support/agent-client.ts'
import { makeDocuments, startTestAgent, type TestAgent } from '../support/test-agent.ts'

const sha256 = (bytes: Uint8Array | string) => createHash('sha256').update(bytes).digest('hex')

/** The digest of a list as an attacker would make it. */
function listDigest(documents: readonly ClientDocument[]): string {
  return sha256(digestListText(documents.map(({ name, bytes }) => ({ name, sha256: sha256(bytes) }))))
}

async function offeredBatch(count = 3): Promise<{ agent: TestAgent; client: AgentClient; documents: ClientDocument[]; batchId: string }> {
  const agent = await startTestAgent()
  const client = await AgentClient.pairAndConnect(agent.port)
  const documents = makeDocuments(count)
  const { batchId } = await client.offer(documents, agent)
  return { agent, client, documents, batchId }
}

it.each([
  ['an extra document', (documents: ClientDocument[]) => [...documents, ...makeDocuments(1)]],
  ['a document less', (documents: ClientDocument[]) => documents.slice(1)],
  ['another order', (documents: ClientDocument[]) => documents.toReversed()],
  ['another name', (documents: ClientDocument[]) => documents.map((document, index) => (index === 0 ? { ...document, name: 'other.pdf' } : document))],
  ['another byte', (documents: ClientDocument[]) => documents.map((document, index) => (index === 0 ? { ...document, bytes: Buffer.from('%PDF-x') } : document))],
  ['a document twice', (documents: ClientDocument[]) => documents.flatMap((document, index) => (index === 0 ? [document, document] : [document]))],
  ['an empty list', () => []],
])('consent to a list with %s signs nothing', async (_, change) => {
  const { agent, client, documents, batchId } = await offeredBatch()
  client.say({ kind: 'sign', step: 'approve', batchId, digestListSha256: listDigest(change(documents)) })
  expect((await client.refused('sign')).code).toBe('document-changed')
  expect([agent.keys.prompts.length, agent.keys.signed.length]).toEqual([0, 0])
  client.say({ kind: 'sign', step: 'approve', batchId, digestListSha256: listDigest(documents) })
  await client.batch(batchId, 'done')
  expect(agent.keys.signed).toHaveLength(3)
})

it('consent before everything has arrived signs nothing', async () => {
  const agent = await startTestAgent()
  const client = await AgentClient.pairAndConnect(agent.port)
  const documents = makeDocuments(2)
  const { batchId } = await client.open(documents, agent)
  const [first] = documents
  if (!first) throw new Error('no document')
  await client.send(batchId, first)
  await client.document(first.documentId, 'received')
  client.say({ kind: 'sign', step: 'approve', batchId, digestListSha256: listDigest([first]) })
  expect((await client.refused('sign')).code).toBe('batch-unknown')
  expect(agent.keys.prompts).toEqual([])
})

it('a document that was received takes no further byte', async () => {
  const { agent, client, documents, batchId } = await offeredBatch(1)
  const [document] = documents
  if (!document) throw new Error('no document')
  client.sayChunk(document.documentId, 0, Buffer.from('%PDF-1.7 another'))
  expect(await client.refused('chunk')).toEqual({ code: 'message-malformed', facts: { kind: 'chunk' } })
  client.say({ kind: 'sign', step: 'sent', batchId, documentId: document.documentId, sizeBytes: 1, sha256: '0'.repeat(64) })
  expect((await client.refused('sign')).code).toBe('message-malformed')
  client.say({ kind: 'sign', step: 'approve', batchId, digestListSha256: listDigest(documents) })
  await client.batch(batchId, 'done')
  expect(agent.keys.signed).toEqual([sha256(document.bytes)])
})

it('a document that waits for its reader takes no further byte either', async () => {
  const agent = await startTestAgent()
  const client = await AgentClient.pairAndConnect(agent.port)
  const [document] = makeDocuments(1)
  if (!document) throw new Error('no document')
  const inspect = agent.workers.inspect.bind(agent.workers)
  const goOn = Promise.withResolvers<undefined>()
  const isReading = Promise.withResolvers<undefined>()
  agent.workers.inspect = async (file) => {
    isReading.resolve(undefined)
    await goOn.promise
    return inspect(file)
  }
  const { batchId } = await client.open([document], agent)
  await client.send(batchId, document)
  await isReading.promise
  client.sayChunk(document.documentId, 0, Buffer.from('%PDF-1.7 another'))
  expect((await client.refused('chunk')).code).toBe('message-malformed')
  const second = await AgentClient.connect(agent.port, client.paired)
  await second.resume(batchId)
  second.sayChunk(document.documentId, 0, Buffer.from('%PDF-1.7 another'))
  expect((await second.refused('chunk')).code).toBe('message-malformed')
  goOn.resolve(undefined)
  const offered = await second.batch(batchId, 'offered')
  expect(offered.documents[0]?.sha256).toBe(sha256(document.bytes))
})

it('a file that was changed on the disk after the consent is not signed, the others are', async () => {
  const { agent, client, documents, batchId } = await offeredBatch()
  const [, changed] = documents
  if (!changed) throw new Error('no document')
  const file = path.join(agent.home, 'spool', batchId, `${changed.documentId}.pdf`)
  const bytes = readFileSync(file)
  bytes[bytes.length - 1] = 0x21
  writeFileSync(file, bytes)
  client.say({ kind: 'sign', step: 'approve', batchId, digestListSha256: listDigest(documents) })
  const done = await client.batch(batchId, 'done')
  expect(done.documents.map((document) => document.refusal?.code ?? document.state)).toEqual(['checked', 'document-changed', 'checked'])
  expect(agent.keys.signed).toHaveLength(2)
})

it.each([
  ['a digest that is not that of the bytes', (bytes: Uint8Array) => ({ sizeBytes: bytes.length, sha256: '0'.repeat(64) })],
  ['a size that is not that of the bytes', (bytes: Uint8Array) => ({ sizeBytes: bytes.length - 1, sha256: sha256(bytes) })],
])('%s refuses the document', async (_, say) => {
  const agent = await startTestAgent()
  const client = await AgentClient.pairAndConnect(agent.port)
  const [document] = makeDocuments(1)
  if (!document) throw new Error('no document')
  const { batchId } = await client.open([document], agent)
  client.sayChunk(document.documentId, 0, document.bytes)
  client.say({ kind: 'sign', step: 'sent', batchId, documentId: document.documentId, ...say(document.bytes) })
  expect((await client.document(document.documentId, 'refused')).refusal?.code).toBe('document-changed')
  await expect.poll(() => agent.spooled()).toEqual([])
})

it.each([
  ['a gap', [0, 20]],
  ['a piece twice', [0, 10, 10]],
  ['a start in the middle', [10]],
])('pieces with %s refuse the document', async (_, offsets) => {
  const agent = await startTestAgent()
  const client = await AgentClient.pairAndConnect(agent.port)
  const [document] = makeDocuments(1)
  if (!document) throw new Error('no document')
  await client.open([document], agent)
  for (const offset of offsets) client.sayChunk(document.documentId, offset, document.bytes.subarray(offset, offset + 10))
  expect((await client.document(document.documentId, 'refused')).refusal?.code).toBe('document-changed')
  await expect.poll(() => agent.spooled()).toEqual([])
})

it('a name with a line break cannot pass for two documents', () => {
  const one = { name: `a.pdf\n${'0'.repeat(64)}  b.pdf`, sha256: '1'.repeat(64) }
  const two = [{ name: 'a.pdf', sha256: '1'.repeat(64) }, { name: 'b.pdf', sha256: '0'.repeat(64) }]
  expect(digestListText([one])).not.toBe(digestListText(two))
  expect(digestListText([one]).split('\n')).toHaveLength(2)
})

it('a signature that was returned is only handed out for its own document', async () => {
  const { client, documents, batchId } = await offeredBatch(2)
  client.say({ kind: 'sign', step: 'approve', batchId, digestListSha256: listDigest(documents) })
  await client.batch(batchId, 'done')
  client.say({ kind: 'sign', step: 'fetch', batchId, documentId: newDocument('x', new Uint8Array()).documentId })
  expect((await client.refused('sign')).code).toBe('batch-unknown')
})
