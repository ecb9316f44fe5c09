import { createHash } from 'node:crypto'
import { statSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { refusal } from '../../../shared/errors.ts'
import { digestListText, shortCode } from '../../../shared/protocol/digest-list.ts'
import { isKind } from '../../support/wire.ts'
import { AgentClient, newDocument } from '../../support/agent-client.ts'
import { journalOf, makeDocuments, startTestAgent } from '../../support/test-agent.ts'

const sha256 = (bytes: Uint8Array | string) => createHash('sha256').update(bytes).digest('hex')

describe('a batch from open to delivered', () => {
  it('signs every document with one PIN and hands the signed bytes back', async () => {
    const agent = await startTestAgent()
    const client = await AgentClient.pairAndConnect(agent.port)
    const documents = makeDocuments(5, 700_000)
    const offered = await client.offer(documents, agent)

    expect(offered.state).toBe('offered')
    expect(offered.documents.map(({ state, facts }) => [state, facts?.number])).toEqual(documents.map(() => ['received', '12/QĐ-SNV']))
    const list = documents.map(({ name, bytes }) => ({ name, sha256: sha256(bytes) }))
    expect(offered.digestListSha256).toBe(sha256(digestListText(list)))
    expect(offered.shortCode).toBe(shortCode(offered.digestListSha256 ?? ''))

    client.approve(offered)
    const done = await client.batch(offered.batchId, 'done')
    expect(done.documents.map(({ state }) => state)).toEqual(documents.map(() => 'checked'))
    expect(agent.keys.prompts).toHaveLength(1)
    expect([agent.keys.unlocked, agent.keys.released]).toEqual([1, 1])

    for (const document of documents) {
      const signed = await client.fetch(offered.batchId, document.documentId)
      expect(Buffer.from(signed.subarray(0, document.bytes.length)).equals(document.bytes)).toBe(true)
      await client.document(document.documentId, 'returned')
      client.delivered(offered.batchId, document.documentId)
      await client.document(document.documentId, 'delivered')
    }
    expect(agent.spooled()).toEqual(documents.map(({ documentId }) => path.join(offered.batchId, `${documentId}.signed.pdf`)).sort())
    expect((await client.status()).batches).toEqual([])
  })

  it('writes down who asked, agreed, signed and received, with digests before and after', async () => {
    const agent = await startTestAgent()
    const client = await AgentClient.pairAndConnect(agent.port)
    const [document] = makeDocuments(1)
    if (!document) throw new Error('no document')
    const offered = await client.offer([document], agent)
    client.approve(offered)
    const done = await client.batch(offered.batchId, 'done')
    await client.fetch(offered.batchId, document.documentId)
    client.delivered(offered.batchId, document.documentId, 'digest')
    await client.document(document.documentId, 'delivered')
    await agent.close()

    const events = journalOf(agent.home).filter(({ batchId }) => batchId === offered.batchId)
    expect(events.map(({ what }) => what)).toEqual([
      ...['opened', 'asked', 'received', 'offered', 'approved', 'consented', 'unlocked'],
      ...['prepared', 'signed', 'checked', 'done', 'returned', 'delivered'],
    ])
    const factsOf = (what: string) => events.find((event) => event.what === what)?.facts
    expect(factsOf('opened')).toMatchObject({ site: 'https://qlvb.example.vn', certificateSerial: offered.certificate?.serialNumber })
    expect(factsOf('consented')).toEqual({ name: document.name, sha256: sha256(document.bytes) })
    expect(factsOf('checked')).toMatchObject({ before: sha256(document.bytes), after: done.documents[0]?.signedSha256 })
    expect(factsOf('delivered')).toEqual({ confirmedBy: 'digest' })
  })

  it('keeps its folders and files for this user alone', async () => {
    const agent = await startTestAgent()
    const client = await AgentClient.pairAndConnect(agent.port)
    const offered = await client.offer(makeDocuments(1), agent)
    const mode = (...names: string[]) => statSync(path.join(agent.home, ...names)).mode & 0o777
    expect([mode(), mode('spool'), mode('spool', offered.batchId)]).toEqual([0o700, 0o700, 0o700])
    expect([mode('spool', agent.spooled()[0] ?? ''), mode('journal.sqlite'), mode('pairings.json')]).toEqual([0o600, 0o600, 0o600])
  })

  it('says in the PIN window what the agent holds', async () => {
    const agent = await startTestAgent()
    const client = await AgentClient.pairAndConnect(agent.port)
    const offered = await client.offer(makeDocuments(7), agent)
    client.approve(offered)
    await client.batch(offered.batchId, 'done')
    const description = agent.keys.prompts[0]?.description.split('\n')
    expect(description).toEqual([
      'Trang yêu cầu: https://qlvb.example.vn',
      'Số văn bản sẽ ký: 7',
      ...Array.from({ length: 5 }, (_, index) => `${index + 1}. ${index + 1}. Quyết định số ${index + 1}.pdf`),
      '… và 2 văn bản nữa',
      'Chứng thư: Nguyễn Văn An, Sở Nội vụ tỉnh Lai Châu',
      `Mã đối chiếu: ${offered.shortCode}`,
    ])
  })

  it('prepares at most three documents ahead of the key and signs one at a time', async () => {
    const agent = await startTestAgent()
    const client = await AgentClient.pairAndConnect(agent.port)
    agent.keys.beforeSign = async (count) => {
      if (count < 27) await expect.poll(() => agent.workers.prepared, { interval: 1 }).toBe(4)
    }
    const offered = await client.offer(makeDocuments(30), agent)
    client.approve(offered)
    await client.batch(offered.batchId, 'done')
    expect(agent.keys.mostAtOnce).toBe(1)
    expect(agent.workers.mostPrepared).toBe(4)
    expect(new Set(agent.keys.signed).size).toBe(30)
  })

  it('lets the key go as soon as the last signature is made, while the last documents are still checked', async () => {
    const agent = await startTestAgent()
    const client = await AgentClient.pairAndConnect(agent.port)
    const written = Promise.withResolvers<undefined>()
    const lastSigned = Promise.withResolvers<undefined>()
    agent.workers.beforeWrite = async () => {
      if (agent.keys.signed.length === 3) lastSigned.resolve(undefined)
      await written.promise
    }
    const offered = await client.offer(makeDocuments(3), agent)
    client.approve(offered)
    await lastSigned.promise
    await expect.poll(() => agent.keys.released).toBe(1)
    written.resolve(undefined)
    await client.batch(offered.batchId, 'done')
  })

  it('gives each job the act of its profile', async () => {
    const agent = await startTestAgent({ settings: { appearance: { visible: true, signatureImage: '/hand.png', sealImage: '/seal.png' } } })
    const client = await AgentClient.pairAndConnect(agent.port)
    const first = await client.offer(makeDocuments(1), { ...agent, profile: 'approve' })
    client.approve(first)
    await client.batch(first.batchId, 'done')
    const second = await client.offer(makeDocuments(1), { ...agent, profile: 'issue' })
    client.approve(second)
    await client.batch(second.batchId, 'done')
    expect(agent.workers.jobs.map(({ act }) => act)).toMatchObject([{ act: 'approve', image: '/hand.png' }, { act: 'issue', image: '/seal.png' }])
    const [approval] = agent.workers.jobs
    expect(approval?.act && 'lines' in approval.act && approval.act.lines).toEqual([
      'Người ký: Nguyễn Văn An',
      'Cơ quan: Sở Nội vụ tỉnh Lai Châu',
      expect.stringMatching(/^Thời gian ký: \d\d\.\d\d\.\d{4} \d\d:\d\d:\d\d \+07:00$/),
    ])
  })

  it('ticks while a batch is open and not after it is over', async () => {
    const agent = await startTestAgent({ limits: { tickMs: 5 } })
    const client = await AgentClient.pairAndConnect(agent.port)
    const [document] = makeDocuments(1)
    if (!document) throw new Error('no document')
    const offered = await client.offer([document], agent)
    await client.wire.hear(isKind('tick'))
    client.approve(offered)
    await client.batch(offered.batchId, 'done')
    await client.fetch(offered.batchId, document.documentId)
    await client.wire.hear(isKind('tick'))
    client.delivered(offered.batchId, document.documentId)
    await client.document(document.documentId, 'delivered')
    await client.status()
    const ticksHeard = () => client.wire.unheard.filter(({ kind }) => kind === 'tick').length
    const atEnd = ticksHeard()
    for (let round = 0; round < 20; round++) await client.status()
    expect(ticksHeard()).toBe(atEnd)
  })
})

describe('what cannot be signed', () => {
  it.each([
    ['document-not-pdf', Buffer.from('PK not a pdf')],
    ['document-not-pdf', new Uint8Array()],
  ])('refuses a document as a value (%s) and goes on with the others', async (code, bytes) => {
    const agent = await startTestAgent()
    const client = await AgentClient.pairAndConnect(agent.port)
    const [good] = makeDocuments(1)
    if (!good) throw new Error('no document')
    const bad = newDocument('bad.pdf', bytes)
    const offered = await client.offer([bad, good], agent)
    expect(offered.documents.map((document) => document.refusal?.code ?? document.state)).toEqual([code, 'received'])
    client.approve(offered)
    const done = await client.batch(offered.batchId, 'done')
    expect(done.documents.map(({ state }) => state)).toEqual(['refused', 'checked'])
  })

  it('refuses the same document chosen twice, and names its twin', async () => {
    const agent = await startTestAgent()
    const client = await AgentClient.pairAndConnect(agent.port)
    const bytes = Buffer.from('%PDF-1.7 the same')
    const offered = await client.offer([newDocument('một.pdf', bytes), newDocument('hai.pdf', bytes)], agent)
    expect(offered.documents[1]?.refusal).toEqual(refusal('document-duplicate', { name: 'một.pdf' }))
  })

  it('refuses a document that is larger than the limit while it arrives', async () => {
    const agent = await startTestAgent({ limits: { documentBytes: 1_000 } })
    const client = await AgentClient.pairAndConnect(agent.port)
    const [document] = makeDocuments(1, 1_001)
    if (!document) throw new Error('no document')
    const { batchId } = await client.open([document], agent)
    await expect(client.send(batchId, document)).rejects.toThrow('document-too-large')
    expect((await client.batch(batchId, 'done')).documents[0]?.state).toBe('refused')
    await expect.poll(() => agent.spooled()).toEqual([])
  })

  it('keeps what the extension says of a document that it could not fetch', async () => {
    const agent = await startTestAgent()
    const client = await AgentClient.pairAndConnect(agent.port)
    const [good, lost] = makeDocuments(2)
    if (!good || !lost) throw new Error('no document')
    const { batchId } = await client.open([good, lost], agent)
    await client.send(batchId, good)
    const reason = refusal('login-expired', { site: 'https://qlvb.example.vn' })
    client.say({ kind: 'sign', step: 'lost', batchId, documentId: lost.documentId, refusal: reason })
    const offered = await client.batch(batchId, 'offered')
    expect(offered.documents[1]).toMatchObject({ state: 'refused', refusal: reason })
  })

  it.each([
    ['batch-empty', 0, {}],
    ['batch-too-large', 3, { documentsPerBatch: 2 }],
  ])('refuses a batch of the wrong size (%s)', async (code, count, limits) => {
    const agent = await startTestAgent({ limits })
    const client = await AgentClient.pairAndConnect(agent.port)
    await expect(client.open(makeDocuments(count), agent)).rejects.toThrow(code)
  })

  it.each([
    ['http://qlvb.example.vn', {}, false],
    ['http://qlvb.example.vn', { httpHosts: ['qlvb.example.vn'] }, true],
    ['http://127.0.0.1:8080', {}, true],
    ['https://qlvb.example.vn', {}, true],
    ['https://qlvb.example.vn', { listedSites: ['https://other.example.vn'] }, false],
    ['https://qlvb.example.vn', { listedSites: ['https://qlvb.example.vn'] }, true],
    ['https://QLVB.example.vn', {}, false],
    ['https://clerk@qlvb.example.vn', {}, false],
  ])('site %s with settings %j may ask: %s', async (pageOrigin, settings, isListed) => {
    const agent = await startTestAgent({ settings })
    const client = await AgentClient.pairAndConnect(agent.port)
    const opened = client.open(makeDocuments(1), { ...agent, pageOrigin })
    await (isListed ? expect(opened).resolves.toMatchObject({ state: 'open' }) : expect(opened).rejects.toThrow('site-not-listed'))
  })

  it.each([
    ['its own name', 'own', {}, undefined],
    ['its own name, beside sites that policy lists', 'own', { listedSites: ['https://other.example.vn'] }, undefined],
    ['its own name where files are not allowed', 'own', { filesFromDisk: false }, 'files-not-allowed'],
    ['the name of another extension', `chrome-extension://${'b'.repeat(32)}`, {}, 'site-not-listed'],
    ['the name of a Firefox profile that it is not', 'moz-extension://11111111-1111-4111-8111-111111111111', {}, 'site-not-listed'],
  ])('for files of this PC the extension asks in %s', async (_, asked, settings, code) => {
    const agent = await startTestAgent({ settings })
    const client = await AgentClient.pairAndConnect(agent.port)
    const pageOrigin = asked === 'own' ? client.paired.origin : asked
    const opened = client.open(makeDocuments(1), { ...agent, pageOrigin })
    await (code === undefined ? expect(opened).resolves.toMatchObject({ state: 'open', pageOrigin }) : expect(opened).rejects.toThrow(code))
  })

  it('refuses a certificate that is not there', async () => {
    const agent = await startTestAgent()
    const client = await AgentClient.pairAndConnect(agent.port)
    await expect(client.open(makeDocuments(1), { certificateSha256: '0'.repeat(64) })).rejects.toThrow('certificate-missing')
  })
})

it('asks whose certificate it is, remembers the answer and tells every connection that asks', async () => {
  const agent = await startTestAgent()
  const client = await AgentClient.pairAndConnect(agent.port)
  const { certificateSha256 } = agent
  expect((await client.listCertificates()).certificates[0]?.role).toBe('unknown')
  client.say({ kind: 'role', certificateSha256, role: 'agency' })
  expect((await client.wire.hear(isKind('list-certificates'))).certificates[0]?.role).toBe('agency')
  client.say({ kind: 'role', certificateSha256: '0'.repeat(64), role: 'person' })
  expect((await client.wire.hear(isKind('refused'))).refusal.code).toBe('certificate-missing')
  await agent.close()
  const next = await startTestAgent({ home: agent.home })
  const again = await AgentClient.pairAndConnect(next.port)
  expect((await again.listCertificates()).certificates[0]?.role).toBe('agency')
})
