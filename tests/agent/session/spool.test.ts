import { chmodSync, mkdirSync, readdirSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { refuse } from '../../../shared/errors.ts'
import { AgentClient } from '../../support/agent-client.ts'
import { tempFolder } from '../../support/temp-folder.ts'
import { makeDocuments, startTestAgent } from '../../support/test-agent.ts'

const day = 86_400_000

describe('the spool', () => {
  it('is open to this user alone, folders and files', async () => {
    const home = tempFolder()
    mkdirSync(path.join(home, 'spool'), { mode: 0o755 })
    chmodSync(path.join(home, 'spool'), 0o755)
    const agent = await startTestAgent({ home })
    const client = await AgentClient.pairAndConnect(agent.port)
    const { batchId } = await client.offer(makeDocuments(1), agent)
    const spool = path.join(home, 'spool')
    const places = [home, spool, ...readdirSync(spool, { recursive: true, encoding: 'utf8' }).map((name) => path.join(spool, name))]
    expect(places.length).toBe(4)
    for (const place of places) expect([place, statSync(place).mode & 0o077]).toEqual([place, 0])
    for (const file of ['journal.sqlite', 'pairings.json', 'anchors.jsonl']) expect(statSync(path.join(home, file)).mode & 0o077).toBe(0)
    client.cancel(batchId)
    await client.batch(batchId, 'cancelled')
    await expect.poll(() => agent.spooled()).toEqual([])
  })

  it('lets the original of a document go that was refused while it was being signed', async () => {
    const agent = await startTestAgent()
    const client = await AgentClient.pairAndConnect(agent.port)
    const documents = makeDocuments(2)
    const [bad, good] = documents
    agent.workers.beforePrepare = (job) => (job.input.includes(bad?.documentId ?? '?') ? Promise.resolve().then(() => refuse('document-unreadable', { reason: 'x' })) : Promise.resolve())
    const offered = await client.offer(documents, agent)
    client.approve(offered)
    await client.batch(offered.batchId, 'done')
    const left = [`${good?.documentId}.pdf`, `${good?.documentId}.signed.pdf`].map((file) => path.join(offered.batchId, file))
    await expect.poll(() => agent.spooled()).toEqual(left)
  })

  it('is swept at the start: originals that are over or unknown go, what was not delivered stays', async () => {
    const before = await startTestAgent()
    const client = await AgentClient.pairAndConnect(before.port)
    const documents = makeDocuments(2)
    const [delivered, kept] = documents
    const offered = await client.offer(documents, before)
    client.approve(offered)
    await client.batch(offered.batchId, 'done')
    client.delivered(offered.batchId, delivered?.documentId ?? '')
    await client.document(delivered?.documentId ?? '', 'delivered')
    await before.close()
    const inSpool = (file: string) => path.join(before.home, 'spool', offered.batchId, file)
    // The agent was killed between the journal and the file; and files that no journal knows of.
    writeFileSync(inSpool(`${delivered?.documentId}.pdf`), '%PDF-')
    writeFileSync(inSpool('11111111-2222-4333-8444-555555555555.pdf'), '%PDF-')
    for (const [name, age] of [['old', 31], ['new', 29]] as const) {
      writeFileSync(inSpool(`${name}.signed.pdf`), '%PDF-')
      utimesSync(inSpool(`${name}.signed.pdf`), new Date(), new Date(Date.now() - age * day))
    }
    const after = await startTestAgent({ home: before.home, keys: before.keys })
    const names = after.spooled().map((file) => path.basename(file))
    expect(names.sort()).toEqual([`${delivered?.documentId}.signed.pdf`, `${kept?.documentId}.pdf`, `${kept?.documentId}.signed.pdf`, 'new.signed.pdf'].sort())
  })
})

describe('open batches', () => {
  it('are limited for each pairing, with a sentence; a finished one makes room', async () => {
    const agent = await startTestAgent({ limits: { openBatches: 2 } })
    const client = await AgentClient.pairAndConnect(agent.port)
    const first = await client.open(makeDocuments(1), agent)
    await client.open(makeDocuments(1), agent)
    await expect(client.open(makeDocuments(1), agent)).rejects.toMatchObject({ refusal: { code: 'batches-too-many', facts: { limit: '2' } } })
    client.cancel(first.batchId)
    await client.batch(first.batchId, 'cancelled')
    await client.open(makeDocuments(1), agent)
    const other = await AgentClient.pairAndConnect(agent.port)
    await other.open(makeDocuments(1), agent)
  })
})
