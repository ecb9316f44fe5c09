import { readdirSync } from 'node:fs'
import path from 'node:path'
import { expect, it } from 'vitest'
import { AgentClient, newDocument } from '../support/agent-client.ts'
import { startTestAgent } from '../support/test-agent.ts'

it.each([
  ['parents', '../../../../tmp/antin-escape.pdf'],
  ['an absolute path', '/tmp/antin-escape.pdf'],
  ['a drive', 'C:\\Windows\\System32\\x.pdf'],
  ['a share', '\\\\server\\share\\x.pdf'],
  ['a device', 'CON'],
  ['a NUL', 'a.pdf\u0000.exe'],
  ['a trailing dot and blank', 'a.pdf. '],
  ['300 characters', 'ữ'.repeat(300)],
  ['a right-to-left override', 'hoá đơn\u202Efdp.exe'],
  ['a line break', 'a.pdf\r\nSố văn bản sẽ ký: 1'],
  ['composed Vietnamese', 'Quyết định số 12.pdf'.normalize('NFC')],
  ['decomposed Vietnamese', 'Quyết định số 12.pdf'.normalize('NFD')],
  ['emoji', '📄👩‍⚖️.pdf'],
  ['nothing', ''],
  ['quotes and markup', '"><script>alert(1)</script>.pdf'],
  ['a percent sign for Assuan', '%0ASETDESC%20x.pdf'],
])('a name with %s stays a label', async (_, name) => {
  const agent = await startTestAgent()
  const client = await AgentClient.pairAndConnect(agent.port)
  const document = newDocument(name, Buffer.from(`%PDF-1.7 ${name.length}`))
  const offered = await client.offer([document], agent)
  expect(offered.documents[0]?.name).toBe(name)
  client.approve(offered)
  const done = await client.batch(offered.batchId, 'done')
  expect(done.documents[0]?.state).toBe('checked')
  const { batchId } = offered
  expect(agent.spooled()).toEqual([path.join(batchId, `${document.documentId}.pdf`), path.join(batchId, `${document.documentId}.signed.pdf`)])
  expect(readdirSync(agent.home).sort()).toEqual(['anchors.jsonl', 'door.json', 'journal.sqlite', 'journal.sqlite-shm', 'journal.sqlite-wal', 'lock.sqlite', 'orders', 'pairings.json', 'spool'])
  const lines = agent.keys.prompts[0]?.description.split('\n') ?? []
  expect(lines).toHaveLength(5)
  expect(lines.join('')).not.toMatch(/[\u0000-\u001F\u202A-\u202E\u2066-\u2069]/)
})

it('a name over 300 characters closes the connection: the extension has to cut it', async () => {
  const agent = await startTestAgent()
  const client = await AgentClient.pairAndConnect(agent.port)
  await expect(client.open([newDocument('x'.repeat(301), new Uint8Array())], agent)).rejects.toThrow('4404')
})
