import { describe, expect, it } from 'vitest'
import { refusal } from '../../../shared/errors.ts'
import { AgentClient } from '../../support/agent-client.ts'
import { journalOf, makeDocuments, startTestAgent } from '../../support/test-agent.ts'

/** Holds the key at its signature number `at` (from 0) until it is let go. */
function holdKey(agent: Awaited<ReturnType<typeof startTestAgent>>, at: number) {
  const reached = Promise.withResolvers<undefined>()
  const { promise, resolve: letGo } = Promise.withResolvers<undefined>()
  agent.keys.beforeSign = async (count) => {
    if (count !== at) return
    reached.resolve(undefined)
    await promise
  }
  return { reached: reached.promise, letGo: () => letGo(undefined) }
}

describe('pause', () => {
  it('stops after the signature under way, and going on needs no PIN', async () => {
    const agent = await startTestAgent()
    const client = await AgentClient.pairAndConnect(agent.port)
    const key = holdKey(agent, 2)
    const offered = await client.offer(makeDocuments(8), agent)
    const { batchId } = offered
    client.approve(offered)
    await key.reached
    client.say({ kind: 'sign', step: 'pause', batchId })
    await client.batch(batchId, 'paused')
    key.letGo()
    await client.document(offered.documents[2]?.documentId ?? '', 'checked')
    expect(agent.keys.signed).toHaveLength(3)
    // What waits for nothing but the key would have it by now, if it could.
    await client.resume(batchId)
    expect([agent.keys.signed.length, agent.keys.released]).toEqual([3, 0])

    client.say({ kind: 'sign', step: 'go-on', batchId })
    await client.batch(batchId, 'signing')
    const done = await client.batch(batchId, 'done')
    expect(done.documents.map(({ state }) => state)).toEqual(Array(8).fill('checked'))
    expect([agent.keys.prompts.length, agent.keys.signed.length]).toEqual([1, 8])
    await agent.close()
    expect(journalOf(agent.home).map(({ what }) => what).filter((what) => what === 'paused' || what === 'went-on')).toEqual(['paused', 'went-on'])
  })

  it('lasts as long as the consent: afterwards the PIN is asked again for what is left', async () => {
    const agent = await startTestAgent({ limits: { consentIdleMs: 1_500 } })
    const client = await AgentClient.pairAndConnect(agent.port)
    const key = holdKey(agent, 1)
    const offered = await client.offer(makeDocuments(5), agent)
    const { batchId } = offered
    client.approve(offered)
    await key.reached
    client.say({ kind: 'sign', step: 'pause', batchId })
    await client.batch(batchId, 'paused')
    key.letGo()
    const stopped = await client.batch(batchId, 'stopped')
    expect(stopped.refusal).toEqual(refusal('consent-expired'))
    expect(agent.keys.released).toBe(1)
    expect(agent.keys.signed).toHaveLength(2)
    client.approve(stopped)
    await client.batch(batchId, 'done')
    expect(agent.keys.prompts[1]?.description).toContain('còn 3 trong 5')
    expect(new Set(agent.keys.signed).size).toBe(5)
  })

  it('ends by cancelling: nothing more is signed, and nothing half is left', async () => {
    const agent = await startTestAgent()
    const client = await AgentClient.pairAndConnect(agent.port)
    const key = holdKey(agent, 1)
    const offered = await client.offer(makeDocuments(4), agent)
    const { batchId } = offered
    client.approve(offered)
    await key.reached
    client.say({ kind: 'sign', step: 'pause', batchId })
    await client.batch(batchId, 'paused')
    key.letGo()
    await client.document(offered.documents[1]?.documentId ?? '', 'checked')
    client.cancel(batchId)
    const cancelled = await client.batch(batchId, 'cancelled')
    expect(cancelled.documents.map(({ state }) => state)).toEqual(['checked', 'checked', 'refused', 'refused'])
    expect(agent.keys.signed).toHaveLength(2)
    const whole = offered.documents.slice(0, 2).flatMap(({ documentId }) => [`${batchId}/${documentId}.pdf`, `${batchId}/${documentId}.signed.pdf`])
    await expect.poll(() => agent.spooled()).toEqual(whole.sort())
  })

  it('says how things stand where there is nothing to pause or to go on with', async () => {
    const agent = await startTestAgent()
    const client = await AgentClient.pairAndConnect(agent.port)
    const { batchId } = await client.offer(makeDocuments(1), agent)
    client.say({ kind: 'sign', step: 'pause', batchId })
    expect((await client.batch(batchId, 'offered')).state).toBe('offered')
    client.say({ kind: 'sign', step: 'go-on', batchId })
    expect((await client.batch(batchId, 'offered')).state).toBe('offered')
  })

  it('and the agent ends: the next one asks for the PIN again for the rest', async () => {
    const first = await startTestAgent()
    const client = await AgentClient.pairAndConnect(first.port)
    const key = holdKey(first, 1)
    const offered = await client.offer(makeDocuments(3), first)
    const { batchId } = offered
    client.approve(offered)
    await key.reached
    client.say({ kind: 'sign', step: 'pause', batchId })
    await client.batch(batchId, 'paused')
    key.letGo()
    await client.document(offered.documents[1]?.documentId ?? '', 'checked')
    await first.close()
    const second = await startTestAgent({ home: first.home, keys: first.keys })
    const again = await AgentClient.connect(second.port, client.paired)
    const stopped = await again.resume(batchId)
    expect([stopped.state, stopped.refusal?.code]).toEqual(['stopped', 'batch-stopped'])
    expect(stopped.documents.map(({ state }) => state)).toEqual(['checked', 'checked', 'received'])
  })
})

describe('sleep of the PC', () => {
  it('is held off while there is something to sign, also while it is paused, and no longer', async () => {
    const held: string[] = []
    const stayAwake = () => {
      held.push('held')
      return () => void held.push('released')
    }
    const agent = await startTestAgent({ stayAwake })
    const client = await AgentClient.pairAndConnect(agent.port)
    const key = holdKey(agent, 1)
    const offered = await client.offer(makeDocuments(3), agent)
    expect(held).toEqual([])
    client.approve(offered)
    await key.reached
    client.say({ kind: 'sign', step: 'pause', batchId: offered.batchId })
    await client.batch(offered.batchId, 'paused')
    key.letGo()
    expect(held).toEqual(['held'])
    client.say({ kind: 'sign', step: 'go-on', batchId: offered.batchId })
    await client.batch(offered.batchId, 'done')
    expect(held).toEqual(['held', 'released'])
  })

  it('that cannot even be asked for leaves no key unlocked', async () => {
    const stayAwake = () => {
      throw new Error('spawn ENOMEM')
    }
    const agent = await startTestAgent({ stayAwake })
    const client = await AgentClient.pairAndConnect(agent.port)
    const offered = await client.offer(makeDocuments(1), agent)
    client.approve(offered)
    expect((await client.batch(offered.batchId, 'stopped')).refusal?.code).toBe('unexpected')
    expect([agent.keys.unlocked, agent.keys.released]).toEqual([1, 1])
  })
})

describe('skip', () => {
  it('leaves a document out before the consent: list and short code are others, and the old consent is worth nothing', async () => {
    const agent = await startTestAgent()
    const client = await AgentClient.pairAndConnect(agent.port)
    const offered = await client.offer(makeDocuments(3), agent)
    const { batchId } = offered
    client.say({ kind: 'sign', step: 'skip', batchId, documentId: offered.documents[1]?.documentId ?? '' })
    const shorter = await client.batch(batchId, 'offered')
    expect(shorter.documents[1]).toMatchObject({ state: 'refused', refusal: { code: 'skipped' } })
    expect(shorter.digestListSha256).not.toBe(offered.digestListSha256)
    client.approve(offered)
    expect((await client.refused('sign')).code).toBe('document-changed')
    client.approve(shorter)
    const done = await client.batch(batchId, 'done')
    expect(done.documents.map(({ state }) => state)).toEqual(['checked', 'refused', 'checked'])
    expect(agent.spooled().some((file) => file.includes(offered.documents[1]?.documentId ?? '?'))).toBe(false)
  })

  it('leaves out what waits for the key, and not what the key has', async () => {
    const agent = await startTestAgent()
    const client = await AgentClient.pairAndConnect(agent.port)
    const key = holdKey(agent, 1)
    const offered = await client.offer(makeDocuments(10), agent)
    const { batchId } = offered
    const idOf = (index: number) => offered.documents[index]?.documentId ?? ''
    client.approve(offered)
    await key.reached
    for (const index of [1, 3, 9]) client.say({ kind: 'sign', step: 'skip', batchId, documentId: idOf(index) })
    await client.document(idOf(9), 'refused')
    key.letGo()
    const done = await client.batch(batchId, 'done')
    expect(done.documents.map(({ state }) => state)).toEqual(done.documents.map((_, index) => (index === 3 || index === 9 ? 'refused' : 'checked')))
    expect(agent.keys.signed).toHaveLength(8)
  })

  it('ends a batch of which nothing is left', async () => {
    const agent = await startTestAgent()
    const client = await AgentClient.pairAndConnect(agent.port)
    const offered = await client.offer(makeDocuments(1), agent)
    client.say({ kind: 'sign', step: 'skip', batchId: offered.batchId, documentId: offered.documents[0]?.documentId ?? '' })
    expect((await client.batch(offered.batchId, 'done')).documents[0]?.refusal?.code).toBe('skipped')
    await expect.poll(() => agent.spooled()).toEqual([])
  })

  it('leaves out what is only on its way, and its pieces with it', async () => {
    const agent = await startTestAgent()
    const client = await AgentClient.pairAndConnect(agent.port)
    const [first, second] = makeDocuments(2, 600_000)
    if (!first || !second) throw new Error('two documents')
    const { batchId } = await client.open([first, second], agent)
    client.sayChunk(first.documentId, 0, first.bytes.subarray(0, 200_000))
    client.say({ kind: 'sign', step: 'skip', batchId, documentId: first.documentId })
    await client.document(first.documentId, 'refused')
    await client.send(batchId, second)
    const offered = await client.batch(batchId, 'offered')
    expect(offered.documents.map(({ state }) => state)).toEqual(['refused', 'received'])
    expect(agent.spooled()).toEqual([`${batchId}/${second.documentId}.pdf`])
  })

  it('is refused while the PIN window names the list', async () => {
    const agent = await startTestAgent()
    const client = await AgentClient.pairAndConnect(agent.port)
    const typed = Promise.withResolvers<'now'>()
    agent.keys.answer = () => typed.promise
    const offered = await client.offer(makeDocuments(2), agent)
    client.approve(offered)
    await client.batch(offered.batchId, 'approving')
    client.say({ kind: 'sign', step: 'skip', batchId: offered.batchId, documentId: offered.documents[0]?.documentId ?? '' })
    expect((await client.refused('sign')).code).toBe('batch-busy')
    typed.resolve('now')
    expect((await client.batch(offered.batchId, 'done')).documents.map(({ state }) => state)).toEqual(['checked', 'checked'])
  })
})
