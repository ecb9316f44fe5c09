import { afterEach, expect, test } from 'vitest'
import { hello } from '../../../extension/link/hello.ts'
import { pair } from '../../../extension/link/pair.ts'
import { openSocket } from '../../../extension/link/socket.ts'
import { refusalOf } from '../../../shared/errors.ts'
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

function pairWith(agent: FakeAgent, showDigits: (digits: string) => void = () => undefined) {
  return openSocket(agent.port, 2_000).then((socket) => pair(socket, { origin, name: 'Chromium', showDigits }))
}

test('both sides show the same six digits, and the key that comes of it greets', async () => {
  const agent = await startAgent()
  let shown = ''
  const pairing = await pairWith(agent, (digits) => {
    shown = digits
  })
  expect(shown).toMatch(/^\d{6}$/)
  expect(shown).toBe(agent.digits)
  expect(pairing.key.extractable).toBe(false)

  const greeting = await hello(await openSocket(agent.port, 2_000), origin, pairing)
  expect(greeting.agentVersion).toBe('0.1.0')
})

test('a refusal in the window of the agent is told by its code', async () => {
  const agent = await startAgent()
  agent.confirmsPairing = 'no'
  const error: unknown = await pairWith(agent).catch((thrown: unknown) => thrown)
  expect(refusalOf(error).code).toBe('pairing-refused')
})

test('an agent of another version does not pair', async () => {
  const agent = await startAgent()
  agent.version = 7
  const error: unknown = await pairWith(agent).catch((thrown: unknown) => thrown)
  expect(refusalOf(error)).toEqual({ code: 'version-mismatch', facts: { agent: '7', extension: '1' } })
})

test('an agent that goes away in the middle is unreachable', async () => {
  const agent = await startAgent()
  agent.confirmsPairing = 'never'
  const error: unknown = await pairWith(agent, () => void agent.stop()).catch((thrown: unknown) => thrown)
  agents.splice(0)
  expect(refusalOf(error).code).toBe('agent-unreachable')
})
