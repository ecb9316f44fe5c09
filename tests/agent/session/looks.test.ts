import { randomUUID } from 'node:crypto'
import { rmSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { limits } from '../../../shared/protocol/limits.ts'
import { AgentClient, type ClientDocument } from '../../support/agent-client.ts'
import { makeDocuments, startTestAgent, type TestAgent, type TestAgentOptions } from '../../support/test-agent.ts'
import type { Heard } from '../../support/wire.ts'

async function offered(count: number, sizeBytes: number, options: TestAgentOptions = {}): Promise<{ agent: TestAgent; client: AgentClient; batchId: string; documents: ClientDocument[]; digestListSha256: string }> {
  const agent = await startTestAgent(options)
  const client = await AgentClient.pairAndConnect(agent.port)
  const documents = makeDocuments(count, sizeBytes)
  const { batchId, digestListSha256 = '' } = await client.offer(documents, agent)
  return { agent, client, batchId, documents, digestListSha256 }
}

/** Looks at a document to its end. `pause` is called before each answer. */
async function look(client: AgentClient, batchId: string, documentId: string, pause: () => Promise<unknown> = () => Promise.resolve()): Promise<Buffer | string> {
  const lookId = randomUUID()
  client.say({ kind: 'sign', step: 'look', batchId, documentId, lookId })
  const parts: Uint8Array[] = []
  for (let offset = 0; ; ) {
    const heard = await client.wire.hear((message) => isAbout(message, lookId))
    if (heard.kind === 'chunk') {
      expect(heard.chunk.offset).toBe(offset)
      parts.push(heard.chunk.bytes)
      offset += heard.chunk.bytes.length
      await pause()
      client.say({ kind: 'sign', step: 'looked-chunk', batchId, lookId, nextOffset: offset })
    } else if (heard.kind === 'sign' && heard.step === 'looked') {
      expect(heard.sizeBytes).toBe(offset)
      return Buffer.concat(parts)
    } else if (heard.kind === 'sign' && heard.step === 'unseen') return heard.refusal.code
  }
}

function isAbout(message: Heard, lookId: string): boolean {
  return (message.kind === 'chunk' && message.chunk.documentId === lookId) || (message.kind === 'sign' && 'lookId' in message && message.lookId === lookId)
}

const first = (documents: readonly ClientDocument[]): ClientDocument => documents[0] ?? expect.fail('no document')

describe('a look at a document', () => {
  it('shows the bytes that will be signed, byte for byte, and changes nothing of the batch', async () => {
    const { client, batchId, documents } = await offered(2, 3 * limits.chunkBytes + 17)
    for (const { documentId, bytes } of documents) expect((await look(client, batchId, documentId)).toString('hex')).toBe(Buffer.from(bytes).toString('hex'))
    const batch = await client.resume(batchId)
    expect([batch.state, ...batch.documents.map(({ state }) => state)]).toEqual(['offered', 'received', 'received'])
  })

  it('shows the signed bytes from the moment that they are checked, also after they were delivered', async () => {
    const { client, batchId, documents, digestListSha256 } = await offered(1, 400)
    const { documentId } = first(documents)
    client.say({ kind: 'sign', step: 'approve', batchId, digestListSha256 })
    await client.batch(batchId, 'done')
    expect(await look(client, batchId, documentId)).toEqual(await client.fetch(batchId, documentId))
    client.delivered(batchId, documentId)
    await client.document(documentId, 'delivered')
    expect((await look(client, batchId, documentId)).toString('latin1')).toContain('%signed')
  })

  it('at the same time as the same document goes back, keeps the two apart', async () => {
    const { client, batchId, documents, digestListSha256 } = await offered(1, 6 * limits.chunkBytes)
    const { documentId } = first(documents)
    client.say({ kind: 'sign', step: 'approve', batchId, digestListSha256 })
    await client.batch(batchId, 'done')
    const [seen, fetched] = await Promise.all([look(client, batchId, documentId), client.fetch(batchId, documentId)])
    expect(Buffer.compare(seen as Buffer, fetched)).toBe(0)
  })

  it('never runs more than a window ahead, and ends when the clerk looks away', async () => {
    const { client, batchId, documents } = await offered(1, 20 * limits.chunkBytes)
    const { documentId } = first(documents)
    const lookId = randomUUID()
    client.say({ kind: 'sign', step: 'look', batchId, documentId, lookId })
    for (let chunk = 0; chunk < limits.chunkWindow; chunk++) await client.wire.hear((message) => isAbout(message, lookId))
    client.say({ kind: 'sign', step: 'look-away', batchId, lookId })
    // Answers come in order: after this one, whatever the look still had to say has been said.
    await client.status()
    expect(client.wire.unheard.filter((message) => isAbout(message, lookId))).toEqual([])
    // The connection is not taken for silent, and the document can be looked at again.
    expect(await look(client, batchId, documentId)).toHaveLength(20 * limits.chunkBytes)
  })

  it.each([
    ['of another pairing', async ({ agent, batchId, documents }: Awaited<ReturnType<typeof offered>>) => look(await AgentClient.pairAndConnect(agent.port), batchId, first(documents).documentId)],
    ['that is not in the batch', ({ client, batchId }: Awaited<ReturnType<typeof offered>>) => look(client, batchId, randomUUID())],
    ['whose file is gone', ({ agent, client, batchId, documents }: Awaited<ReturnType<typeof offered>>) => {
      rmSync(path.join(agent.home, 'spool', batchId, `${first(documents).documentId}.pdf`))
      return look(client, batchId, first(documents).documentId)
    }],
    ['that was refused', async ({ agent, client }: Awaited<ReturnType<typeof offered>>) => {
      const bad = { documentId: randomUUID(), name: 'bad.pdf', bytes: Buffer.from('no pdf') }
      const { batchId } = await client.offer([bad, ...makeDocuments(1)], agent)
      return look(client, batchId, bad.documentId)
    }],
    ['that has not arrived', async ({ agent, client }: Awaited<ReturnType<typeof offered>>) => {
      const [document] = makeDocuments(1)
      const { batchId } = await client.open(document === undefined ? [] : [document], agent)
      return look(client, batchId, document?.documentId ?? '')
    }],
  ])('shows no document %s', async (_, attempt) => {
    expect(await attempt(await offered(1, 400))).toBe('batch-unknown')
  })

  it('is refused where too many are under way', async () => {
    const { client, batchId, documents } = await offered(1, 20 * limits.chunkBytes)
    const { documentId } = first(documents)
    for (let count = 0; count < 16; count++) client.say({ kind: 'sign', step: 'look', batchId, documentId, lookId: randomUUID() })
    expect(await look(client, batchId, documentId)).toBe('message-malformed')
  })
})
