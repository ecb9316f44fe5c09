import { createHash, randomBytes, randomUUID } from 'node:crypto'
import { afterEach, expect, test } from 'vitest'
import { Connection } from '../../../extension/link/connection.ts'
import { findAgent } from '../../../extension/link/find-agent.ts'
import { lookAtDocument } from '../../../extension/link/look-at-document.ts'
import { receiveDocument } from '../../../extension/link/receive-document.ts'
import { refusalOf } from '../../../shared/errors.ts'
import { FakeAgent, origin } from './fake-agent.ts'

const chunkBytes = 256 * 1024
const batchId = randomUUID()
const documentId = randomUUID()
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')
const bytes = randomBytes(3 * chunkBytes + 17)
const agents: FakeAgent[] = []
afterEach(async () => {
  await Promise.all(agents.splice(0).map((agent) => agent.stop()))
})

/** An agent that sends a copy of `shown` for every look, `most` chunks of it. */
async function connect(shown: Uint8Array, most = Infinity): Promise<{ agent: FakeAgent; connection: Connection }> {
  const agent = await FakeAgent.start()
  agents.push(agent)
  const offsets = new Map<string, number>()
  agent.onMessage = ({ step, lookId }) => {
    if (typeof lookId !== 'string' || (step !== 'look' && step !== 'looked-chunk')) return
    const offset = offsets.get(lookId) ?? 0
    if (offset >= most * chunkBytes) return
    if (offset >= shown.length) return agent.say({ kind: 'sign', step: 'looked', batchId, lookId, sizeBytes: shown.length, sha256: sha256(shown) })
    agent.sayChunk(lookId, offset, shown.subarray(offset, offset + chunkBytes))
    offsets.set(lookId, offset + chunkBytes)
  }
  const { socket, agentVersion } = await findAgent([agent.port], origin, await agent.share())
  return { agent, connection: new Connection(socket, agentVersion) }
}

const look = (connection: Connection, digests: (string | undefined)[], signal = new AbortController().signal): Promise<Blob> =>
  lookAtDocument(connection, { batchId, documentId, digests: () => digests, signal })

test('the copy comes whole, two at once do not disturb each other', async () => {
  const { connection } = await connect(bytes)
  const [one, two] = await Promise.all([look(connection, [sha256(bytes)]), look(connection, ['', sha256(bytes)])])
  for (const file of [one, two]) expect(Buffer.from(await file.arrayBuffer()).equals(bytes)).toBe(true)
})

test('what is not the document that the clerk agrees to is not shown, even where the agent calls it so', async () => {
  const { connection } = await connect(Buffer.from(bytes).fill(0, 9, 10))
  expect(refusalOf(await look(connection, [sha256(bytes), undefined]).catch((error: unknown) => error)).code).toBe('document-changed')
})

test('an agent that sends without end is stopped where no document is that long', async () => {
  const { agent, connection } = await connect(bytes)
  const mostBytes = 2 * chunkBytes
  const receiving = receiveDocument(connection, { chunkId: documentId, mostBytes, ask: () => undefined, answer: () => undefined, endedBy: () => undefined })
  for (let offset = 0; offset < bytes.length; offset += chunkBytes) agent.sayChunk(documentId, offset, bytes.subarray(offset, offset + chunkBytes))
  expect(refusalOf(await receiving.catch((error: unknown) => error)).code).toBe('document-changed')
})

test('the agent is told when nobody looks any more', async () => {
  const { agent, connection } = await connect(bytes, 2)
  const away = new AbortController()
  const looking = look(connection, [], away.signal).catch((error: unknown) => error)
  await expect.poll(() => agent.heard.filter(({ step }) => step === 'looked-chunk')).toHaveLength(2)
  away.abort(new Error('away'))
  expect(await looking).toEqual(new Error('away'))
  await expect.poll(() => agent.heard.at(-1)).toMatchObject({ step: 'look-away', lookId: agent.heard[0]?.['lookId'] })
})

test('the reason why there is nothing to see', async () => {
  const { agent, connection } = await connect(bytes)
  agent.onMessage = ({ lookId }) => agent.say({ kind: 'sign', step: 'unseen', batchId, lookId, refusal: { code: 'batch-unknown', facts: {} } })
  expect(refusalOf(await look(connection, []).catch((error: unknown) => error)).code).toBe('batch-unknown')
})
