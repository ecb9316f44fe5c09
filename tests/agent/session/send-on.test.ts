import { describe, expect, it } from 'vitest'
import { refusal } from '../../../shared/errors.ts'
import { AgentClient } from '../../support/agent-client.ts'
import { FakeWorkers } from '../../support/fake-workers.ts'
import { journalOf, makeDocuments, startTestAgent, type TestAgent } from '../../support/test-agent.ts'

/** One document that is signed and back in the document system. */
async function deliverOne(agent: TestAgent, { sendOn, profile = 'approve', registered }: { sendOn: boolean; profile?: 'approve' | 'issue'; registered?: { number: string } }) {
  const client = await AgentClient.pairAndConnect(agent.port)
  const [document] = makeDocuments(1)
  if (!document) throw new Error('no document')
  const { documentId } = document
  const offered = await client.offer([{ ...document, ...(registered ? { registered } : {}) }], { ...agent, profile })
  client.approve(offered, sendOn ? { sendOn } : {})
  const { batchId } = await client.batch(offered.batchId, 'done')
  await client.fetch(batchId, documentId)
  client.delivered(batchId, documentId)
  await client.document(documentId, 'delivered')
  const say = (step: 'send-on' | 'sent-on' | 'not-sent-on', more: object = {}) =>
    client.say({ kind: 'sign', step, batchId, documentId, ...(step === 'send-on' ? { recipients: 'Sở Nội vụ; UBND xã An Phú' } : {}), ...more })
  return { client, batchId, documentId, say }
}

describe('what is delivered and to be sent on', () => {
  it('is sending before the system is asked, and sent afterwards; both are in the journal with the recipients', async () => {
    const agent = await startTestAgent()
    const { client, batchId, documentId, say } = await deliverOne(agent, { sendOn: true })
    say('send-on')
    await client.document(documentId, 'sending')
    expect((await client.status()).batches).toHaveLength(1)
    say('sent-on')
    await client.document(documentId, 'sent')
    expect((await client.status()).batches).toEqual([])
    await agent.close()
    const events = journalOf(agent.home).filter((event) => event.batchId === batchId)
    expect(events.map(({ what }) => what).slice(-3)).toEqual(['delivered', 'sending', 'sent'])
    expect(events.find(({ what }) => what === 'sending')?.facts).toEqual({ recipients: 'Sở Nội vụ; UBND xã An Phú' })
    expect(events.find(({ what }) => what === 'approved')?.facts).toMatchObject({ sendOn: 1 })
  })

  it('stays as it is where nobody knows, over a restart of the agent too', async () => {
    const agent = await startTestAgent()
    const { client, batchId, documentId, say } = await deliverOne(agent, { sendOn: true })
    say('send-on')
    await client.document(documentId, 'sending')
    await agent.close()
    const next = await startTestAgent({ home: agent.home })
    const again = await AgentClient.connect(next.port, client.paired)
    const batch = await again.resume(batchId)
    expect([batch.sendOn, batch.documents[0]?.state]).toEqual([true, 'sending'])
    again.say({ kind: 'sign', step: 'not-sent-on', batchId, documentId, refusal: refusal('send-unconfirmed') })
    expect(await again.document(documentId, 'sending')).toMatchObject({ refusal: { code: 'send-unconfirmed' } })
  })

  it('may be tried again where the system is known to have refused, also after the batch was over', async () => {
    const agent = await startTestAgent()
    const { client, documentId, say } = await deliverOne(agent, { sendOn: true })
    say('send-on')
    await client.document(documentId, 'sending')
    say('not-sent-on', { refusal: refusal('send-refused', { said: '409' }) })
    expect(await client.document(documentId, 'delivered')).toMatchObject({ refusal: { code: 'send-refused' } })
    say('send-on')
    expect((await client.document(documentId, 'sending')).refusal).toBeUndefined()
    say('sent-on')
    await client.document(documentId, 'sent')
  })

  it('is not sent on where the clerk did not agree to that', async () => {
    const { client, say } = await deliverOne(await startTestAgent(), { sendOn: false })
    say('send-on')
    expect((await client.refused('sign')).code).toBe('message-malformed')
  })

  it.each([
    ['one signature', [{ holder: 'Nguyễn Văn An', valid: true }]],
    ['a signature that does not hold', [{ holder: 'Nguyễn Văn An', valid: false }, { holder: 'Sở Nội vụ', valid: true }]],
  ])('is not issued with %s', async (_, signatures) => {
    const workers = new FakeWorkers()
    const agent = await startTestAgent({ workers })
    const { client, documentId, say } = await deliverOne(agent, { sendOn: true, profile: 'issue' })
    const plain = workers.inspect.bind(workers)
    workers.inspect = async (path) => ({ ...(await plain(path)), signatures })
    say('send-on')
    expect(await client.document(documentId, 'delivered')).toMatchObject({ refusal: { code: 'issue-unsigned' } })
  })

  it.each([
    ['15/CV-SNV', 'delivered', { code: 'number-differs', facts: { asked: '15/QĐ-UBND', found: '15/CV-SNV' } }],
    ['015 / qđ–ubnd', 'sending', undefined],
    ['', 'sending', undefined],
    ['/qđ–ubnd', 'sending', undefined],
    ['/CV-SNV', 'delivered', { code: 'number-differs', facts: { asked: '15/QĐ-UBND', found: '/CV-SNV' } }],
  ] as const)('under 15/QĐ-UBND, whose text bears "%s", it is %s', async (text, state, refused) => {
    // A blank number with its symbol, as a document that was stamped is read.
    const read = text.startsWith('/') ? { number: '', symbol: text.slice(1) } : { number: text }
    const workers = new FakeWorkers()
    const agent = await startTestAgent({ workers })
    const { client, documentId, say } = await deliverOne(agent, { sendOn: true, profile: 'issue', registered: { number: '15/QĐ-UBND' } })
    const plain = workers.inspect.bind(workers)
    workers.inspect = async (path) => ({ ...(await plain(path)), ...read, signatures: [{ holder: 'Nguyễn Văn An', valid: true }, { holder: 'Sở Nội vụ', valid: true }] })
    say('send-on')
    const { refusal: told } = await client.document(documentId, state)
    expect(told).toEqual(refused)
  })
})
