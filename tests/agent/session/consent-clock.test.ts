import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { ConsentClock } from '../../../agent/session/consent-clock.ts'
import { limits } from '../../../shared/protocol/limits.ts'
import { AgentClient } from '../../support/agent-client.ts'
import { makeDocuments, startTestAgent } from '../../support/test-agent.ts'

const fiveMinutes = 5 * 60_000

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
