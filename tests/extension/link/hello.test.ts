import { randomBytes } from 'node:crypto'
import { createServer } from 'node:net'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { findAgent, findDoor } from '../../../extension/link/find-agent.ts'
import { refusalOf, type Refusal } from '../../../shared/errors.ts'
import { eventually } from '../eventually.ts'
import { FakeAgent, origin } from './fake-agent.ts'

const agents: FakeAgent[] = []
afterEach(async () => {
  await Promise.all(agents.splice(0).map((agent) => agent.stop()))
})

async function startAgent(): Promise<FakeAgent> {
  const agent = await FakeAgent.start()
  agents.push(agent)
  return agent
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

async function refusedBy(work: Promise<unknown>): Promise<Refusal> {
  return refusalOf(await work.then(() => undefined, (thrown: unknown) => thrown))
}

test('among several agents the one that proves the key wins', async () => {
  const [stranger, impostor, own] = [await startAgent(), await startAgent(), await startAgent()]
  const pairing = await own.share()
  impostor.keys.set(pairing.pairingId, randomBytes(32))
  const found = await findAgent([await freePort(), stranger.port, impostor.port, own.port], origin, { ...pairing, port: stranger.port })
  expect(found.socket.port).toBe(own.port)
  expect(found.agentVersion).toBe('0.1.0')
  found.socket.close()
})

test('nobody at any port: unreachable', async () => {
  const pairing = await (await startAgent()).share()
  expect(await refusedBy(findAgent([await freePort(), await freePort()], origin, pairing))).toEqual({ code: 'agent-unreachable', facts: {} })
  expect(await refusedBy(findDoor([await freePort()]))).toEqual({ code: 'agent-unreachable', facts: {} })
})

test('an agent that forgot the pairing: not paired', async () => {
  const agent = await startAgent()
  const pairing = await agent.share()
  agent.keys.clear()
  expect((await refusedBy(findAgent([agent.port], origin, pairing))).code).toBe('pairing-unknown')
})

test('a program that does not hold the key: unproven, with its port, and it hears no proof of ours', async () => {
  const agent = await startAgent()
  const pairing = await agent.share()
  agent.keys.set(pairing.pairingId, randomBytes(32))
  expect(await refusedBy(findAgent([agent.port], origin, pairing))).toEqual({ code: 'agent-unproven', facts: { port: String(agent.port) } })
  await eventually(() => agent.ended).toBe(1)
  expect(agent.said.map(({ step }) => step)).toEqual(['offer'])
})

test('another protocol version is named on both sides', async () => {
  const agent = await startAgent()
  const pairing = await agent.share()
  agent.version = 2
  expect(await refusedBy(findAgent([agent.port], origin, pairing))).toEqual({ code: 'version-mismatch', facts: { agent: '2', extension: '1' } })
})

test('a proof for another origin does not hold', async () => {
  const agent = await startAgent()
  const pairing = await agent.share()
  expect((await refusedBy(findAgent([agent.port], 'chrome-extension://aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa', pairing))).code).toBe('agent-unproven')
})
