import { mkdirSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, it } from 'vitest'
import { Journal } from '../../../agent/journal/journal.ts'
import { removeExpired } from '../../../agent/session/remove-expired.ts'
import { Spool } from '../../../agent/session/spool.ts'
import { limits } from '../../../shared/protocol/limits.ts'
import { AgentClient, newDocument } from '../../support/agent-client.ts'
import { FakeKeys } from '../../support/fake-keys.ts'
import { pairWithAgent } from '../../support/pairing-client.ts'
import { tempFolder } from '../../support/temp-folder.ts'
import { journalOf, makeDocuments, startTestAgent, type TestAgent } from '../../support/test-agent.ts'

/** The same office after the agent came back, on whatever port. */
async function restarted(before: TestAgent, client: AgentClient): Promise<{ agent: TestAgent; client: AgentClient }> {
  await before.close()
  const agent = await startTestAgent({ home: before.home, keys: before.keys })
  return { agent, client: await AgentClient.connect(agent.port, client.paired) }
}

/** What a killed agent would have left: states are set back without the agent's doing. */
function setStates(home: string, batchState: string, states: Record<string, string>): void {
  const database = new DatabaseSync(path.join(home, 'journal.sqlite'))
  database.prepare('UPDATE batch SET state = ?, refusal = NULL').run(batchState)
  for (const [documentId, state] of Object.entries(states)) database.prepare('UPDATE document SET state = ? WHERE document_id = ?').run(state, documentId)
  database.close()
}

describe('what somebody put into the spool', () => {
  it('does not keep the agent from starting, and no link leads out of it', async () => {
    const home = tempFolder()
    const outside = path.join(tempFolder(), 'Documents')
    for (const folder of [outside, path.join(home, 'spool')]) mkdirSync(folder, { recursive: true })
    for (const name of ['a.pdf', 'a.pdf.part', 'a.signed.pdf']) writeFileSync(path.join(outside, name), name)
    symlinkSync(outside, path.join(home, 'spool', '11111111-1111-4111-8111-111111111111'))
    writeFileSync(path.join(home, 'spool', 'Thumbs.db'), '')
    await startTestAgent({ home, settings: { retentionDays: 0 } })
    expect(readdirSync(outside)).toEqual(['a.pdf', 'a.pdf.part', 'a.signed.pdf'])
  })

  it('is not written through: a link in the place of a document refuses it', async () => {
    const agent = await startTestAgent()
    const client = await AgentClient.pairAndConnect(agent.port)
    const [document] = makeDocuments(1)
    if (!document) throw new Error('no document')
    const { batchId } = await client.open([document], agent)
    const outside = path.join(tempFolder(), 'letter')
    writeFileSync(outside, 'mine')
    mkdirSync(path.join(agent.home, 'spool', batchId))
    symlinkSync(outside, path.join(agent.home, 'spool', batchId, `${document.documentId}.pdf.part`))
    client.sayChunk(document.documentId, 0, document.bytes)
    expect((await client.document(document.documentId, 'refused')).refusal?.code).toBe('folder-unwritable')
    expect(readFileSync(outside, 'utf8')).toBe('mine')
  })
})

describe('after the connection broke', () => {
  it('tells the whole batch again and takes the missing documents anew', async () => {
    const agent = await startTestAgent()
    const client = await AgentClient.pairAndConnect(agent.port)
    const [first, second] = makeDocuments(2, 600_000)
    if (!first || !second) throw new Error('no document')
    const { batchId } = await client.open([first, second], agent)
    await client.send(batchId, first)
    await client.document(first.documentId, 'received')
    client.sayChunk(second.documentId, 0, second.bytes.subarray(0, 1_000))
    await client.close()

    const later = await AgentClient.connect(agent.port, client.paired)
    const batch = await later.resume(batchId)
    expect([batch.state, ...batch.documents.map(({ state }) => state)]).toEqual(['open', 'received', 'offered'])
    await later.send(batchId, second)
    later.approve(await later.batch(batchId, 'offered'))
    await later.batch(batchId, 'done')
  })

  it('keeps a batch to the pairing that opened it', async () => {
    const agent = await startTestAgent()
    const client = await AgentClient.pairAndConnect(agent.port)
    const { batchId } = await client.open(makeDocuments(1), agent)
    const other = await AgentClient.connect(agent.port, await pairWithAgent(agent.port, { name: 'another' }))
    await expect(other.resume(batchId)).rejects.toThrow('batch-unknown')
    expect((await other.status()).batches).toEqual([])
    expect((await client.status()).batches).toMatchObject([{ batchId }])
  })
})

describe('after the agent was started anew', () => {
  it('still offers what was received, and asks for what was half there', async () => {
    const before = await startTestAgent()
    const first = await AgentClient.pairAndConnect(before.port)
    const [whole, half] = makeDocuments(2)
    if (!whole || !half) throw new Error('no document')
    const { batchId } = await first.open([whole, half], before)
    await first.send(batchId, whole)
    await first.document(whole.documentId, 'received')
    writeFileSync(path.join(before.home, 'spool', batchId, `${half.documentId}.pdf.part`), 'half')

    const { agent, client } = await restarted(before, first)
    expect((await client.status()).batches).toMatchObject([{ batchId, state: 'open', documents: 2 }])
    const batch = await client.resume(batchId)
    expect(batch.documents.map(({ state }) => state)).toEqual(['received', 'offered'])
    expect(batch.documents[0]?.facts?.number).toBe('12/QĐ-SNV')
    expect(agent.spooled()).toEqual([path.join(batchId, `${whole.documentId}.pdf`)])
    await client.send(batchId, half)
    client.approve(await client.batch(batchId, 'offered'))
    await client.batch(batchId, 'done')
  })

  it('asks for the PIN again for what was approved and not finished, and signs nothing twice', async () => {
    const before = await startTestAgent()
    const first = await AgentClient.pairAndConnect(before.port)
    const [approved, prepared, finished, checked] = makeDocuments(4)
    if (!approved || !prepared || !finished || !checked) throw new Error('no document')
    const offered = await first.offer([approved, prepared, finished, checked], before)
    first.approve(offered)
    await first.batch(offered.batchId, 'done')
    await before.close()
    const inSpool = (documentId: string) => path.join(before.home, 'spool', offered.batchId, `${documentId}.signed.pdf`)
    for (const { documentId } of [approved, prepared]) rmSync(inSpool(documentId))
    setStates(before.home, 'signing', { [approved.documentId]: 'approved', [prepared.documentId]: 'prepared', [finished.documentId]: 'signed' })
    const finishedBytes = readFileSync(inSpool(finished.documentId))

    const { agent, client } = await restarted(before, first)
    const batch = await client.resume(offered.batchId)
    expect(batch.state).toBe('stopped')
    expect(batch.refusal?.code).toBe('batch-stopped')
    expect(batch.documents.map(({ state }) => state)).toEqual(['received', 'received', 'checked', 'checked'])
    expect(Buffer.compare(await client.fetch(offered.batchId, finished.documentId), finishedBytes)).toBe(0)

    const signedBefore = agent.keys.signed.length
    client.approve(batch)
    await client.batch(offered.batchId, 'done')
    expect(agent.keys.signed.length - signedBefore).toBe(2)
    expect(agent.keys.prompts.at(-1)?.description).toContain('còn 2 trong 4')
  })

  it('asks for a document again whose spooled file is gone or cut', async () => {
    const before = await startTestAgent()
    const first = await AgentClient.pairAndConnect(before.port)
    const [gone, cut, good] = makeDocuments(3)
    if (!gone || !cut || !good) throw new Error('no document')
    const offered = await first.offer([gone, cut, good], before)
    await before.close()
    const inSpool = (documentId: string) => path.join(before.home, 'spool', offered.batchId, `${documentId}.pdf`)
    rmSync(inSpool(gone.documentId))
    writeFileSync(inSpool(cut.documentId), '%PDF-')
    const { client } = await restarted(before, first)
    const batch = await client.resume(offered.batchId)
    expect([batch.state, ...batch.documents.map(({ state }) => state)]).toEqual(['open', 'offered', 'offered', 'received'])
  })

  it('keeps signed files that were not delivered, also of a cancelled batch', async () => {
    const before = await startTestAgent()
    const first = await AgentClient.pairAndConnect(before.port)
    const documents = makeDocuments(2)
    const offered = await first.offer(documents, before)
    before.keys.beforeSign = (count) => {
      if (count === 1) first.cancel(offered.batchId)
      return count === 1 ? first.status().then(() => undefined) : Promise.resolve()
    }
    first.approve(offered)
    const cancelled = await first.batch(offered.batchId, 'cancelled')
    const kept = cancelled.documents.filter(({ state }) => state === 'checked')
    expect(kept).toHaveLength(2)
    const { client } = await restarted(before, first)
    expect((await client.status()).batches).toMatchObject([{ batchId: offered.batchId, state: 'cancelled', undelivered: 2 }])
    for (const { documentId } of kept) expect((await client.fetch(offered.batchId, documentId)).length).toBeGreaterThan(0)
  })

  it('stops what is being signed when it is ended, and can go on after the next start', async () => {
    const before = await startTestAgent()
    const first = await AgentClient.pairAndConnect(before.port)
    const reached = Promise.withResolvers<undefined>()
    const goOn = Promise.withResolvers<undefined>()
    before.keys.beforeSign = async (count) => {
      if (count !== 2) return
      reached.resolve(undefined)
      await goOn.promise
    }
    const offered = await first.offer(makeDocuments(6), before)
    first.approve(offered)
    await reached.promise
    const closing = before.close()
    goOn.resolve(undefined)
    await closing
    expect([before.keys.released, before.keys.isClosed, before.workers.isClosed]).toEqual([1, true, true])

    before.keys.beforeSign = () => Promise.resolve()
    const { agent, client } = await restarted(before, first)
    const batch = await client.resume(offered.batchId)
    expect(batch.state).toBe('stopped')
    expect(batch.documents.map(({ state }) => state).sort()).toEqual(['checked', 'checked', 'checked', 'received', 'received', 'received'])
    client.approve(batch)
    await client.batch(offered.batchId, 'done')
    expect(new Set(agent.keys.signed).size).toBe(6)
    expect(agent.keys.signed).toHaveLength(6)
  })
})

describe('what is kept', () => {
  it('removes signed files whose time is up at the next start, and no others', async () => {
    const before = await startTestAgent()
    const first = await AgentClient.pairAndConnect(before.port)
    const documents = makeDocuments(3)
    const offered = await first.offer(documents, before)
    first.approve(offered)
    await first.batch(offered.batchId, 'done')
    const [old, recent, undelivered] = documents
    if (!old || !recent || !undelivered) throw new Error('no document')
    for (const { documentId } of [old, recent]) {
      first.delivered(offered.batchId, documentId)
      await first.document(documentId, 'delivered')
    }
    await before.close()
    const database = new DatabaseSync(path.join(before.home, 'journal.sqlite'))
    const then = new Date(Date.now() - 31 * 86_400_000).toISOString()
    database.prepare('UPDATE document SET finished_at = ? WHERE document_id = ?').run(then, old.documentId)
    database.close()
    const { agent } = await restarted(before, first)
    const signed = agent.spooled().filter((file) => file.endsWith('.signed.pdf'))
    expect(signed.sort()).toEqual([recent, undelivered].map(({ documentId }) => path.join(offered.batchId, `${documentId}.signed.pdf`)).sort())
  })

  it.each([['a day ahead', 1], ['a day behind', -1], ['ten years ahead', 3_653]])('is not removed by a clock that is %s, unless its time is up, and never undelivered', async (_, days) => {
    const before = await startTestAgent()
    const first = await AgentClient.pairAndConnect(before.port)
    const [delivered, undelivered, open] = makeDocuments(3)
    if (!delivered || !undelivered || !open) throw new Error('no document')
    const signed = await first.offer([delivered, undelivered], before)
    first.approve(signed)
    await first.batch(signed.batchId, 'done')
    first.delivered(signed.batchId, delivered.documentId)
    await first.document(delivered.documentId, 'delivered')
    const waiting = await first.offer([open], before)
    await before.close()
    const { spool, journal } = { spool: new Spool(before.home, limits), journal: new Journal(before.home) }
    removeExpired({ spool, journal, settings: { retentionDays: 30 } }, Date.now() + days * 86_400_000)
    journal.close()
    const kept = [path.join(signed.batchId, `${undelivered.documentId}.signed.pdf`), path.join(waiting.batchId, `${open.documentId}.pdf`)]
    if (days <= 30) kept.push(path.join(signed.batchId, `${delivered.documentId}.signed.pdf`))
    expect(before.spooled().filter((file) => !file.endsWith(`${undelivered.documentId}.pdf`)).sort()).toEqual(kept.sort())
  })

  it('holds no content of a document in the journal once it was delivered', async () => {
    const before = await startTestAgent()
    const client = await AgentClient.pairAndConnect(before.port)
    const document = newDocument('một.pdf', Buffer.from('%PDF-1.7 SECRETSUBJECT'))
    const offered = await client.offer([document], before)
    client.approve(offered)
    await client.batch(offered.batchId, 'done')
    client.delivered(offered.batchId, document.documentId)
    await client.document(document.documentId, 'delivered')
    await before.close()
    const database = new DatabaseSync(path.join(before.home, 'journal.sqlite'))
    expect(JSON.stringify(database.prepare('SELECT * FROM document').all())).not.toContain('SECRETSUBJECT')
    database.close()
    expect(JSON.stringify(journalOf(before.home))).not.toContain('SECRETSUBJECT')
  })
})

describe('one agent for a folder', () => {
  it('refuses a second one with a clear sentence, and lets the next in after the first has ended', async () => {
    const home = tempFolder()
    const keys = new FakeKeys(tempFolder())
    const first = await startTestAgent({ home, keys })
    await expect(startTestAgent({ home, keys })).rejects.toThrow(`another agent is already running with the folder ${home}`)
    await first.close()
    await startTestAgent({ home, keys })
    expect(readdirSync(home)).toContain('journal.sqlite')
  })
})
