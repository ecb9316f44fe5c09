import { createECDH, createHash, randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { placeOrder } from '../../agent/server/orders.ts'
import { refusalOf, refuse } from '../../shared/errors.ts'
import { closeCodes } from '../../shared/protocol/close-codes.ts'
import { AgentClient } from '../support/agent-client.ts'
import { helloOn, pairOn, pairWithAgent, proof, type Paired } from '../support/pairing-client.ts'
import { journalOf, startTestAgent } from '../support/test-agent.ts'
import { isKind, knownOrigin, Wire } from '../support/wire.ts'

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')

function ownKey() {
  const publicKey = createECDH('prime256v1').generateKeys('base64')
  const nonce = randomBytes(32).toString('hex')
  return { publicKey, nonce, commitment: sha256(`${publicKey}\n${nonce}`) }
}

async function offerOn(wire: Wire, commitment: string, version = 1) {
  wire.say({ kind: 'pair', step: 'offer', version, commitment, name: 'attacker' })
  return wire.hear(isKind('pair'))
}

describe('pairing', () => {
  it('five times digits that differ, and no more windows are shown until the clerk asks for them outside of the browser', async () => {
    let windows = 0
    const agent = await startTestAgent({
      confirm: () => {
        windows++
        return Promise.resolve(false)
      },
    })
    const { port } = agent
    for (let attempt = 0; attempt < 5; attempt++) await expect(pairWithAgent(port)).rejects.toThrow('pairing-refused')
    for (let attempt = 0; attempt < 20; attempt++) {
      const wire = await Wire.open(port)
      await expect(pairOn(wire)).rejects.toThrow('pairing-closed')
      expect(await wire.closed).toBe(closeCodes.tooMany)
    }
    expect(windows).toBe(5)
    placeOrder(agent.home, { order: 'reopen-pairing' })
    await expect.poll(() => pairWithAgent(port).catch((thrown: unknown) => refusalOf(thrown).code)).toBe('pairing-refused')
    expect(windows).toBe(6)
  })

  it('a key that was not committed to shows no window', async () => {
    let windows = 0
    const agent = await startTestAgent({ confirm: () => Promise.resolve(++windows > 0) })
    const wire = await Wire.open(agent.port)
    await offerOn(wire, ownKey().commitment)
    const { publicKey, nonce } = ownKey()
    wire.say({ kind: 'pair', step: 'reveal', publicKey, nonce })
    expect(await wire.hear(isKind('pair'))).toMatchObject({ step: 'refused', refusal: { code: 'pairing-refused' } })
    expect(await wire.closed).toBe(closeCodes.unproven)
    expect([windows, agent.pairings.list().length]).toEqual([0, 0])
  })

  it('a key that is no point of the curve shows no window', async () => {
    let windows = 0
    const agent = await startTestAgent({ confirm: () => Promise.resolve(++windows > 0) })
    const publicKey = Buffer.concat([Buffer.from([4]), Buffer.alloc(64, 1)]).toString('base64')
    const nonce = '0'.repeat(64)
    const wire = await Wire.open(agent.port)
    await offerOn(wire, sha256(`${publicKey}\n${nonce}`))
    wire.say({ kind: 'pair', step: 'reveal', publicKey, nonce })
    expect(await wire.closed).toBe(closeCodes.unproven)
    expect(windows).toBe(0)
  })

  it('a pairing that nobody answers in time is over, and its window goes away', async () => {
    let aborted = false
    const { port } = await startTestAgent({
      limits: { pairingMs: 50 },
      confirm: (_, signal) =>
        new Promise((resolve) =>
          signal.addEventListener('abort', () => {
            aborted = true
            resolve(true)
          }),
        ),
    })
    await expect(pairWithAgent(port)).rejects.toThrow('pairing-expired')
    expect(aborted).toBe(true)
  })

  it('a pairing whose connection is gone leaves nothing behind, whatever the clerk answers', async () => {
    const isOpen = Promise.withResolvers<undefined>()
    const agent = await startTestAgent({
      confirm: (_, signal) => {
        isOpen.resolve(undefined)
        return new Promise((resolve) => signal.addEventListener('abort', () => resolve(true)))
      },
    })
    const wire = await Wire.open(agent.port)
    const pairing = pairOn(wire)
    pairing.catch(() => undefined)
    await isOpen.promise
    await wire.close()
    await expect(pairing).rejects.toThrow()
    await expect.poll(() => agent.pairings.list()).toEqual([])
    const later = await Wire.open(agent.port)
    await expect.poll(async () => (await offerOn(later, ownKey().commitment)).step).toBe('answer')
  })

  it('a second pairing while a window is open is refused without a second window', async () => {
    let windows = 0
    const answered = Promise.withResolvers<boolean>()
    const isOpen = Promise.withResolvers<undefined>()
    const { port } = await startTestAgent({
      confirm: () => {
        windows++
        isOpen.resolve(undefined)
        return answered.promise
      },
    })
    const first = pairWithAgent(port)
    await isOpen.promise
    await expect(pairWithAgent(port)).rejects.toThrow('pairing-refused')
    answered.resolve(true)
    await first
    expect(windows).toBe(1)
  })

  it('two that are let in together show one window', async () => {
    let windows = 0
    const answered = Promise.withResolvers<boolean>()
    const { port } = await startTestAgent({ confirm: () => (windows++, answered.promise) })
    const attackers = await Promise.all([0, 1].map(async () => {
      const own = ownKey()
      const wire = await Wire.open(port)
      expect((await offerOn(wire, own.commitment)).step).toBe('answer')
      return { wire, own }
    }))
    const steps = attackers.map(({ wire, own: { publicKey, nonce } }) => {
      wire.say({ kind: 'pair', step: 'reveal', publicKey, nonce })
      return wire.hear(isKind('pair')).then(({ step }) => step)
    })
    expect((await Promise.all(steps)).sort()).toEqual(['opened', 'refused'])
    expect(windows).toBe(1)
    answered.resolve(false)
    await Promise.all(attackers.map(({ wire }) => wire.closed))
  })

  it('a PC without a window refuses, does not count it as five, and has it in its journal once', async () => {
    const agent = await startTestAgent({ confirm: () => Promise.resolve().then(() => refuse('pin-window-missing')) })
    for (let attempt = 0; attempt < 7; attempt++) await expect(pairWithAgent(agent.port)).rejects.toThrow('pin-window-missing')
    await agent.close()
    expect(journalOf(agent.home).filter(({ what }) => what === 'pairing-refused')).toHaveLength(1)
  })

  it('idle sockets of a forged origin cannot take the window of a running pairing away, however many they are', async () => {
    const answered = Promise.withResolvers<boolean>()
    const isOpen = Promise.withResolvers<undefined>()
    let takenAway = false
    const { port } = await startTestAgent({
      confirm: (_, signal) => {
        signal.addEventListener('abort', () => (takenAway = true))
        isOpen.resolve(undefined)
        return answered.promise
      },
    })
    const paired = pairWithAgent(port)
    await isOpen.promise
    const idle = []
    for (let socket = 0; socket < 20; socket++) idle.push(await Wire.open(port))
    expect(await idle[0]?.closed).toBe(closeCodes.tooMany)
    expect(takenAway).toBe(false)
    answered.resolve(true)
    await expect(paired).resolves.toMatchObject({ origin: knownOrigin })
    await Promise.all(idle.map((wire) => wire.close()))
  })

  it('windows that went without a yes are forgotten after a while', async () => {
    const { port } = await startTestAgent({ limits: { pairingRefusals: 1, pairingRefusalMs: 300 }, confirm: () => Promise.resolve(false) })
    await expect(pairWithAgent(port)).rejects.toThrow('pairing-refused')
    await expect(pairWithAgent(port)).rejects.toThrow('pairing-closed')
    await expect.poll(() => pairWithAgent(port).catch((thrown: unknown) => refusalOf(thrown).code), { timeout: 5_000 }).toBe('pairing-refused')
  })

  it.each([
    ['hangs up before its key is revealed', (wire: Wire) => wire.close()],
    ['reveals a key that it did not commit to', async (wire: Wire) => {
      const { publicKey, nonce } = ownKey()
      wire.say({ kind: 'pair', step: 'reveal', publicKey, nonce })
      await wire.closed
    }],
  ])('a program that %s, a hundred times, has learnt no digits and locks nobody out', async (_, hang) => {
    const agent = await startTestAgent()
    for (let attempt = 0; attempt < 100; attempt++) {
      const wire = await Wire.open(agent.port)
      const answer = await offerOn(wire, ownKey().commitment)
      // The digits hang on a nonce that only the window opens.
      expect(Object.keys(answer).sort()).toEqual(['commitment', 'kind', 'publicKey', 'step', 'version'])
      await hang(wire)
    }
    await expect(pairWithAgent(agent.port)).resolves.toBeDefined()
    await agent.close()
    expect(journalOf(agent.home).filter(({ what }) => what === 'pairing-refused').length).toBeLessThanOrEqual(1)
  })

  it('a program that offers and waits does not keep the clerk from pairing', async () => {
    const { port } = await startTestAgent()
    const waiting = await Wire.open(port)
    await offerOn(waiting, ownKey().commitment)
    await expect(pairWithAgent(port)).resolves.toBeDefined()
    await waiting.close()
  })

  it('a pairing that the clerk agreed to here and refused in the browser leaves the list', async () => {
    const agent = await startTestAgent({ limits: { pairingMs: 200 } })
    const refused = await pairWithAgent(agent.port)
    const kept = await AgentClient.pairAndConnect(agent.port)
    await expect.poll(() => agent.pairings.list().map(({ pairingId }) => pairingId), { timeout: 5_000 }).toEqual([kept.paired.pairingId])
    const wire = await Wire.open(agent.port)
    await expect(helloOn(wire, agent.port, refused)).rejects.toThrow('agent-not-paired')
  })

  it('who offers and falls silent does not hold the desk for the two minutes that the clerk has', async () => {
    const { port } = await startTestAgent({ limits: { helloMs: 100 } })
    const wire = await Wire.open(port)
    await offerOn(wire, ownKey().commitment)
    expect(await wire.closed).toBe(closeCodes.silent)
    await expect(pairWithAgent(port)).resolves.toBeDefined()
  })

  it('the window is asked with the origin that the browser set, whatever the other side calls itself', async () => {
    const origins: string[] = []
    const origin = 'moz-extension://2f0f54e1-5f8c-4bd5-8a4e-0d4a5f3f6a11'
    const { port } = await startTestAgent({ confirm: (question) => Promise.resolve(origins.push(question.origin) > 0) })
    await pairWithAgent(port, { name: knownOrigin })
    await pairWithAgent(port, { origin, name: knownOrigin })
    expect(origins).toEqual([knownOrigin, origin])
  })

  it.each([0, 2, 99])('version %s is refused with both numbers', async (version) => {
    const { port } = await startTestAgent()
    const wire = await Wire.open(port)
    const answer = await offerOn(wire, ownKey().commitment, version)
    expect(answer).toMatchObject({ step: 'refused', refusal: { code: 'version-mismatch', facts: { agent: '1', extension: String(version) } } })
    expect(await wire.closed).toBe(closeCodes.version)
  })

  it('steps out of order end the connection', async () => {
    const { port } = await startTestAgent()
    const wire = await Wire.open(port)
    const { publicKey, nonce } = ownKey()
    wire.say({ kind: 'pair', step: 'reveal', publicKey, nonce })
    expect(await wire.closed).toBe(closeCodes.malformed)
  })

  it('the digits are different each time: nobody can prepare for them', async () => {
    const shown: string[] = []
    const { port } = await startTestAgent({ confirm: ({ digits }) => Promise.resolve(shown.push(digits) > 0) })
    for (let attempt = 0; attempt < 10; attempt++) await pairWithAgent(port)
    expect(new Set(shown).size).toBeGreaterThan(8)
  })
})

describe('hello', () => {
  /** A hello of the attacker's own: `prove` makes what he says from what he has seen. */
  async function attempt(port: number, paired: Paired, prove: (agentProof: string, transcript: Parameters<typeof proof>[2]) => string, origin = knownOrigin) {
    const wire = await Wire.open(port, { origin })
    const nonce = randomBytes(32).toString('hex')
    wire.say({ kind: 'hello', step: 'offer', version: 1, pairingId: paired.pairingId, nonce })
    const answer = await wire.hear(isKind('hello'))
    if (answer.step !== 'answer') return wire.closed
    const transcript = { version: 1, origin, port, pairingId: paired.pairingId, extensionNonce: nonce, agentNonce: answer.nonce }
    wire.say({ kind: 'hello', step: 'prove', proof: prove(answer.proof, transcript) })
    return wire.closed
  }

  it.each([
    ['the agent’s own proof sent back', (_key: Buffer, agentProof: string) => agentProof],
    ['roles swapped', (key: Buffer, _proof: string, transcript: Parameters<typeof proof>[2]) => proof('agent', key, transcript)],
    ['another nonce', (key: Buffer, _proof: string, transcript: Parameters<typeof proof>[2]) => proof('extension', key, { ...transcript, agentNonce: '0'.repeat(64) })],
    ['another port', (key: Buffer, _proof: string, transcript: Parameters<typeof proof>[2]) => proof('extension', key, { ...transcript, port: 1 })],
    ['another version', (key: Buffer, _proof: string, transcript: Parameters<typeof proof>[2]) => proof('extension', key, { ...transcript, version: 0 })],
    ['another origin', (key: Buffer, _proof: string, transcript: Parameters<typeof proof>[2]) => proof('extension', key, { ...transcript, origin: 'https://evil.example' })],
    ['another key', (_key: Buffer, _proof: string, transcript: Parameters<typeof proof>[2]) => proof('extension', randomBytes(32), transcript)],
    ['zeros', () => '0'.repeat(64)],
  ])('%s is no proof', async (_, forge) => {
    const { port } = await startTestAgent()
    const { paired } = await AgentClient.pairAndConnect(port)
    expect(await attempt(port, paired, (agentProof, transcript) => forge(paired.key, agentProof, transcript))).toBe(closeCodes.unproven)
  })

  it('a proof that was good on another connection is worth nothing', async () => {
    const { port } = await startTestAgent()
    const { paired } = await AgentClient.pairAndConnect(port)
    let recorded = ''
    const first = await Wire.open(port)
    const nonce = '1'.repeat(64)
    first.say({ kind: 'hello', step: 'offer', version: 1, pairingId: paired.pairingId, nonce })
    const answer = await first.hear(isKind('hello'))
    if (answer.step !== 'answer') throw new Error('not answered')
    const transcript = { version: 1, origin: knownOrigin, port, pairingId: paired.pairingId, extensionNonce: nonce, agentNonce: answer.nonce }
    recorded = proof('extension', paired.key, transcript)
    first.say({ kind: 'hello', step: 'prove', proof: recorded })
    await first.hear(isKind('hello'))
    const replay = await Wire.open(port)
    replay.say({ kind: 'hello', step: 'offer', version: 1, pairingId: paired.pairingId, nonce })
    await replay.hear(isKind('hello'))
    replay.say({ kind: 'hello', step: 'prove', proof: recorded })
    expect(await replay.closed).toBe(closeCodes.unproven)
  })

  it('another extension cannot use a pairing, even with its key', async () => {
    const other = 'b'.repeat(32)
    const { port } = await startTestAgent({ settings: { extensionIds: [other] } })
    const { paired } = await AgentClient.pairAndConnect(port)
    const wire = await Wire.open(port, { origin: `chrome-extension://${other}` })
    await expect(helloOn(wire, port, { ...paired, origin: `chrome-extension://${other}` })).rejects.toThrow('agent-not-paired')
    expect(await wire.closed).toBe(closeCodes.unproven)
  })

  it('a pairing that was revoked is unknown', async () => {
    const agent = await startTestAgent()
    const client = await AgentClient.pairAndConnect(agent.port)
    expect(agent.revoke(client.paired.pairingId)).toBe(true)
    expect(await client.wire.closed).toBe(closeCodes.revoked)
    const wire = await Wire.open(agent.port)
    await expect(helloOn(wire, agent.port, client.paired)).rejects.toThrow('agent-not-paired')
  })
})
