import { expect, it, onTestFinished, vi } from 'vitest'
import { WebSocket } from 'ws'
import { Intake } from '../../agent/session/intake.ts'
import { Reception } from '../../agent/session/spool.ts'
import { closeCodes } from '../../shared/protocol/close-codes.ts'
import { limits } from '../../shared/protocol/limits.ts'
import { AgentClient, newDocument } from '../support/agent-client.ts'
import { frame, openRawSocket } from '../support/raw-socket.ts'
import { makeDocuments, startTestAgent } from '../support/test-agent.ts'
import { isKind } from '../support/wire.ts'

const text = 1
const binary = 2
const ping = 9

it.each([
  ['a header that declares 1 TiB', [frame({ opcode: text, declaredBytes: 1n << 40n })], 1009],
  ['a frame over 1 MiB', [frame({ opcode: text, payload: Buffer.alloc(limits.frameBytes + 1, 'x') })], 1009],
  ['1 MiB in all, in two fragments and a byte', [
    frame({ opcode: text, payload: Buffer.alloc(limits.frameBytes, 'x'), isFinal: false }),
    frame({ opcode: 0, payload: Buffer.from('x') }),
  ], 1009],
  ['20,000 empty fragments', [frame({ opcode: text, isFinal: false }), ...Array.from({ length: 20_000 }, () => frame({ opcode: 0, isFinal: false }))], 1008],
  ['reserved bits', [frame({ opcode: text, payload: Buffer.from('{}'), reserved: 4 })], 1002],
  ['an unmasked frame', [frame({ opcode: text, payload: Buffer.from('{}'), isMasked: false })], 1002],
  ['an unknown opcode', [frame({ opcode: 3 })], 1002],
  ['a continuation of nothing', [frame({ opcode: 0, payload: Buffer.from('{}') })], 1002],
  ['a ping over 125 bytes', [frame({ opcode: ping, payload: Buffer.alloc(126) })], 1002],
  ['bad UTF-8', [frame({ opcode: text, payload: Buffer.from([0x7b, 0xc3, 0x28, 0x7d]) })], 1007],
  ['binary before the proof', [frame({ opcode: binary, payload: Buffer.alloc(100) })], closeCodes.malformed],
  ['a ping', [frame({ opcode: ping })], closeCodes.malformed],
])('%s closes the connection and nothing else', async (_, frames, code) => {
  const { port } = await startTestAgent()
  const attacker = await openRawSocket(port)
  attacker.socket.write(Buffer.concat(frames))
  expect(await attacker.closed).toBe(code)
  const client = await AgentClient.pairAndConnect(port)
  await client.status()
})

it.each([
  ['no JSON', 'hello'],
  ['1 MiB of opening brackets', '['.repeat(limits.frameBytes)],
  ['a list', '[]'],
  ['null', 'null'],
  ['an unknown kind', '{"kind":"sign-all"}'],
  ['a key too many', '{"kind":"status","sequence":1,"admin":true}'],
  ['__proto__', '{"kind":"status","sequence":1,"__proto__":{"admin":true}}'],
  ['a sequence that is no whole number', '{"kind":"status","sequence":1.5}'],
  ['an id that is a path', '{"kind":"resume","sequence":1,"batchId":"../../../../etc/passwd"}'],
  ['hello once more', '{"kind":"hello","step":"prove","proof":"' + '0'.repeat(64) + '"}'],
])('%s from a proven connection closes it, and the agent lives', async (_, message) => {
  const { port } = await startTestAgent()
  const client = await AgentClient.pairAndConnect(port)
  client.wire.socket.send(message)
  expect(await client.wire.closed).toBe(closeCodes.malformed)
  expect(({} as { admin?: boolean }).admin).toBeUndefined()
  const later = await AgentClient.connect(port, client.paired)
  await later.status()
})

it.each([
  ['a chunk with no byte', Buffer.alloc(24)],
  ['a chunk with half a header', Buffer.alloc(10)],
  ['a chunk of more than 256 KiB', Buffer.alloc(24 + limits.chunkBytes + 1)],
])('%s closes the connection', async (_, chunk) => {
  const { port } = await startTestAgent()
  const client = await AgentClient.pairAndConnect(port)
  client.wire.socket.send(chunk)
  expect(await client.wire.closed).toBe(closeCodes.malformed)
})

it('takes a document over the limit no further than the limit', async () => {
  const agent = await startTestAgent({ limits: { documentBytes: 1024 * 1024 } })
  const client = await AgentClient.pairAndConnect(agent.port)
  const [document] = makeDocuments(1)
  if (!document) throw new Error('no document')
  const { batchId } = await client.open([document], agent)
  const piece = Buffer.alloc(limits.chunkBytes, 'x')
  for (let index = 0; index < 40; index++) client.sayChunk(document.documentId, index * piece.length, piece)
  expect((await client.document(document.documentId, 'refused')).refusal?.code).toBe('document-too-large')
  await client.status()
  await expect.poll(() => agent.spooled()).toEqual([])
  expect(client.wire.unheard.filter(isKind('sign')).filter(({ step }) => step === 'received-chunk')).toHaveLength(4)
  expect(batchId).toMatch(/^[0-9a-f-]{36}$/)
})

it('reads no further from who sends faster than the disk writes', async () => {
  const agent = await startTestAgent()
  const client = await AgentClient.pairAndConnect(agent.port)
  const other = await AgentClient.pairAndConnect(agent.port)
  const document = newDocument('a.pdf', Buffer.alloc(40 * limits.chunkBytes, 'x'))
  await client.open([document], agent)
  const disk = Promise.withResolvers<undefined>()
  const write = vi.spyOn(Reception.prototype, 'write').mockImplementation((offset, bytes) => disk.promise.then(() => offset + bytes.length))
  onTestFinished(() => write.mockRestore())
  const chunk = vi.spyOn(Intake.prototype, 'chunk')
  onTestFinished(() => chunk.mockRestore())
  for (let at = 0; at < document.bytes.length; at += limits.chunkBytes) client.sayChunk(document.documentId, at, document.bytes.subarray(at, at + limits.chunkBytes))
  // Four windows of chunks, and the one that filled them.
  const full = 4 * limits.chunkWindow
  await expect.poll(() => chunk.mock.calls.length).toBeGreaterThanOrEqual(full)
  for (let round = 0; round < 20; round++) await other.status()
  expect(chunk.mock.calls.length).toBeLessThanOrEqual(full + 1)
  disk.resolve(undefined)
  await expect.poll(() => chunk.mock.calls.length).toBe(40)
})

it('hangs up on who asks and never reads the answers', async () => {
  const agent = await startTestAgent()
  const client = await AgentClient.pairAndConnect(agent.port)
  const other = await AgentClient.pairAndConnect(agent.port)
  const documents = makeDocuments(700).map((document) => ({ ...document, name: 'ữ'.repeat(300) }))
  const { batchId } = await client.open(documents, agent)
  const hungUp = vi.spyOn(WebSocket.prototype, 'terminate')
  onTestFinished(() => hungUp.mockRestore())
  client.wire.socket.pause()
  // 68 MB: more than the kernel takes in (up to 37 MB) and the 16 MiB that the agent keeps.
  for (let round = 0; round < 100; round++) client.say({ kind: 'resume', batchId })
  await expect.poll(() => hungUp.mock.calls.length, { timeout: 20_000 }).toBeGreaterThan(0)
  client.wire.socket.resume()
  // 1006: the line ended without a word, since none could have been taken.
  expect(await client.wire.closed).toBe(1006)
  await other.status()
})

it('does not let a reader that never reads fill its memory', async () => {
  const agent = await startTestAgent()
  const client = await AgentClient.pairAndConnect(agent.port)
  const documents = makeDocuments(1, 20 * 1024 * 1024)
  const offered = await client.offer(documents, agent)
  client.approve(offered)
  await client.batch(offered.batchId, 'done')
  client.say({ kind: 'sign', step: 'fetch', batchId: offered.batchId, documentId: documents[0]?.documentId })
  for (let chunk = 0; chunk < limits.chunkWindow; chunk++) await client.wire.hear(isKind('chunk'))
  for (let round = 0; round < 20; round++) await client.status()
  expect(client.wire.unheard.filter(({ kind }) => kind === 'chunk')).toEqual([])
})
