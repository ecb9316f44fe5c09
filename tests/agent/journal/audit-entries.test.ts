import { describe, expect, it } from 'vitest'
import { auditEntries } from '../../../agent/journal/audit-entries.ts'
import type { RecordedEvent } from '../../../agent/journal/journal.ts'

let id = 0
function event(at: string, what: string, documentId: string | null, facts: Record<string, string | number> = {}, batchId = 'b1'): RecordedEvent {
  return { id: ++id, at, what, osUser: 'lan', batchId, documentId, facts }
}

const opened = { site: 'https://qlvb.example.vn', profile: 'approve', certificateSerial: '0A1B', holder: 'Nguyễn Văn An', documents: 3 }
const before = 'b'.repeat(64)
const after = 'a'.repeat(64)
const events = [
  { ...event('2026-03-01T01:00:00Z', 'started', null), batchId: null },
  event('2026-03-01T02:00:00Z', 'opened', null, opened),
  ...['d1', 'd2', 'd3'].map((documentId) => event('2026-03-01T02:00:00Z', 'asked', documentId, { name: `${documentId}.pdf` })),
  event('2026-03-01T02:01:00Z', 'received', 'd1', { sha256: before, sizeBytes: 9 }),
  event('2026-03-01T02:01:00Z', 'refused', 'd2', { code: 'document-not-pdf' }),
  event('2026-03-01T02:02:00Z', 'signed', 'd1', { certificateSerial: '0A1B' }),
  event('2026-03-01T02:02:01Z', 'checked', 'd1', { before, after, sizeBytes: 12 }),
  event('2026-03-01T02:03:00Z', 'undelivered', 'd1', { code: 'upload-failed', status: '500' }),
  event('2026-03-02T02:00:00Z', 'delivered', 'd1', { confirmedBy: 'digest' }),
  event('2026-03-05T02:00:00Z', 'opened', null, { ...opened, site: 'https://khac.example.vn' }, 'b2'),
  event('2026-03-05T02:00:00Z', 'asked', 'd4', { name: 'd4.pdf' }, 'b2'),
]

describe('the audit entries', () => {
  it('tell who, when, where, what, with which certificate, and how it ended', () => {
    expect(auditEntries(events)[0]).toEqual({
      ...{ at: '2026-03-02T02:00:00Z', osUser: 'lan', site: 'https://qlvb.example.vn', profile: 'approve', name: 'd1.pdf', before, after },
      ...{ certificateSerial: '0A1B', holder: 'Nguyễn Văn An', signedAt: '2026-03-01T02:02:01Z', stampedAt: '', deliveredAt: '2026-03-02T02:00:00Z' },
      ...{ confirmedBy: 'digest', result: 'delivered', code: '', batchId: 'b1', documentId: 'd1' },
    })
  })

  it('have one line for each document, in the order of the list', () => {
    expect(auditEntries(events).map(({ documentId, result, code }) => [documentId, result, code])).toEqual([
      ['d1', 'delivered', ''],
      ['d2', 'refused', 'document-not-pdf'],
      ['d3', 'open', ''],
      ['d4', 'open', ''],
    ])
  })

  it('keep the reason of a delivery that failed as long as it holds', () => {
    expect(auditEntries(events.slice(0, 10))[0]).toMatchObject({ result: 'signed', code: 'upload-failed', after })
  })

  it.each([
    [{ site: 'https://khac.example.vn' }, ['d4']],
    [{ site: 'khac.example.vn' }, ['d4']],
    [{ site: 'example.vn' }, []],
    [{ from: '2026-03-02T00:00:00Z' }, ['d1', 'd4']],
    [{ to: '2026-03-02T00:00:00Z' }, ['d2', 'd3']],
    [{ from: '2026-03-05T02:00:00Z', to: '2026-03-05T02:00:00Z' }, []],
  ])('by %j are %j', (filter, wanted) => {
    expect(auditEntries(events, filter).map(({ documentId }) => documentId)).toEqual(wanted)
  })
})
