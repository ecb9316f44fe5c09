import { readdirSync, rmSync } from 'node:fs'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect, it } from 'vitest'
import { AgentClient } from '../../support/agent-client.ts'
import { FakeKeys } from '../../support/fake-keys.ts'
import { tempFolder } from '../../support/temp-folder.ts'
import { makeDocuments, startTestAgent, type TestAgent } from '../../support/test-agent.ts'

/** Three documents approved with a key that is to be confirmed elsewhere, and the agent gone meanwhile. */
async function waitingOffice() {
  const agent = await startTestAgent()
  const client = await AgentClient.pairAndConnect(agent.port)
  agent.keys.answer = () => Promise.resolve('waiting')
  agent.keys.confirmedElsewhere = new Promise(() => undefined)
  const offered = await client.offer(makeDocuments(3), agent)
  client.approve(offered)
  const waiting = await client.wire.hear((heard) => heard.kind === 'sign' && heard.step === 'batch' && heard.batch.waiting === 'key')
  expect(waiting).toMatchObject({ batch: { state: 'approving' } })
  await agent.close()
  return { agent, client, batchId: offered.batchId }
}

/** The same office with the same key, started anew. */
async function again({ home }: TestAgent, client: AgentClient, keys: FakeKeys) {
  const agent = await startTestAgent({ home, keys })
  return { agent, client: await AgentClient.connect(agent.port, client.paired) }
}

it('is waited for again after a restart, and what was approved is signed without another consent', async () => {
  const before = await waitingOffice()
  const keys = new FakeKeys(tempFolder())
  const confirmed = Promise.withResolvers<undefined>()
  keys.confirmedElsewhere = confirmed.promise
  const { client } = await again(before.agent, before.client, Object.assign(keys, { info: before.agent.keys.info }))
  const batch = await client.resume(before.batchId)
  expect([batch.state, batch.waiting, ...batch.documents.map(({ state }) => state)]).toEqual(['approving', 'key', 'approved', 'approved', 'approved'])
  expect((await client.status()).batches).toMatchObject([{ batchId: before.batchId, state: 'approving' }])
  confirmed.resolve(undefined)
  const done = await client.batch(before.batchId, 'done')
  expect(done.documents.map(({ state }) => state)).toEqual(['checked', 'checked', 'checked'])
  expect([keys.prompts.length, keys.signed.length, done.waiting]).toEqual([0, 3, undefined])
})

it('survives any number of restarts and can then still be cancelled', async () => {
  const before = await waitingOffice()
  const keys = Object.assign(new FakeKeys(tempFolder()), { info: before.agent.keys.info, confirmedElsewhere: new Promise<void>(() => undefined) })
  const second = await again(before.agent, before.client, keys)
  expect((await second.client.resume(before.batchId)).waiting).toBe('key')
  await second.agent.close()
  const third = await again(before.agent, before.client, keys)
  expect((await third.client.resume(before.batchId)).waiting).toBe('key')
  third.client.cancel(before.batchId)
  const cancelled = await third.client.batch(before.batchId, 'cancelled')
  expect([cancelled.waiting, keys.signed.length]).toEqual([undefined, 0])
  await expect.poll(() => third.agent.spooled()).toEqual([])
})

it('is no longer waited for when the consent is five minutes old, restarts or not', async () => {
  const before = await waitingOffice()
  const database = new DatabaseSync(path.join(before.agent.home, 'journal.sqlite'))
  const then = new Date(Date.now() - 300_000).toISOString()
  database.exec('DROP TRIGGER event_is_never_changed')
  database.prepare("UPDATE event SET at = ? WHERE what = 'waiting'").run(then)
  database.close()
  const keys = Object.assign(new FakeKeys(tempFolder()), { info: before.agent.keys.info, confirmedElsewhere: new Promise<void>(() => undefined) })
  const { client } = await again(before.agent, before.client, keys)
  await client.resume(before.batchId)
  await expect.poll(async () => (await client.resume(before.batchId)).refusal?.code).toBe('consent-expired')
  expect(keys.signed).toEqual([])
})

it('is no longer waited for when its certificate is gone or a document is', async () => {
  const noKey = await waitingOffice()
  const other = await again(noKey.agent, noKey.client, new FakeKeys(tempFolder(), { key: 'P-384' }))
  await expect.poll(async () => (await other.client.resume(noKey.batchId)).refusal?.code).toBe('certificate-missing')

  const noFile = await waitingOffice()
  const spool = path.join(noFile.agent.home, 'spool', noFile.batchId)
  rmSync(path.join(spool, readdirSync(spool)[0] ?? ''))
  const { client } = await again(noFile.agent, noFile.client, noFile.agent.keys)
  const batch = await client.resume(noFile.batchId)
  expect([batch.state, batch.waiting, ...batch.documents.map(({ state }) => state).sort()]).toEqual(['open', undefined, 'offered', 'received', 'received'])
})
