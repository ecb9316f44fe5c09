import { createHash, randomBytes, randomUUID } from 'node:crypto'
import { afterEach, expect, test } from 'vitest'
import { Connection } from '../../../extension/link/connection.ts'
import { fetchSigned } from '../../../extension/link/fetch-signed.ts'
import { findAgent } from '../../../extension/link/find-agent.ts'
import { sendDocument } from '../../../extension/link/send-document.ts'
import { refusalOf } from '../../../shared/errors.ts'
import { eventually } from '../eventually.ts'
import { FakeAgent, origin } from './fake-agent.ts'

const chunkBytes = 256 * 1024
const batchId = randomUUID()
const agents: FakeAgent[] = []
afterEach(async () => {
  await Promise.all(agents.splice(0).map((agent) => agent.stop()))
})

async function connect(): Promise<{ agent: FakeAgent; connection: Connection }> {
  const agent = await FakeAgent.start()
  agents.push(agent)
  const { socket, agentVersion } = await findAgent([agent.port], origin, await agent.share())
  return { agent, connection: new Connection(socket, agentVersion) }
}

async function* pieces(bytes: Uint8Array, sizeBytes: number): AsyncGenerator<Uint8Array> {
  for (let offset = 0; offset < bytes.length; offset += sizeBytes) {
    await Promise.resolve()
    yield bytes.subarray(offset, offset + sizeBytes)
  }
}

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')
const neverAborted = new AbortController().signal

test('a document arrives whole, in chunks of one size, never more than a window ahead', async () => {
  const { agent, connection } = await connect()
  const documentId = randomUUID()
  const bytes = randomBytes(7 * chunkBytes + 4321)
  const received: Buffer[] = []
  let lastSequence = 0
  let mostUnanswered = 0
  let unanswered = 0
  const answer = (): void => {
    if (unanswered === 0) return
    unanswered--
    agent.say({ kind: 'sign', step: 'received-chunk', batchId, documentId, nextOffset: Buffer.concat(received).length })
  }
  agent.onChunk = (frame) => {
    expect(frame.readUInt32BE(0)).toBeGreaterThan(lastSequence)
    lastSequence = frame.readUInt32BE(0)
    expect(frame.readUInt32BE(20)).toBe(Buffer.concat(received).length)
    received.push(frame.subarray(24))
    mostUnanswered = Math.max(mostUnanswered, ++unanswered)
    // Answers only when the window is full or the document is out, so that running ahead would be seen.
    if (unanswered === 4 || frame.length - 24 < chunkBytes) setImmediate(() => Array.from({ length: unanswered }, answer))
  }
  const sent = await sendDocument(connection, { batchId, documentId, pieces: pieces(bytes, 100_000), signal: neverAborted })
  expect(Buffer.concat(received).equals(bytes)).toBe(true)
  expect(received.map(({ length }) => length)).toEqual([...Array.from({ length: 7 }, () => chunkBytes), 4321])
  expect(mostUnanswered).toBe(4)
  expect(sent).toEqual({ sizeBytes: bytes.length, sha256: sha256(bytes) })
  connection.send({ kind: 'status' })
  await eventually(() => agent.heard.map(({ step, kind }) => step ?? kind)).toEqual(['sent', 'status'])
  expect(agent.heard[0]).toMatchObject({ documentId, sha256: sha256(bytes), sizeBytes: bytes.length })
})

test('sending ends when its signal says so, and nothing claims that it was sent', async () => {
  const { agent, connection } = await connect()
  const stop = new AbortController()
  agent.onChunk = () => stop.abort(new Error('refused'))
  await expect(sendDocument(connection, { batchId, documentId: randomUUID(), pieces: pieces(randomBytes(9 * chunkBytes), chunkBytes), signal: stop.signal })).rejects.toThrow('refused')
  expect(agent.heard).toEqual([])
})

test('a connection that breaks ends the sending with its reason', async () => {
  const { agent, connection } = await connect()
  agent.onChunk = () => agent.socket?.terminate()
  const error: unknown = await sendDocument(connection, { batchId, documentId: randomUUID(), pieces: pieces(randomBytes(9 * chunkBytes), chunkBytes), signal: neverAborted }).catch((thrown: unknown) => thrown)
  expect(refusalOf(error).code).toBe('agent-unreachable')
})

function serve(agent: FakeAgent, documentId: string, bytes: Uint8Array): void {
  let offset = 0
  const next = (): void => {
    if (offset < bytes.length) {
      const chunk = bytes.subarray(offset, offset + chunkBytes)
      agent.sayChunk(documentId, offset, chunk)
      offset += chunk.length
    } else agent.say({ kind: 'sign', step: 'bytes', batchId, documentId, sizeBytes: bytes.length, sha256: sha256(bytes) })
  }
  agent.onMessage = ({ step }) => {
    if (step === 'fetch' || step === 'fetched-chunk') next()
  }
}

test('signed bytes come back whole and answered chunk by chunk', async () => {
  const { agent, connection } = await connect()
  const documentId = randomUUID()
  const bytes = randomBytes(3 * chunkBytes + 17)
  serve(agent, documentId, bytes)
  const blob = await fetchSigned(connection, { batchId, documentId, signedBytes: bytes.length, signedSha256: sha256(bytes) })
  expect(Buffer.from(await blob.arrayBuffer()).equals(bytes)).toBe(true)
  expect(agent.heard.filter(({ step }) => step === 'fetched-chunk').map(({ nextOffset }) => nextOffset)).toEqual([1, 2, 3].map((count) => count * chunkBytes).concat(bytes.length))
})

test.each([
  ['one bit changed', (bytes: Buffer) => Buffer.from(bytes).fill(bytes[0] === 1 ? 2 : 1, 0, 1)],
  ['cut short', (bytes: Buffer) => bytes.subarray(0, -1)],
  ['longer than told', (bytes: Buffer) => Buffer.concat([bytes, Buffer.from([0])])],
])('signed bytes that are not the checked ones are refused: %s', async (_, change) => {
  const { agent, connection } = await connect()
  const documentId = randomUUID()
  const bytes = randomBytes(1000)
  serve(agent, documentId, change(bytes))
  const error: unknown = await fetchSigned(connection, { batchId, documentId, signedBytes: bytes.length, signedSha256: sha256(bytes) }).catch((thrown: unknown) => thrown)
  expect(refusalOf(error).code).toBe('document-changed')
})

test.each([
  ['no JSON', '{', 'message-malformed'],
  ['an unknown kind', '{"kind":"open-sesame","sequence":1}', 'message-malformed'],
  ['a field too many', '{"kind":"tick","sequence":1,"more":1}', 'message-malformed'],
  ['a second hello', '{"kind":"hello","step":"ready","agentVersion":"9"}', 'message-malformed'],
  ['an empty chunk', Buffer.alloc(24), 'message-malformed'],
])('the connection ends on %s', async (_, frame, code) => {
  const { agent, connection } = await connect()
  agent.sayRaw(frame)
  await eventually(() => connection.gone.aborted).toBe(true)
  expect(refusalOf(connection.gone.reason).code).toBe(code)
})

test('a repeated sequence number ends the connection', async () => {
  const { agent, connection } = await connect()
  agent.sayRaw('{"kind":"tick","sequence":5}')
  agent.sayRaw('{"kind":"tick","sequence":5}')
  await eventually(() => connection.gone.aborted).toBe(true)
  expect(refusalOf(connection.gone.reason).code).toBe('sequence-broken')
  expect(() => connection.send({ kind: 'status' })).toThrow()
})
