import { afterEach, expect, test, vi } from 'vitest'
import { hello } from '../../../extension/link/hello.ts'
import { pair, type PairingRequest } from '../../../extension/link/pair.ts'
import { openSocket } from '../../../extension/link/socket.ts'
import { refusalOf } from '../../../shared/errors.ts'
import type { PairingAwaits } from '../../../shared/messages/view.ts'
import { FakeAgent, origin } from './fake-agent.ts'

const agents: FakeAgent[] = []
afterEach(async () => {
  vi.restoreAllMocks()
  await Promise.all(agents.splice(0).map((agent) => agent.stop()))
})

async function startAgent(): Promise<FakeAgent> {
  const agent = await FakeAgent.start()
  agents.push(agent)
  return agent
}

/** A clerk who agrees at once, unless a test brings another. */
function pairWith(agent: FakeAgent, clerk: Partial<PairingRequest> = {}) {
  const request = { origin, name: 'Chromium', show: () => undefined, agreed: Promise.resolve(), refused: new AbortController().signal, ...clerk }
  return openSocket(agent.port, 2_000).then((socket) => pair(socket, request))
}

const never = new Promise<void>(() => undefined)

test('both sides show the same six digits, and the key that comes of it greets', async () => {
  const agent = await startAgent()
  let shown = ''
  const pairing = await pairWith(agent, {
    show: (digits) => {
      shown = digits
    },
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

test('an agent that opens another nonce than it committed to could have steered the digits: none are shown', async () => {
  const agent = await startAgent()
  agent.opensNonce = '0'.repeat(64)
  const show = vi.fn<PairingRequest['show']>()
  const error: unknown = await pairWith(agent, { show }).catch((thrown: unknown) => thrown)
  expect(refusalOf(error)).toEqual({ code: 'agent-unproven', facts: { port: String(agent.port) } })
  expect(show).not.toHaveBeenCalled()
})

test('an agent that goes away in the middle is unreachable', async () => {
  const agent = await startAgent()
  agent.confirmsPairing = 'never'
  const error: unknown = await pairWith(agent, { show: () => void agent.stop() }).catch((thrown: unknown) => thrown)
  agents.splice(0)
  expect(refusalOf(error).code).toBe('agent-unreachable')
})

test('the word of the other side alone makes no pairing: without the clerk it expires', async () => {
  vi.spyOn(AbortSignal, 'timeout').mockImplementationOnce(() => expiry.signal)
  const expiry = new AbortController()
  const agent = await startAgent()
  const awaited: PairingAwaits[] = []
  const pairing = pairWith(agent, {
    agreed: never,
    show: (_, awaits) => {
      awaited.push(awaits)
      if (awaits === 'here') expiry.abort()
    },
  })
  expect(refusalOf(await pairing.catch((thrown: unknown) => thrown)).code).toBe('pairing-expired')
  expect(awaited).toEqual(['both', 'here'])
})

test('a clerk who saw no window, or other digits, refuses, whatever the other side says', async () => {
  const agent = await startAgent()
  const differ = new AbortController()
  const pairing = pairWith(agent, { agreed: never, refused: differ.signal, show: (_, awaits) => awaits === 'here' && differ.abort() })
  expect(refusalOf(await pairing.catch((thrown: unknown) => thrown)).code).toBe('pairing-refused')
})

test('an agent that has confirmed may hang up before the clerk has agreed here', async () => {
  const agent = await startAgent()
  let agree: () => void = () => undefined
  const agreed = new Promise<void>((resolve) => (agree = resolve))
  const pairing = pairWith(agent, { agreed, show: (_, awaits) => awaits === 'here' && void agent.hangUp().then(agree) })
  expect((await pairing).port).toBe(agent.port)
})
