import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { userInfo } from 'node:os'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, it } from 'vitest'
import { usage } from '../../../agent/cli/journal.ts'
import { journalFile } from '../../../agent/journal/journal.ts'
import { receiptPage } from '../../../extension/background/receipt-file.ts'
import type { ReceiptView } from '../../../shared/protocol/receipt.ts'
import { AgentClient, newDocument } from '../../support/agent-client.ts'
import { tempFolder } from '../../support/temp-folder.ts'
import { startTestAgent } from '../../support/test-agent.ts'

const antin = path.resolve(import.meta.dirname, '../../../agent/cli/antin.ts')

function journal(...words: string[]): { status: number | null; said: string; errors: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [antin, 'journal', ...words], { encoding: 'utf8', env: { ...process.env, TZ: 'Asia/Ho_Chi_Minh' } })
  return { status, said: stdout, errors: stderr }
}

/** The lines of a table without quotes, by the names of its columns. */
function rowsOf(csv: string): Record<string, string>[] {
  const [names = [], ...rows] = csv.replace('\uFEFF', '').trimEnd().split('\r\n').map((line) => line.split(','))
  return rows.map((cells) => Object.fromEntries(names.map((name, index) => [name, cells[index] ?? ''])))
}

/** An office in which one document was signed and delivered, one was signed, and one refused. */
async function officeOf() {
  const agent = await startTestAgent()
  const client = await AgentClient.pairAndConnect(agent.port)
  const documents = [newDocument('Số 1, "gấp".pdf', Buffer.from('%PDF-1.7 1')), newDocument('=2+3.pdf', Buffer.from('%PDF-1.7 2')), newDocument('3.doc', Buffer.from('PK'))]
  const offered = await client.offer(documents, agent)
  client.approve(offered)
  const done = await client.batch(offered.batchId, 'done')
  const [first] = documents
  client.delivered(offered.batchId, first?.documentId ?? '', 'digest')
  await client.document(first?.documentId ?? '', 'delivered')
  client.say({ kind: 'sign', step: 'receipt', batchId: offered.batchId })
  const heard = await client.wire.hear((message) => message.kind === 'sign' && message.step === 'receipt')
  await agent.close()
  return { home: agent.home, done, receipt: (heard as { receipt: object }).receipt }
}

describe('antin journal verify', () => {
  it('says that it fits and since when it is anchored', async () => {
    const { home } = await officeOf()
    const { status, said } = journal('verify', '--home', home, '--json')
    const verdict = JSON.parse(said) as Record<string, unknown>
    expect([status, verdict.fits, verdict.misfit]).toEqual([0, true, undefined])
    const text = journal('verify', '--home', home, '--language', 'en').said
    expect(text).toMatch(/^The journal has \d+ events, and each fits the one before it\.\nAnchored since \d\d\/\d\d\/\d{4}, \d\d:\d\d; last at .*, at event \d+\.\n$/)
    expect(journal('verify', '--home', home).said).toContain('sự kiện nào cũng khớp')
  })

  it('names the first event that does not fit', async () => {
    const { home } = await officeOf()
    const database = new DatabaseSync(journalFile(home))
    database.exec("DROP TRIGGER event_is_never_changed; UPDATE event SET facts = '{}' WHERE id = 3")
    database.close()
    const { status, said } = journal('verify', '--home', home, '--language', 'en')
    expect(status).toBe(1)
    expect(said).toMatch(/^The journal does NOT fit: event 3 was edited, moved or put in\.\n/)
    expect(JSON.parse(journal('verify', '--home', home, '--json').said)).toMatchObject({ fits: false, misfit: { eventId: 3, reason: 'changed' } })
  })

  it('compares with a receipt that the clerk has kept', async () => {
    const { home, receipt } = await officeOf()
    const file = path.join(tempFolder(), 'receipt.json')
    writeFileSync(file, JSON.stringify(receipt))
    expect(journal('verify', '--home', home, '--receipt', file).status).toBe(0)
    const page = path.join(tempFolder(), 'biên nhận.html')
    writeFileSync(page, receiptPage(receipt as ReceiptView, 'vi'))
    expect(journal('verify', '--home', home, '--receipt', page).status).toBe(0)
    const anchor = (receipt as { anchor: object }).anchor
    writeFileSync(file, JSON.stringify({ ...receipt, anchor: { ...anchor, hash: 'a'.repeat(64) } }))
    const { status, said } = journal('verify', '--home', home, '--receipt', file)
    expect(status).toBe(1)
    expect(said).toContain('không còn như lúc được neo')
  })
})

describe('the receipt', () => {
  it('names what was signed, by whom and for whom', async () => {
    const { done, receipt } = await officeOf()
    const [first, second] = done.documents
    expect(receipt).toMatchObject({
      ...{ version: 1, batchId: done.batchId, site: 'https://qlvb.example.vn', profile: 'approve', holder: 'Nguyễn Văn An' },
      certificateSerial: done.certificate?.serialNumber,
      documents: [
        { name: 'Số 1, "gấp".pdf', before: first?.sha256, after: first?.signedSha256, result: 'delivered' },
        { name: '=2+3.pdf', before: second?.sha256, after: second?.signedSha256, result: 'signed' },
        { name: '3.doc', result: 'refused', code: 'document-not-pdf' },
      ],
    })
  })
})

describe('antin journal export', () => {
  it('writes one line for each document, for spreadsheets', async () => {
    const { home, done } = await officeOf()
    const lines = journal('export', '--home', home).said.split('\r\n')
    expect(lines).toHaveLength(5)
    expect(lines[0]).toBe(
      '\uFEFFat,osUser,site,profile,name,before,after,certificateSerial,holder,signedAt,stampedAt,deliveredAt,confirmedBy,result,code,batchId,documentId',
    )
    expect(lines[1]).toContain(`,https://qlvb.example.vn,approve,"Số 1, ""gấp"".pdf",${done.documents[0]?.sha256},${done.documents[0]?.signedSha256},`)
    expect(lines[1]).toContain(',digest,delivered,,')
    expect(lines[2]).toContain(",'=2+3.pdf,")
    expect(lines[3]).toContain(',refused,document-not-pdf,')
  })

  it.each(['csv', 'json'])('tells who, when, where, what, with which certificate, and what became of it: each column of %s', async (format) => {
    const agent = await startTestAgent()
    const client = await AgentClient.pairAndConnect(agent.port)
    const document = newDocument('Số 7.pdf', Buffer.from('%PDF-1.7 7'))
    const startedAt = new Date().toISOString()
    const { batchId } = await client.offer([document], agent)
    const about = { kind: 'sign', batchId, documentId: document.documentId } as const
    client.approve(await client.resume(batchId), { sendOn: true })
    const done = await client.batch(batchId, 'done')
    const file = await client.fetch(batchId, document.documentId)
    client.delivered(batchId, document.documentId, 'digest')
    await client.document(document.documentId, 'delivered')
    client.say({ ...about, step: 'send-on', recipients: 'Sở Nội vụ' })
    await client.document(document.documentId, 'sending')
    client.say({ ...about, step: 'sent-on' })
    await client.document(document.documentId, 'sent')
    await agent.close()

    const { said } = journal('export', '--home', agent.home, '--format', format)
    const [entry, ...others] = format === 'json' ? (JSON.parse(said) as Record<string, string>[]) : rowsOf(said)
    expect(others).toEqual([])
    const { at, signedAt, deliveredAt, ...told } = entry ?? {}
    expect(told).toEqual({
      osUser: userInfo().username,
      site: 'https://qlvb.example.vn',
      profile: 'approve',
      name: 'Số 7.pdf',
      before: createHash('sha256').update(document.bytes).digest('hex'),
      after: createHash('sha256').update(file).digest('hex'),
      certificateSerial: done.certificate?.serialNumber,
      holder: 'Nguyễn Văn An',
      stampedAt: '',
      confirmedBy: 'digest',
      result: 'sent',
      code: '',
      batchId,
      documentId: document.documentId,
    })
    const moments = [startedAt, signedAt, deliveredAt, at, new Date().toISOString()]
    expect(moments.toSorted()).toEqual(moments)
    for (const moment of moments) expect(moment).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
  })

  it('writes JSON to a file for this user alone', async () => {
    const { home } = await officeOf()
    const out = path.join(tempFolder(), 'journal.json')
    expect(journal('export', '--home', home, '--format', 'json', '--out', out)).toEqual({ status: 0, said: '', errors: '' })
    expect(JSON.parse(readFileSync(out, 'utf8'))).toMatchObject([{ result: 'delivered' }, { result: 'signed' }, { result: 'refused' }])
    expect(statSync(out).mode & 0o777).toBe(0o600)
  })

  it('by day and site', async () => {
    const { home } = await officeOf()
    const count = (...words: string[]): number => (JSON.parse(journal('export', '--home', home, '--format', 'json', ...words).said) as unknown[]).length
    const today = new Date().toLocaleDateString('sv-SE', { timeZone: 'Asia/Ho_Chi_Minh' })
    const tomorrow = new Date(Date.now() + 86_400_000).toLocaleDateString('sv-SE', { timeZone: 'Asia/Ho_Chi_Minh' })
    expect([count('--from', today, '--to', today), count('--from', tomorrow), count('--to', '2020-01-01')]).toEqual([3, 0, 0])
    expect([count('--site', 'qlvb.example.vn'), count('--site', 'khac.example.vn')]).toEqual([3, 0])
  })
})

describe('wrong use', () => {
  it.each([
    [['verify', '--home', '/nowhere/at/all'], 66, 'there is no journal in /nowhere/at/all'],
    [['burn'], 64, 'antin journal takes verify or export, not "burn"'],
    [['export', '--format', 'xml'], 64, '--format takes csv or json, not "xml"'],
    [['export', '--from', '2026-02-30'], 64, '--from takes a day like 2026-03-31, not "2026-02-30"'],
    [['verify', '--receipt', '/nowhere'], 64, '/nowhere is not a receipt'],
    [['verify', '--pin', '1'], 64, "Unknown option '--pin'"],
  ])('%j is refused with a sentence', (words, code, text) => {
    const { status, errors } = journal(...words)
    expect([status, errors.includes(text)]).toEqual([code, true])
  })

  it('explains its options', () => {
    for (const option of ['--receipt', '--from', '--to', '--site', '--format', '--out', '--home', '--json']) expect(usage).toContain(option)
  })
})
