import { connect } from 'node:net'
import { expect, it } from 'vitest'
import { closeCodes } from '../../shared/protocol/close-codes.ts'
import { AgentClient } from '../support/agent-client.ts'
import { readAnswer, rawExchange } from '../support/raw-http.ts'
import { frame, openRawSocket } from '../support/raw-socket.ts'
import { makeDocuments, startTestAgent } from '../support/test-agent.ts'
import { Wire } from '../support/wire.ts'

it('headers that never end are cut off', async () => {
  const { port } = await startTestAgent({ limits: { headersMs: 50, requestMs: 100 } })
  const answer = readAnswer(await rawExchange(port, `GET / HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nX-Slow: `))
  expect([answer.status, answer.body]).toEqual([408, ''])
})

it('a body that never comes is not waited for', async () => {
  const { port } = await startTestAgent()
  const answer = readAnswer(await rawExchange(port, `POST / HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nContent-Length: 5000000\r\n\r\n{`))
  expect([answer.status, answer.body]).toEqual([404, ''])
})

it('a connection that never says hello is closed', async () => {
  const { port } = await startTestAgent({ limits: { helloMs: 50 } })
  const wire = await Wire.open(port)
  expect(await wire.closed).toBe(closeCodes.silent)
})

it('a connection that stops after the offer is closed', async () => {
  const { port } = await startTestAgent({ limits: { helloMs: 300 } })
  const { paired } = await AgentClient.pairAndConnect(port)
  const wire = await Wire.open(port)
  wire.say({ kind: 'hello', step: 'offer', version: 1, pairingId: paired.pairingId, nonce: '0'.repeat(64) })
  expect(await wire.closed).toBe(closeCodes.silent)
})

it('a document that stops in the middle closes the connection, and the batch stays', async () => {
  const agent = await startTestAgent({ limits: { chunkSilenceMs: 50 } })
  const client = await AgentClient.pairAndConnect(agent.port)
  const [document] = makeDocuments(1)
  if (!document) throw new Error('no document')
  const { batchId } = await client.open([document], agent)
  client.sayChunk(document.documentId, 0, document.bytes.subarray(0, 10))
  expect(await client.wire.closed).toBe(closeCodes.silent)
  await agent.close()
  // With the patience of every day: on a busy PC, 50 ms between two pieces are no silence.
  const patient = await startTestAgent({ home: agent.home, keys: agent.keys })
  const later = await AgentClient.connect(patient.port, client.paired)
  expect((await later.resume(batchId)).documents[0]?.state).toBe('offered')
  await later.send(batchId, document)
  await later.batch(batchId, 'offered')
})

it('a fetch that is never acknowledged closes the connection, and the file stays', async () => {
  // The document comes in and is signed under the patience of every day: only the fetch is to be judged by 50 ms.
  const patient = await startTestAgent()
  const first = await AgentClient.pairAndConnect(patient.port)
  const documents = makeDocuments(1, 5 * 256 * 1024)
  const { batchId } = await first.offer(documents, patient)
  first.approve(await first.resume(batchId))
  await first.batch(batchId, 'done')
  await patient.close()
  const agent = await startTestAgent({ home: patient.home, keys: patient.keys, limits: { chunkSilenceMs: 50 } })
  const client = await AgentClient.connect(agent.port, first.paired)
  client.say({ kind: 'sign', step: 'fetch', batchId, documentId: documents[0]?.documentId })
  expect(await client.wire.closed).toBe(closeCodes.silent)
  const later = await AgentClient.connect(agent.port, first.paired)
  expect((await later.resume(batchId)).documents[0]?.state).toBe('checked')
})

it('300 sockets cannot keep the paired extension out, and none of them stays', async () => {
  const { port } = await startTestAgent({ limits: { headersMs: 300, requestMs: 300 } })
  const client = await AgentClient.pairAndConnect(port)
  const closings = Array.from({ length: 300 }, () => {
    const socket = connect(port, '127.0.0.1')
    socket.on('error', () => undefined)
    socket.resume()
    socket.write(`GET / HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n`)
    return new Promise<void>((resolve) => socket.on('close', () => resolve()))
  })
  await client.status()
  // What is over the cap on TCP connections is dropped at once, the others when their headers take too long.
  await Promise.all(closings)
  await client.status()
})

it('of 100 connections that say nothing only so many are held, and the others are dropped at once', async () => {
  const { port } = await startTestAgent({ limits: { headersMs: 60_000, requestMs: 60_000 } })
  const client = await AgentClient.pairAndConnect(port)
  const dropped: number[] = []
  const sockets = Array.from({ length: 100 }, (_, index) => {
    const socket = connect(port, '127.0.0.1')
    socket.on('error', () => undefined)
    socket.on('close', () => dropped.push(index))
    return socket.resume()
  })
  // 32 in all, of which the client has one.
  await expect.poll(() => dropped.length).toBe(69)
  await client.status()
  expect(dropped).toHaveLength(69)
  for (const socket of sockets) socket.destroy()
})

it('sockets that do not prove themselves make room for newer ones, the proven one stays', async () => {
  const { port } = await startTestAgent({ limits: { helloMs: 60_000 } })
  const client = await AgentClient.pairAndConnect(port)
  const wires = []
  for (let index = 0; index < 10; index++) wires.push(await Wire.open(port))
  const codes = await Promise.all(wires.slice(0, 7).map(({ closed }) => closed))
  expect(codes).toEqual(codes.map(() => closeCodes.tooMany))
  expect(wires.slice(7).map(({ socket }) => socket.readyState)).toEqual([1, 1, 1])
  await client.status()
  await Promise.all(wires.slice(7).map((wire) => wire.close()))
})

it('more paired browsers than there are places are turned away, the newest first', async () => {
  const { port } = await startTestAgent({ limits: { liveSockets: 2 } })
  const [one, two] = [await AgentClient.pairAndConnect(port), await AgentClient.pairAndConnect(port)]
  const third = await AgentClient.pairAndConnect(port)
  expect(await third.wire.closed).toBe(closeCodes.tooMany)
  await Promise.all([one.status(), two.status()])
})

it('a flood of pings is not answered', async () => {
  const { port } = await startTestAgent()
  const client = await AgentClient.pairAndConnect(port)
  const attacker = await openRawSocket(port)
  attacker.socket.write(Buffer.concat(Array.from({ length: 100_000 }, () => frame({ opcode: 9, payload: Buffer.alloc(100) }))))
  expect(await attacker.closed).toBe(closeCodes.malformed)
  expect(attacker.heard()).toEqual([8])
  await client.status()
})
