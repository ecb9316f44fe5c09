import { randomUUID } from 'node:crypto'
import { expect, it } from 'vitest'
import { closeCodes } from '../../shared/protocol/close-codes.ts'
import { AgentClient } from '../support/agent-client.ts'
import { pairWithAgent } from '../support/pairing-client.ts'
import { makeDocuments, startTestAgent } from '../support/test-agent.ts'
import { isKind, Wire } from '../support/wire.ts'

it.each([
  ['the same message twice', [1, 1]],
  ['a message out of order', [5, 3]],
  ['the first number again after a gap', [1, 9, 1]],
  ['a first message that is not above 0', [0]],
])('%s ends the connection', async (_, sequences) => {
  const { port } = await startTestAgent()
  const { wire } = await AgentClient.pairAndConnect(port)
  for (const sequence of sequences) wire.say({ kind: 'status', sequence })
  expect(await wire.closed).toBe(closeCodes.sequence)
  expect(wire.unheard.filter(isKind('status'))).toHaveLength(sequences.length - 1)
})

it('a piece of a document with the number of the message before it ends the connection', async () => {
  const agent = await startTestAgent()
  const client = await AgentClient.pairAndConnect(agent.port)
  const [document] = makeDocuments(1)
  if (!document) throw new Error('no document')
  await client.open([document], agent)
  client.wire.sayChunk({ sequence: 1, documentId: document.documentId, offset: 0, bytes: document.bytes })
  expect(await client.wire.closed).toBe(closeCodes.sequence)
})

it('an approval that is sent once more, in a chunk’s place or its own, signs nothing twice', async () => {
  const agent = await startTestAgent()
  const client = await AgentClient.pairAndConnect(agent.port)
  const offered = await client.offer(makeDocuments(2), agent)
  client.approve(offered)
  await client.batch(offered.batchId, 'done')
  client.approve(offered)
  expect((await client.refused('sign')).code).toBe('batch-unknown')
  expect([agent.keys.prompts.length, agent.keys.signed.length]).toEqual([1, 2])
})

it('an approval after cancel signs nothing', async () => {
  const agent = await startTestAgent()
  const client = await AgentClient.pairAndConnect(agent.port)
  const offered = await client.offer(makeDocuments(2), agent)
  client.cancel(offered.batchId)
  await client.batch(offered.batchId, 'cancelled')
  client.approve(offered)
  expect((await client.refused('sign')).code).toBe('batch-unknown')
  expect(agent.keys.prompts).toEqual([])
})

it('an id that was used once opens no second batch', async () => {
  const agent = await startTestAgent()
  const client = await AgentClient.pairAndConnect(agent.port)
  const first = await client.open(makeDocuments(1), agent)
  await expect(client.open(makeDocuments(1), { ...agent, batchId: first.batchId })).rejects.toThrow('message-malformed')
  const [used] = first.documents
  if (!used) throw new Error('no document')
  await expect(client.open([{ ...used, bytes: new Uint8Array() }], agent)).rejects.toThrow('message-malformed')
  const twice = { documentId: randomUUID(), name: 'a.pdf', bytes: new Uint8Array() }
  await expect(client.open([twice, twice], agent)).rejects.toThrow('message-malformed')
})

it('the batch of another pairing cannot be approved, cancelled, fetched or fed', async () => {
  const agent = await startTestAgent()
  const client = await AgentClient.pairAndConnect(agent.port)
  const [document] = makeDocuments(1)
  if (!document) throw new Error('no document')
  const { batchId } = await client.open([document], agent)
  const other = await AgentClient.connect(agent.port, await pairWithAgent(agent.port))
  const named = { batchId, documentId: document.documentId }
  for (const message of [
    { kind: 'sign', step: 'approve', batchId, digestListSha256: '0'.repeat(64) },
    { kind: 'sign', step: 'fetch', ...named },
    { kind: 'sign', step: 'sent', ...named, sizeBytes: 1, sha256: '0'.repeat(64) },
    { kind: 'sign', step: 'delivered', ...named, confirmedBy: 'none' },
  ]) {
    other.say(message)
    expect((await other.refused('sign')).code).toBe('batch-unknown')
  }
  other.cancel(batchId)
  expect((await other.refused('cancel')).code).toBe('batch-unknown')
  other.sayChunk(document.documentId, 0, document.bytes)
  expect((await other.refused('chunk')).code).toBe('batch-unknown')
  expect((await client.resume(batchId)).documents[0]?.state).toBe('offered')
})

it('nor can what is finished of it be brought, looked at, resumed or receipted', async () => {
  const agent = await startTestAgent()
  const client = await AgentClient.pairAndConnect(agent.port)
  const [document] = makeDocuments(1)
  if (!document) throw new Error('no document')
  const offered = await client.offer([document], agent)
  client.approve(offered)
  const { batchId } = await client.batch(offered.batchId, 'done')
  const other = await AgentClient.connect(agent.port, await pairWithAgent(agent.port))
  const named = { batchId, documentId: document.documentId }
  for (const message of [
    { kind: 'sign', step: 'fetch', ...named },
    { kind: 'sign', step: 'receipt', batchId },
    { kind: 'sign', step: 'send-on', ...named, recipients: '' },
  ]) {
    other.say(message)
    expect((await other.refused('sign')).code).toBe('batch-unknown')
  }
  other.say({ kind: 'sign', step: 'look', ...named, lookId: randomUUID() })
  expect(await other.wire.hear((heard) => heard.kind === 'sign' && heard.step === 'unseen')).toMatchObject({ refusal: { code: 'batch-unknown' } })
  await expect(other.resume(batchId)).rejects.toThrow('batch-unknown')
  expect(await other.status()).toMatchObject({ batches: [] })
  // Delivered, it lives on in the journal alone.
  client.delivered(batchId, document.documentId)
  await client.document(document.documentId, 'delivered')
  await expect(other.resume(batchId)).rejects.toThrow('batch-unknown')
})

it.each([0, 2, 99])('hello with version %s is refused: nobody can talk both sides down', async (version) => {
  const { port } = await startTestAgent()
  const { paired } = await AgentClient.pairAndConnect(port)
  const wire = await Wire.open(port)
  wire.say({ kind: 'hello', step: 'offer', version, pairingId: paired.pairingId, nonce: '0'.repeat(64) })
  expect(await wire.hear(isKind('hello'))).toMatchObject({ step: 'refused', refusal: { code: 'version-mismatch', facts: { agent: '1' } } })
  expect(await wire.closed).toBe(closeCodes.version)
})
