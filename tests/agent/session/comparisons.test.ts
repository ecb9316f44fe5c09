import { createHash, randomUUID } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { refuse } from '../../../shared/errors.ts'
import { closeCodes } from '../../../shared/protocol/close-codes.ts'
import type { SignToExtension } from '../../../shared/protocol/sign.ts'
import { AgentClient } from '../../support/agent-client.ts'
import { makeDocuments, startTestAgent } from '../../support/test-agent.ts'

async function signedOne() {
  const agent = await startTestAgent()
  const client = await AgentClient.pairAndConnect(agent.port)
  const offered = await client.offer(makeDocuments(1, 700_000), agent)
  client.approve(offered)
  const { batchId } = await client.batch(offered.batchId, 'done')
  const documentId = offered.documents[0]?.documentId ?? ''
  const signed = Buffer.from(await client.fetch(batchId, documentId))
  const spooled = agent.spooled()

  async function compare(copy: Uint8Array): Promise<Extract<SignToExtension, { step: 'compared' | 'incomparable' }>> {
    const copyId = randomUUID()
    client.say({ kind: 'sign', step: 'compare', batchId, documentId, copyId })
    await client.send(batchId, { documentId: copyId, name: '', bytes: copy })
    const heard = await client.wire.hear(
      (message) => message.kind === 'sign' && (message.step === 'compared' || message.step === 'incomparable') && message.copyId === copyId,
    )
    return heard as Extract<SignToExtension, { step: 'compared' | 'incomparable' }>
  }
  return { agent, client, batchId, documentId, signed, spooled, compare }
}

describe('a file that was read back', () => {
  it('is the same, extended or broken; the verdict is in the journal and the copy is gone', async () => {
    const { agent, signed, spooled, compare } = await signedOne()
    expect(await compare(signed)).toMatchObject({ step: 'compared', verdict: 'same' })
    expect(await compare(Buffer.concat([signed, Buffer.from('\n% kept by the system\n')]))).toMatchObject({ step: 'compared', verdict: 'extended' })
    const other = Buffer.from(signed)
    other[20] = 0
    expect(await compare(other)).toMatchObject({ step: 'compared', verdict: 'broken' })
    await expect.poll(() => agent.spooled()).toEqual(spooled)
  })

  it('that came otherwise than it was said is no verdict, nor is one whose reading failed', async () => {
    const { agent, client, batchId, documentId, signed, spooled, compare } = await signedOne()
    const copyId = randomUUID()
    client.say({ kind: 'sign', step: 'compare', batchId, documentId, copyId })
    client.sayChunk(copyId, 0, signed.subarray(0, 1000))
    client.say({ kind: 'sign', step: 'sent', batchId, documentId: copyId, sizeBytes: 1000, sha256: createHash('sha256').update('x').digest('hex') })
    const heard = await client.wire.hear((message) => message.kind === 'sign' && message.step === 'incomparable')
    expect(heard).toMatchObject({ copyId, refusal: { code: 'document-changed' } })
    agent.workers.compare = () => Promise.resolve().then(() => refuse('disk-full'))
    expect(await compare(Buffer.concat([signed, Buffer.from('\n')]))).toMatchObject({ step: 'incomparable', refusal: { code: 'disk-full' } })
    await expect.poll(() => agent.spooled()).toEqual(spooled)
  })

  it('that never comes closes the connection', async () => {
    const patient = await signedOne()
    await patient.agent.close()
    const agent = await startTestAgent({ home: patient.agent.home, keys: patient.agent.keys, limits: { chunkSilenceMs: 50 } })
    const client = await AgentClient.connect(agent.port, patient.client.paired)
    await client.resume(patient.batchId)
    client.say({ kind: 'sign', step: 'compare', batchId: patient.batchId, documentId: patient.documentId, copyId: randomUUID() })
    expect(await client.wire.closed).toBe(closeCodes.silent)
  })

  it('belongs to a signed document of this batch alone', async () => {
    const { client, batchId, documentId } = await signedOne()
    client.say({ kind: 'sign', step: 'compare', batchId, documentId, copyId: documentId })
    expect((await client.refused('sign')).code).toBe('message-malformed')
    client.delivered(batchId, documentId, 'extended')
    expect((await client.document(documentId, 'delivered')).confirmedBy).toBe('extended')
    client.say({ kind: 'sign', step: 'compare', batchId, documentId, copyId: randomUUID() })
    await client.refused('sign')
  })

  it('leaves nothing behind where the connection breaks in the middle', async () => {
    const { agent, client, batchId, documentId, signed, spooled } = await signedOne()
    const copyId = randomUUID()
    client.say({ kind: 'sign', step: 'compare', batchId, documentId, copyId })
    client.sayChunk(copyId, 0, signed.subarray(0, 1000))
    await client.wire.hear((message) => message.kind === 'sign' && message.step === 'received-chunk' && message.documentId === copyId)
    expect(agent.spooled()).not.toEqual(spooled)
    await client.close()
    await expect.poll(() => agent.spooled()).toEqual(spooled)
  })
})
