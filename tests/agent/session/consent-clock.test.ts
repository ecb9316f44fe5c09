import type * as Os from 'node:os'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { ConsentClock } from '../../../agent/session/consent-clock.ts'
import { limits } from '../../../shared/protocol/limits.ts'
import { AgentClient } from '../../support/agent-client.ts'
import { makeDocuments, startTestAgent } from '../../support/test-agent.ts'

const fiveMinutes = 5 * 60_000
const day = 86_400_000

/** How long the PC is up beyond what it says, in seconds: it counts on while the PC sleeps. */
let sleptSeconds = 0
vi.mock('node:os', async (original) => {
  const os = await original<typeof Os>()
  return { ...os, uptime: () => os.uptime() + sleptSeconds }
})
beforeEach(() => void (sleptSeconds = 0))

// The clocks of the agent alone: sockets, files and threads keep the real ones.
beforeEach(() => void vi.useFakeTimers({ toFake: ['Date', 'setTimeout', 'clearTimeout'] }))
afterEach(() => void vi.useRealTimers())

describe('the clock of a consent', () => {
  it('is five minutes', () => {
    expect(limits.consentIdleMs).toBe(fiveMinutes)
  })

  it('ends after so many idle milliseconds and not before', () => {
    const expired = vi.fn()
    const clock = new ConsentClock(fiveMinutes, expired)
    vi.advanceTimersByTime(fiveMinutes - 1)
    expect(() => clock.requireAlive()).not.toThrow()
    expect(expired).not.toHaveBeenCalled()
    vi.advanceTimersByTime(1)
    expect(expired).toHaveBeenCalledOnce()
    expect(() => clock.requireAlive()).toThrow('consent-expired')
  })

  it('begins anew with each signature', () => {
    const expired = vi.fn()
    const clock = new ConsentClock(fiveMinutes, expired)
    for (let signature = 0; signature < 3; signature++) {
      vi.advanceTimersByTime(fiveMinutes - 1)
      clock.renew()
    }
    expect(expired).not.toHaveBeenCalled()
    vi.advanceTimersByTime(fiveMinutes)
    expect(expired).toHaveBeenCalledOnce()
  })

  it('has ended after a sleep of the PC, in which no timer runs', () => {
    const clock = new ConsentClock(fiveMinutes, () => undefined)
    vi.setSystemTime(Date.now() + fiveMinutes)
    expect(() => clock.requireAlive()).toThrow('consent-expired')
  })

  it('goes on from when it was given, not from when the agent was started anew', () => {
    const expired = vi.fn()
    const clock = new ConsentClock(fiveMinutes, expired, Date.now() - 4 * 60_000)
    vi.advanceTimersByTime(60_000)
    expect(expired).toHaveBeenCalledOnce()
    expect(() => clock.requireAlive()).toThrow('consent-expired')
  })

  it('lives no longer where the clock on the wall is set back by a day', () => {
    const expired = vi.fn()
    const clock = new ConsentClock(fiveMinutes, expired)
    vi.setSystemTime(Date.now() - day)
    expect(() => clock.requireAlive()).not.toThrow()
    vi.advanceTimersByTime(fiveMinutes)
    expect(expired).toHaveBeenCalledOnce()
    expect(() => clock.requireAlive()).toThrow('consent-expired')
    clock.renew()
    expect(() => clock.requireAlive()).toThrow('consent-expired')
  })

  it('has ended after a sleep in which the clock on the wall was set back as well', () => {
    const clock = new ConsentClock(fiveMinutes, () => undefined)
    vi.setSystemTime(Date.now() - day)
    sleptSeconds = fiveMinutes / 1_000 + 2
    expect(() => clock.requireAlive()).toThrow('consent-expired')
  })

  it('has ended where the agent was started anew and the clock was set back: nobody knows how long ago it was given', () => {
    const expired = vi.fn()
    const clock = new ConsentClock(fiveMinutes, expired, Date.now() + day)
    expect(() => clock.requireAlive()).toThrow('consent-expired')
    vi.advanceTimersByTime(0)
    expect(expired).toHaveBeenCalledOnce()
  })

  it('is not brought back to life by a signature that came too late', () => {
    const clock = new ConsentClock(fiveMinutes, () => undefined)
    vi.setSystemTime(Date.now() + fiveMinutes)
    clock.renew()
    expect(() => clock.requireAlive()).toThrow('consent-expired')
  })

  it('says nothing once it is over', () => {
    const expired = vi.fn()
    new ConsentClock(fiveMinutes, expired).end()
    vi.advanceTimersByTime(2 * fiveMinutes)
    expect(expired).not.toHaveBeenCalled()
  })
})

describe('a batch that is being signed', () => {
  async function approved() {
    const agent = await startTestAgent()
    const client = await AgentClient.pairAndConnect(agent.port)
    const reached = Promise.withResolvers<undefined>()
    const goOn = Promise.withResolvers<undefined>()
    agent.keys.beforeSign = async (count) => {
      if (count !== 1) return
      reached.resolve(undefined)
      await goOn.promise
    }
    const offered = await client.offer(makeDocuments(4), agent)
    client.approve(offered)
    await reached.promise
    return { agent, client, batchId: offered.batchId, goOn: () => goOn.resolve(undefined) }
  }

  it('goes on when a signature took a millisecond less than five minutes', async () => {
    const { agent, client, batchId, goOn } = await approved()
    vi.advanceTimersByTime(fiveMinutes - 1)
    goOn()
    await client.batch(batchId, 'done')
    expect(agent.keys.signed).toHaveLength(4)
  })

  it('stops after five idle minutes and signs nothing more', async () => {
    const { agent, client, batchId, goOn } = await approved()
    vi.advanceTimersByTime(fiveMinutes)
    goOn()
    const stopped = await client.batch(batchId, 'stopped')
    expect(stopped.refusal?.code).toBe('consent-expired')
    expect(agent.keys.signed).toHaveLength(2)
    expect(stopped.documents.map(({ state }) => state).sort()).toEqual(['checked', 'checked', 'received', 'received'])
  })

  it.each([['forward', day, 2], ['back', -day, 4]])('loses no document and signs none twice when the clock is set %s by a day', async (_, jumpMs, signedBefore) => {
    const { agent, client, batchId, goOn } = await approved()
    vi.setSystemTime(Date.now() + jumpMs)
    goOn()
    const ended = await client.batch(batchId, 'stopped', 'done')
    expect([ended.refusal?.code, agent.keys.signed.length]).toEqual([jumpMs > 0 ? 'consent-expired' : undefined, signedBefore])
    if (ended.state === 'stopped') client.approve(ended)
    const done = ended.state === 'done' ? ended : await client.batch(batchId, 'done')
    expect(done.documents.map(({ state }) => state)).toEqual(Array(4).fill('checked'))
    expect([agent.keys.signed.length, new Set(agent.keys.signed).size]).toEqual([4, 4])
    for (const { documentId } of done.documents) expect((await client.fetch(batchId, documentId)).length).toBeGreaterThan(0)
  })

  it('asks for the PIN again after a sleep of the PC', async () => {
    const { agent, client, batchId, goOn } = await approved()
    vi.setSystemTime(Date.now() + 3_600_000)
    goOn()
    const stopped = await client.batch(batchId, 'stopped')
    expect(stopped.refusal?.code).toBe('consent-expired')
    client.approve(stopped)
    await client.batch(batchId, 'done')
    expect(agent.keys.prompts).toHaveLength(2)
    expect(agent.keys.signed).toHaveLength(4)
  })
})
