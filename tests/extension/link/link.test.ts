import { randomUUID } from 'node:crypto'
import { afterEach, expect, onTestFinished, test, vi } from 'vitest'
import { Link } from '../../../extension/link/link.ts'
import type { AskNative } from '../../../extension/link/native-host.ts'
import type { Pairing } from '../../../extension/link/pairing-keys.ts'
import type { LinkView } from '../../../shared/messages/view.ts'
import { refusalOf } from '../../../shared/errors.ts'
import { eventually } from '../eventually.ts'
import { FakeAgent, origin } from './fake-agent.ts'

const agents: FakeAgent[] = []
const links: Link[] = []
afterEach(async () => {
  for (const link of links.splice(0)) link.need(false)
  await Promise.all(agents.splice(0).map((agent) => agent.stop()))
})

async function startAgent(port?: number): Promise<FakeAgent> {
  const agent = await FakeAgent.start(port)
  agents.push(agent)
  return agent
}

function makeLink(ports: number[], pairing?: Pairing, { askNative = () => Promise.reject(new Error('no host')), fixed = false }: { askNative?: AskNative; fixed?: boolean } = {}): { link: Link; states: LinkView[]; stored: () => Pairing | undefined; connections: () => number; awake: () => number } {
  const states: LinkView[] = []
  let stored = pairing
  let forgotten = false
  let connections = 0
  let awake = 0
  const link = new Link({
    origin,
    browserName: 'Chromium',
    ports: () => Promise.resolve({ list: ports, fixed }),
    askNative,
    pairings: {
      read: () => Promise.resolve(stored),
      write: (written) => {
        stored = written
        forgotten = false
        return Promise.resolve()
      },
      forget: () => {
        stored = undefined
        forgotten = true
        return Promise.resolve()
      },
      wasForgotten: () => Promise.resolve(forgotten),
    },
    onState: (state) => states.push(state),
    stayAwake: () => awake++,
    onConnection: () => connections++,
  })
  links.push(link)
  return { link, states, stored: () => stored, connections: () => connections, awake: () => awake }
}

test('from nothing to ready: unpaired, six digits, paired, connected', async () => {
  const agent = await startAgent()
  const { link, states, stored } = makeLink([agent.port])
  await link.connect()
  expect(link.view).toEqual({ state: 'unpaired' })
  expect(() => link.ready).toThrow('agent-not-paired')
  const pairing = link.pair()
  await eventually(() => link.view).toMatchObject({ state: 'pairing', awaits: 'here' })
  link.agreeDigits()
  await pairing
  expect(link.view).toEqual({ state: 'ready', agentVersion: '0.1.0' })
  expect(states).toContainEqual({ state: 'pairing', digits: agent.digits, awaits: 'both' })
  expect(stored()?.port).toBe(agent.port)
})

test('a false agent that confirms at once gets no key, and a good pairing stays as it is', async () => {
  const [impostor, agent] = [await startAgent(), await startAgent()]
  const good = await agent.share()
  const { link, stored, connections } = makeLink([impostor.port, agent.port], good)
  await link.connect()
  const pairing = link.pair().catch((thrown: unknown) => refusalOf(thrown).code)
  await eventually(() => link.view).toMatchObject({ state: 'pairing', awaits: 'here' })
  expect(stored()).toBe(good)
  link.cancelPairing()
  expect(await pairing).toBe('pairing-refused')
  expect(stored()).toBe(good)
  expect(link.view.state).toBe('ready')
  expect([link.ready.port, connections()]).toEqual([agent.port, 2])
})

test('who agrees before there are digits has compared none', async () => {
  const agent = await startAgent()
  const { link, stored } = makeLink([agent.port])
  const pairing = link.pair()
  link.agreeDigits()
  await eventually(() => link.view).toMatchObject({ state: 'pairing', awaits: 'here' })
  expect(stored()).toBeUndefined()
  link.agreeDigits()
  await pairing
  expect(stored()?.port).toBe(agent.port)
})

test('the clerk may agree here first; then the window of the agent is waited for', async () => {
  const agent = await startAgent()
  agent.confirmsPairing = 'later'
  const { link, stored } = makeLink([agent.port])
  const pairing = link.pair()
  await eventually(() => link.view).toMatchObject({ state: 'pairing', awaits: 'both' })
  link.agreeDigits()
  await eventually(() => link.view).toMatchObject({ state: 'pairing', awaits: 'window' })
  expect(stored()).toBeUndefined()
  agent.confirm()
  await pairing
  expect(link.view.state).toBe('ready')
})

test('a clerk who takes long finds the worker awake, and it may sleep afterwards', async () => {
  const agent = await startAgent()
  const { link, awake } = makeLink([agent.port])
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
  try {
    const pairing = link.pair()
    await vi.waitUntil(() => link.view.state === 'pairing' && link.view.awaits === 'here')
    vi.advanceTimersByTime(60_000)
    expect(awake()).toBe(3)
    link.agreeDigits()
    await pairing
    vi.advanceTimersByTime(60_000)
    expect(awake()).toBe(3)
  } finally {
    vi.useRealTimers()
  }
})

test('where no window opened, the next try goes to the next door', async () => {
  const [other, agent] = [await startAgent(), await startAgent()]
  const { link, stored } = makeLink([other.port, agent.port])
  const first = link.pair().catch((thrown: unknown) => refusalOf(thrown).code)
  await eventually(() => link.view.state).toBe('pairing')
  link.cancelPairing()
  await first
  const second = link.pair()
  await eventually(() => link.view).toMatchObject({ state: 'pairing', awaits: 'here' })
  link.agreeDigits()
  await second
  expect(stored()?.port).toBe(agent.port)
})

test.each([
  ['says that it is not paired', (agent: FakeAgent) => agent.keys.clear()],
  ['hangs up as if the proof were wrong', (agent: FakeAgent) => (agent.onHello = 4402)],
  ['hangs up as if the pairing were revoked', (agent: FakeAgent) => (agent.onHello = 4410)],
])('a program that %s and has proven nothing does not unpair', async (_, play) => {
  const agent = await startAgent()
  const pairing = await agent.share()
  play(agent)
  const { link, stored } = makeLink([agent.port], pairing)
  await link.connect()
  expect(link.view).toEqual({ state: 'down', refusal: { code: 'pairing-unknown', facts: { port: String(agent.port) } } })
  expect(stored()).toBe(pairing)
})

test('no agent: down with its reason, and ready throws it', async () => {
  const agent = await startAgent()
  const pairing = await agent.share()
  await agent.stop()
  agents.splice(0)
  const { link } = makeLink([agent.port], pairing)
  await link.connect()
  expect(link.view).toEqual({ state: 'down', refusal: { code: 'agent-unreachable', facts: {} } })
  expect(() => link.ready).toThrow('agent-unreachable')
})

test('a broken connection is mended by itself while it is needed', async () => {
  const agent = await startAgent()
  const { link, states, connections } = makeLink([agent.port], await agent.share())
  link.need(true)
  await eventually(() => link.view.state).toBe('ready')
  agent.socket?.terminate()
  await eventually(connections).toBe(2)
  expect(states.map(({ state }) => state)).toEqual(['ready', 'down', 'connecting', 'ready'])
})

test.each([
  ['ended by the agent', 4401, 1],
  ['replaced by a newer one', 4411, 0],
])('a connection that was %s is tried again or not', async (_, code, timers) => {
  const agent = await startAgent()
  const { link } = makeLink([agent.port], await agent.share())
  link.need(true)
  await eventually(() => link.view.state).toBe('ready')
  const set = vi.spyOn(globalThis, 'setTimeout')
  const fallen = new Promise<void>((resolve) => link.ready.gone.addEventListener('abort', () => resolve()))
  agent.socket?.close(code)
  await fallen
  expect(link.view).toEqual({ state: 'down', refusal: { code: 'agent-unreachable', facts: {} } })
  expect(set.mock.calls.filter(([, pause]) => pause === 500)).toHaveLength(timers)
  set.mockRestore()
})

test('a connection that breaks as soon as it stands is tried more and more rarely', async () => {
  const agent = await startAgent()
  const { link, connections } = makeLink([agent.port], await agent.share())
  const set = vi.spyOn(globalThis, 'setTimeout')
  agent.onReady = () => setImmediate(() => agent.sayRaw('{'))
  link.need(true)
  await eventually(connections).toBe(3)
  await eventually(() => link.view.state).toBe('down')
  link.need(false)
  expect(set.mock.calls.map(([, pause]) => pause).filter((pause) => pause === 500 || pause === 1_000 || pause === 4_000)).toEqual([500, 1_000])
  expect(link.view).toEqual({ state: 'down', refusal: { code: 'message-malformed', facts: { kind: '?' } } })
  set.mockRestore()
})

/** The growing pauses never end, as if each were the longest. @returns how often every port was asked by then */
function withholdPauses(): { rounds: () => number } {
  const wait = globalThis.setTimeout
  const growing = new Set([500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000])
  vi.spyOn(globalThis, 'setTimeout').mockImplementation(((work: () => void, pause: number) => wait(growing.has(pause) ? () => undefined : work, pause)) as typeof setTimeout)
  const asked = vi.spyOn(globalThis, 'fetch')
  onTestFinished(() => void vi.restoreAllMocks())
  return { rounds: () => asked.mock.calls.length }
}

test('an agent that was away for long is met as soon as it is back: no pause is waited for, no host started, no socket opened in vain', async () => {
  const { rounds } = withholdPauses()
  const agent = await startAgent()
  const pairing = await agent.share()
  await agent.stop()
  const { askNative, asked } = hostOf(agent)
  const sockets = vi.spyOn(globalThis, 'WebSocket')
  const { link, awake } = makeLink([agent.port], pairing, { askNative })
  link.need(true)
  await eventually(rounds).toBeGreaterThan(3)
  expect([link.view.state, asked, sockets.mock.calls.length]).toEqual(['down', ['port'], 0])
  const back = await startAgent(agent.port)
  for (const [pairingId, key] of agent.keys) back.keys.set(pairingId, key)
  await eventually(() => link.view.state).toBe('ready')
  expect([asked, sockets.mock.calls.length, awake()]).toEqual([['port'], 1, 0])
})

test('an agent that went away under a connection is met as soon as it is back', async () => {
  const { rounds } = withholdPauses()
  const agent = await startAgent()
  const { link, connections } = makeLink([agent.port], await agent.share())
  link.need(true)
  await eventually(() => link.view.state).toBe('ready')
  const before = rounds()
  await agent.stop()
  await eventually(rounds).toBeGreaterThan(before + 1)
  const back = await startAgent(agent.port)
  for (const [pairingId, key] of agent.keys) back.keys.set(pairingId, key)
  await eventually(connections).toBe(2)
})

test('whoever answers at the port and lets nobody in is left alone until the pause is over', async () => {
  const { rounds } = withholdPauses()
  const stranger = await startAgent()
  const pairing = await stranger.share()
  stranger.onHello = 4402
  const sockets = vi.spyOn(globalThis, 'WebSocket')
  const { link } = makeLink([stranger.port], pairing)
  link.need(true)
  await eventually(rounds).toBeGreaterThan(2)
  expect([link.view.state, sockets.mock.calls.length]).toEqual(['down', 1])
})

test('while the agent is away the worker stays awake for those who need it, and for nobody else', async () => {
  const agent = await startAgent()
  const pairing = await agent.share()
  await agent.stop()
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
  onTestFinished(() => void vi.useRealTimers())
  const { link, awake } = makeLink([agent.port], pairing)
  link.need(true)
  await vi.waitUntil(() => link.view.state === 'down')
  await vi.waitUntil(() => vi.getTimerCount() === 1)
  vi.advanceTimersByTime(20_000)
  expect(awake()).toBe(1)
  link.need(false)
  vi.advanceTimersByTime(60_000)
  expect(awake()).toBe(1)
})

test('a revoked pairing asks to be paired again', async () => {
  const agent = await startAgent()
  const { link } = makeLink([agent.port], await agent.share())
  await link.connect()
  agent.socket?.close(4410)
  await eventually(() => link.view).toEqual({ state: 'unpaired' })
})

test('the port where the agent answered is remembered', async () => {
  const [other, agent] = [await startAgent(), await startAgent()]
  const pairing = await agent.share()
  const { link, stored } = makeLink([other.port, agent.port], { ...pairing, port: other.port })
  await link.connect()
  expect(stored()?.port).toBe(agent.port)
})

test('a cancelled pairing is told as refused and leaves nothing behind', async () => {
  const agent = await startAgent()
  agent.confirmsPairing = 'never'
  const { link, states, stored } = makeLink([agent.port])
  const pairing = link.pair().catch((thrown: unknown) => refusalOf(thrown).code)
  await eventually(() => states.some(({ state }) => state === 'pairing')).toBe(true)
  link.cancelPairing()
  expect(await pairing).toBe('pairing-refused')
  expect(stored()).toBeUndefined()
  expect(link.view).toEqual({ state: 'unpaired' })
})

/** A host that names this agent's port and a ticket that it holds too. */
function hostOf(agent: FakeAgent): { askNative: AskNative; asked: string[] } {
  const asked: string[] = []
  const askNative: AskNative = ({ wants }) => {
    asked.push(wants)
    const ticket = wants === 'ticket' ? { ticket: { ticketId: randomUUID(), secret: agent.ticketSecret } } : {}
    return Promise.resolve({ kind: 'native', step: 'agent', version: 1, port: agent.port, ...ticket })
  }
  return { askNative, asked }
}

test('with a host the first pairing needs no click, on whatever port the agent is', async () => {
  const agent = await startAgent()
  const { askNative, asked } = hostOf(agent)
  const { link, states, stored } = makeLink([], undefined, { askNative })
  await link.connect()
  expect(link.view).toEqual({ state: 'ready', agentVersion: '0.1.0' })
  expect(states.map(({ state }) => state)).toEqual(['ready'])
  expect([asked, stored()?.port]).toEqual([['ticket'], agent.port])
})

test.each([
  ['holds another ticket', (agent: FakeAgent) => (agent.ticketSecret = '0'.repeat(64))],
  ['holds none and takes whatever it is shown', (agent: FakeAgent) => Object.assign(agent, { ticketSecret: '0'.repeat(64), takesAnyTicketProof: true })],
  ['does not take it', (agent: FakeAgent) => (agent.refusesTickets = true)],
  ['opens another nonce than it committed to', (agent: FakeAgent) => (agent.opensNonce = '0'.repeat(64))],
])('an agent that %s is paired by digits or not at all', async (_, play) => {
  const agent = await startAgent()
  const { askNative } = hostOf(agent)
  const secret = agent.ticketSecret
  play(agent)
  const { link, stored } = makeLink([agent.port], undefined, { askNative: async (question) => ({ ...((await askNative(question)) as object), ticket: { ticketId: randomUUID(), secret } }) })
  await link.connect()
  expect(link.view).toEqual({ state: 'unpaired' })
  expect(stored()).toBeUndefined()
})

test.each([
  ['is not there', () => Promise.reject(new Error('Specified native messaging host not found.'))],
  ['says something else', () => Promise.resolve({ kind: 'native', step: 'agent', version: 1, port: 0 })],
  ['refuses', () => Promise.resolve({ kind: 'native', step: 'refused', refusal: { code: 'agent-unreachable', facts: {} } })],
  ['is of another version', () => Promise.resolve({ kind: 'native', step: 'agent', version: 2, port: 1 })],
])('where the host %s, everything goes as without one', async (_, askNative) => {
  const agent = await startAgent()
  const { link } = makeLink([agent.port], undefined, { askNative })
  await link.connect()
  expect(link.view).toEqual({ state: 'unpaired' })
})

test('the port that policy fixes stands above the host’s, for a first pairing and for one that is kept', async () => {
  const [agent, other] = [await startAgent(), await startAgent()]
  const { link, stored } = makeLink([other.port], undefined, { askNative: hostOf(agent).askNative, fixed: true })
  await link.connect()
  expect(link.view).toEqual({ state: 'unpaired' })
  expect(stored()).toBeUndefined()
  const kept = makeLink([other.port], await agent.share(), { askNative: hostOf(agent).askNative, fixed: true })
  await kept.link.connect()
  expect([kept.link.view.state, kept.connections()]).toEqual(['down', 0])
})

test('a paired browser whose agent is gone from its port asks the host, who knows the new one', async () => {
  const [agent, other] = [await startAgent(), await startAgent()]
  const pairing = { ...(await agent.share()), port: other.port }
  const { askNative, asked } = hostOf(agent)
  const { link, stored } = makeLink([other.port], pairing, { askNative })
  await link.connect()
  expect([link.view.state, asked, stored()?.port]).toEqual(['ready', ['port'], agent.port])
})

test('a pairing that the agent revoked is not made again without a click', async () => {
  const agent = await startAgent()
  const { askNative, asked } = hostOf(agent)
  const { link, stored } = makeLink([agent.port], await agent.share(), { askNative })
  await link.connect()
  agent.socket?.close(4410)
  await eventually(() => link.view).toEqual({ state: 'unpaired' })
  await link.connect()
  expect([link.view.state, stored(), asked]).toEqual(['unpaired', undefined, []])
  await link.pair()
  expect([link.view.state, asked]).toEqual(['ready', ['ticket']])
})

test('unpairing here tells the agent and forgets the key', async () => {
  const agent = await startAgent()
  const pairing = await agent.share()
  const { link, stored } = makeLink([agent.port], pairing)
  await link.connect()
  agent.onMessage = ({ kind }) => kind === 'pairings' && agent.socket?.close(4410)
  await link.unpair()
  await eventually(() => link.view).toEqual({ state: 'unpaired' })
  expect(stored()).toBeUndefined()
  expect(agent.heard.at(-1)).toMatchObject({ kind: 'pairings', step: 'revoke', pairingId: pairing.pairingId })
})
