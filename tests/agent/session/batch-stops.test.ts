import { describe, expect, it } from 'vitest'
import { refuse, refusal } from '../../../shared/errors.ts'
import { AgentClient } from '../../support/agent-client.ts'
import { FakeKeys } from '../../support/fake-keys.ts'
import { tempFolder } from '../../support/temp-folder.ts'
import { makeDocuments, startTestAgent } from '../../support/test-agent.ts'

describe('a batch that stops', () => {
  it.each([refusal('pin-wrong', { token: 'USB', triesLeft: '2' }), refusal('pin-cancelled'), refusal('pin-locked', { token: 'USB' })])(
    'signs nothing after $code, and can be approved again with a new PIN',
    async (answer) => {
      const agent = await startTestAgent()
      const client = await AgentClient.pairAndConnect(agent.port)
      agent.keys.answer = () => Promise.resolve(answer)
      const offered = await client.offer(makeDocuments(3), agent)
      client.approve(offered)
      const stopped = await client.batch(offered.batchId, 'stopped')
      expect(stopped.refusal).toEqual(answer)
      expect(stopped.documents.map(({ state }) => state)).toEqual(['received', 'received', 'received'])
      expect(stopped.digestListSha256).toBe(offered.digestListSha256)
      expect([agent.keys.prompts.length, agent.keys.signed.length]).toEqual([1, 0])

      agent.keys.answer = () => Promise.resolve('now')
      client.approve(stopped)
      const done = await client.batch(offered.batchId, 'done')
      expect(done.documents.map(({ state }) => state)).toEqual(['checked', 'checked', 'checked'])
      expect(agent.keys.prompts).toHaveLength(2)
    },
  )

  it('keeps what is finished when the token is pulled, and asks for the PIN again for the rest', async () => {
    const agent = await startTestAgent()
    const client = await AgentClient.pairAndConnect(agent.port)
    agent.keys.beforeSign = (count) => (count === 4 ? Promise.resolve().then(() => refuse('token-removed', { token: 'USB' })) : Promise.resolve())
    const offered = await client.offer(makeDocuments(10), agent)
    client.approve(offered)
    const stopped = await client.batch(offered.batchId, 'stopped')
    expect(stopped.refusal).toEqual(refusal('token-removed', { token: 'USB' }))
    const finished = stopped.documents.filter(({ state }) => state === 'checked')
    expect(finished).toHaveLength(4)
    expect(stopped.documents.filter(({ state }) => state === 'received')).toHaveLength(6)
    expect([agent.keys.unlocked, agent.keys.released]).toEqual([1, 1])
    for (const { documentId } of finished) expect(await client.fetch(offered.batchId, documentId)).toHaveProperty('length')

    agent.keys.beforeSign = () => Promise.resolve()
    client.approve(stopped)
    await client.batch(offered.batchId, 'done')
    expect(agent.keys.prompts[1]?.description).toContain('còn 6 trong 10')
    expect(agent.keys.signed).toHaveLength(10)
    expect(new Set(agent.keys.signed).size).toBe(10)
  })

  it('refuses one document whose preparation fails and signs the others', async () => {
    const agent = await startTestAgent()
    const client = await AgentClient.pairAndConnect(agent.port)
    const documents = makeDocuments(5)
    const bad = documents[2]
    agent.workers.beforePrepare = (job) =>
      bad && job.input.includes(bad.documentId) ? Promise.resolve().then(() => refuse('document-unreadable', { reason: 'xref' })) : Promise.resolve()
    const offered = await client.offer(documents, agent)
    client.approve(offered)
    const done = await client.batch(offered.batchId, 'done')
    expect(done.documents.map(({ state }) => state)).toEqual(['checked', 'checked', 'refused', 'checked', 'checked'])
    expect(done.documents[2]?.refusal?.code).toBe('document-unreadable')
    expect(agent.keys.signed).toHaveLength(4)
  })

  it('stops for all when the disk is full', async () => {
    const agent = await startTestAgent()
    const client = await AgentClient.pairAndConnect(agent.port)
    agent.workers.beforeWrite = () => Promise.resolve().then(() => refuse('disk-full'))
    const offered = await client.offer(makeDocuments(5), agent)
    client.approve(offered)
    const stopped = await client.batch(offered.batchId, 'stopped')
    expect(stopped.refusal?.code).toBe('disk-full')
    expect(stopped.documents.every(({ state }) => state === 'received')).toBe(true)
  })

  it('ends the consent when nothing was signed for too long', async () => {
    const agent = await startTestAgent({ limits: { consentIdleMs: 30 } })
    const client = await AgentClient.pairAndConnect(agent.port)
    agent.keys.answer = (signal) => new Promise((resolve) => signal?.addEventListener('abort', () => resolve('now')))
    const offered = await client.offer(makeDocuments(2), agent)
    client.approve(offered)
    const stopped = await client.batch(offered.batchId, 'stopped')
    expect(stopped.refusal?.code).toBe('consent-expired')
    expect(agent.keys.signed).toEqual([])
  })

  it('lets a key go that is unlocked after the consent has ended', async () => {
    const agent = await startTestAgent({ limits: { consentIdleMs: 30 } })
    const client = await AgentClient.pairAndConnect(agent.port)
    const answered = Promise.withResolvers<'waiting'>()
    const confirmed = Promise.withResolvers<undefined>()
    agent.keys.answer = () => answered.promise
    agent.keys.confirmedElsewhere = confirmed.promise
    const offered = await client.offer(makeDocuments(1), agent)
    client.approve(offered)
    answered.resolve('waiting')
    const stopped = await client.batch(offered.batchId, 'stopped')
    expect(stopped.refusal?.code).toBe('consent-expired')
    confirmed.resolve(undefined)
    await expect.poll(() => [agent.keys.unlocked, agent.keys.released, agent.keys.signed.length]).toEqual([1, 1, 0])
  })

  it('waits for a key that is confirmed elsewhere and goes on when it is', async () => {
    const agent = await startTestAgent()
    const client = await AgentClient.pairAndConnect(agent.port)
    const confirmed = Promise.withResolvers<undefined>()
    agent.keys.answer = () => Promise.resolve('waiting')
    agent.keys.confirmedElsewhere = confirmed.promise
    const offered = await client.offer(makeDocuments(2), agent)
    client.approve(offered)
    await client.batch(offered.batchId, 'approving')
    await client.batch(offered.batchId, 'approving')
    expect(agent.keys.signed).toEqual([])
    confirmed.resolve(undefined)
    await client.batch(offered.batchId, 'done')
    expect(agent.keys.signed).toHaveLength(2)
  })
})

describe('cancel', () => {
  it('while documents arrive: nothing stays on the disk, and late pieces are no fault', async () => {
    const agent = await startTestAgent()
    const client = await AgentClient.pairAndConnect(agent.port)
    const [first, second] = makeDocuments(2)
    if (!first || !second) throw new Error('no document')
    const { batchId } = await client.open([first, second], agent)
    await client.send(batchId, first)
    await client.document(first.documentId, 'received')
    client.sayChunk(second.documentId, 0, second.bytes.subarray(0, 10))
    client.cancel(batchId)
    client.sayChunk(second.documentId, 10, second.bytes.subarray(10))
    const cancelled = await client.batch(batchId, 'cancelled')
    expect(cancelled.documents.map(({ state }) => state)).toEqual(['refused', 'refused'])
    await client.status()
    expect(client.wire.unheard.filter(({ kind }) => kind === 'refused')).toEqual([])
    await expect.poll(() => agent.spooled()).toEqual([])
  })

  it('while the PIN window is open: the window is taken away', async () => {
    const agent = await startTestAgent()
    const client = await AgentClient.pairAndConnect(agent.port)
    const isOpen = Promise.withResolvers<undefined>()
    agent.keys.answer = (signal) => {
      isOpen.resolve(undefined)
      return new Promise((resolve) => signal?.addEventListener('abort', () => resolve('now')))
    }
    const offered = await client.offer(makeDocuments(2), agent)
    client.approve(offered)
    await isOpen.promise
    client.cancel(offered.batchId)
    await client.batch(offered.batchId, 'cancelled')
    expect(agent.keys.signed).toEqual([])
    await expect.poll(() => agent.spooled()).toEqual([])
  })

  it('while it signs: nothing more is signed, finished files can still be fetched', async () => {
    const agent = await startTestAgent()
    const client = await AgentClient.pairAndConnect(agent.port)
    const offered = await client.offer(makeDocuments(10), agent)
    agent.keys.beforeSign = async (count) => {
      if (count !== 3) return
      client.cancel(offered.batchId)
      await client.status()
    }
    client.approve(offered)
    const cancelled = await client.batch(offered.batchId, 'cancelled')
    const finished = cancelled.documents.filter(({ state }) => state === 'checked')
    expect(finished.length).toBe(agent.keys.signed.length)
    expect(agent.keys.signed.length).toBe(4)
    expect(cancelled.documents.filter(({ state }) => state === 'refused')).toHaveLength(6)
    for (const { documentId } of finished) expect((await client.fetch(offered.batchId, documentId)).length).toBeGreaterThan(0)
    await expect.poll(() => agent.keys.released).toBe(1)
  })
})

describe('one batch at a time for each token', () => {
  it('holds for two browsers at once: each knows its own batch alone, and the second signs when the first is through', async () => {
    const agent = await startTestAgent()
    const [here, there] = [await AgentClient.pairAndConnect(agent.port), await AgentClient.pairAndConnect(agent.port)]
    const first = await here.offer(makeDocuments(2), agent)
    const second = await there.offer(makeDocuments(2), agent)
    const isOpen = Promise.withResolvers<'now'>()
    agent.keys.answer = () => isOpen.promise
    here.approve(first)
    await here.batch(first.batchId, 'approving')
    there.approve(second)
    expect((await there.refused('sign')).code).toBe('batch-busy')
    expect((await there.status()).batches.map(({ batchId }) => batchId)).toEqual([second.batchId])
    isOpen.resolve('now')
    await here.batch(first.batchId, 'done')
    await expect.poll(() => agent.keys.released).toBe(1)
    there.approve(second)
    await there.batch(second.batchId, 'done')
    expect([agent.keys.prompts.length, agent.keys.signed.length]).toEqual([2, 4])
  })

  it('refuses a second approval while the first is being signed, and takes it afterwards', async () => {
    const agent = await startTestAgent()
    const client = await AgentClient.pairAndConnect(agent.port)
    const first = await client.offer(makeDocuments(2), agent)
    const second = await client.offer(makeDocuments(2), agent)
    const isOpen = Promise.withResolvers<'now'>()
    agent.keys.answer = () => isOpen.promise
    client.approve(first)
    await client.batch(first.batchId, 'approving')
    client.approve(second)
    expect((await client.refused('sign')).code).toBe('batch-busy')
    client.approve(first)
    expect((await client.refused('sign')).code).toBe('batch-busy')
    isOpen.resolve('now')
    await client.batch(first.batchId, 'done')
    await expect.poll(() => agent.keys.released).toBe(1)
    await client.status()
    client.approve(second)
    await client.batch(second.batchId, 'done')
    expect(agent.keys.prompts).toHaveLength(2)
  })
})

describe('delivery', () => {
  it('keeps a signed file that could not be delivered, and hands it out again', async () => {
    const agent = await startTestAgent()
    const client = await AgentClient.pairAndConnect(agent.port)
    const [document] = makeDocuments(1)
    if (!document) throw new Error('no document')
    const offered = await client.offer([document], agent)
    client.approve(offered)
    await client.batch(offered.batchId, 'done')
    const first = await client.fetch(offered.batchId, document.documentId)
    const reason = refusal('upload-failed', { status: '500' })
    client.say({ kind: 'sign', step: 'undelivered', batchId: offered.batchId, documentId: document.documentId, refusal: reason })
    await client.wire.hear((heard) => heard.kind === 'sign' && heard.step === 'document' && heard.document.refusal?.code === 'upload-failed')
    expect((await client.status()).batches).toMatchObject([{ batchId: offered.batchId, undelivered: 1 }])
    const second = await client.fetch(offered.batchId, document.documentId)
    expect(Buffer.compare(first, second)).toBe(0)
    client.delivered(offered.batchId, document.documentId)
    expect(await client.document(document.documentId, 'delivered')).not.toHaveProperty('refusal')
  })
})

describe('the certificate', () => {
  it('is refused before anything is sent where it is not for signing', async () => {
    const keys = new FakeKeys(tempFolder(), { keyUsage: 'keyEncipherment' })
    const agent = await startTestAgent({ keys })
    const client = await AgentClient.pairAndConnect(agent.port)
    await expect(client.open(makeDocuments(1), agent)).rejects.toThrow('certificate-not-for-signing')
    expect((await client.listCertificates()).certificates[0]?.refusal?.code).toBe('certificate-not-for-signing')
    expect(keys.prompts).toEqual([])
  })
})
