import { randomUUID } from 'node:crypto'
import { describe, expect, it, onTestFinished } from 'vitest'
import { refuse, refusal } from '../../../shared/errors.ts'
import { Journal } from '../../../agent/journal/journal.ts'
import { Batch } from '../../../agent/session/batch.ts'
import type { Told } from '../../../agent/session/link.ts'
import { tempFolder } from '../../support/temp-folder.ts'

const facts = { pages: 1, number: '', subject: '', title: '', signatures: [], warnings: [] }
const certificate = {
  ...{ sha256: '0'.repeat(64), holder: 'A', organisation: '', issuer: 'CA', serialNumber: '01', token: 'USB', kind: 'token' as const, role: 'person' as const },
  ...{ validFrom: '2026-01-01T00:00:00.000Z', validTo: '2027-01-01T00:00:00.000Z' },
}

function openBatch(count = 2) {
  const journal = new Journal(tempFolder())
  onTestFinished(() => journal.close())
  const documents = Array.from({ length: count }, (_, index) => ({ documentId: randomUUID(), name: `${index}.pdf`, state: 'offered' as const }))
  const batchId = randomUUID()
  const batch = Batch.open(journal, { batchId, pairingId: randomUUID(), pageOrigin: 'https://x.vn', profile: 'approve', certificate, details: {}, documents })
  const told: Told[] = []
  batch.watch((message) => told.push(message))
  const receive = (index: number) => batch.receive(idOf(index), { sizeBytes: 1, sha256: String(index).repeat(64), facts })
  const idOf = (index: number) => documents[index]?.documentId ?? ''
  return { journal, batch, told, receive, idOf }
}

describe('the state machine', () => {
  it('writes each state before it tells it', () => {
    const { journal, batch, idOf, receive } = openBatch(1)
    const written: string[] = []
    batch.watch((message) => {
      if (message.kind !== 'sign') return
      const rows = journal.batch(batch.batchId)
      if (message.step === 'batch') written.push(`${message.batch.state} ${rows?.batch.state}`)
      if (message.step === 'document') written.push(`${message.document.state} ${rows?.documents[0]?.state}`)
    })
    receive(0)
    batch.approve(batch.digestListSha256 ?? '')
    batch.startSigning()
    batch.prepared(idOf(0))
    batch.signed(idOf(0))
    batch.checked(idOf(0), { sizeBytes: 2, sha256: 'f'.repeat(64) })
    batch.finish()
    batch.returned(idOf(0))
    batch.undelivered(idOf(0), refusal('upload-failed', { status: '500' }))
    batch.delivered(idOf(0), 'digest')
    const states = ['open', 'received', 'offered', 'approving', 'signing', 'prepared', 'signed', 'checked', 'done', 'returned', 'checked', 'delivered']
    expect(written).toEqual(states.map((state) => `${state} ${state}`))
    expect(batch.isOver).toBe(true)
  })

  it.each([
    ['signed before it is approved', ({ batch, idOf }: ReturnType<typeof openBatch>) => batch.signed(idOf(0))],
    ['checked before it is signed', ({ batch, idOf }: ReturnType<typeof openBatch>) => batch.checked(idOf(0), { sizeBytes: 1, sha256: '' })],
    ['delivered before it is checked', ({ batch, idOf }: ReturnType<typeof openBatch>) => batch.delivered(idOf(0), 'none')],
    ['started without consent', ({ batch }: ReturnType<typeof openBatch>) => batch.startSigning()],
  ])('is never %s', (_, act) => {
    const parts = openBatch()
    const before = parts.journal.events().length
    expect(() => act(parts)).toThrow('cannot go from')
    expect(parts.journal.events()).toHaveLength(before)
  })

  it('is never finished without having been signed', () => {
    const { batch, receive } = openBatch()
    receive(0)
    receive(1)
    expect(() => batch.finish()).toThrow('a batch cannot go from offered to done')
    expect(batch.state).toBe('offered')
  })

  it('tells a change of one document alone, and the batch whole', () => {
    const { told, receive } = openBatch()
    receive(0)
    expect(told.map((message) => message.kind === 'sign' && message.step)).toEqual(['batch', 'document'])
    receive(1)
    expect(told.map((message) => message.kind === 'sign' && message.step)).toEqual(['batch', 'document', 'document', 'batch'])
  })

  it('is over at once when every document was refused', () => {
    const { batch, idOf } = openBatch()
    batch.refuseDocument(idOf(0), refusal('document-not-pdf'))
    batch.refuseDocument(idOf(1), refusal('document-not-pdf'))
    expect([batch.state, batch.isOver]).toEqual(['done', true])
  })

  it('names the rest alone after a stop: a new list with a new digest', () => {
    const { batch, idOf, receive } = openBatch()
    receive(0)
    receive(1)
    const first = batch.digestListSha256 ?? ''
    batch.approve(first)
    batch.startSigning()
    batch.prepared(idOf(0))
    batch.signed(idOf(0))
    batch.checked(idOf(0), { sizeBytes: 2, sha256: 'f'.repeat(64) })
    batch.stop(refusal('token-missing'))
    expect(batch.digestListSha256).not.toBe(first)
    expect(() => batch.approve(first)).toThrow('document-changed')
    expect(batch.approve(batch.digestListSha256 ?? '').map(({ documentId }) => documentId)).toEqual([idOf(1)])
  })
})

describe('a disk that is full', () => {
  it('changes nothing that was to be written first, but a stop holds', () => {
    const { journal, batch, told, receive } = openBatch()
    receive(0)
    receive(1)
    const digest = batch.digestListSha256 ?? ''
    const write = journal.write.bind(journal)
    journal.write = () => refuse('disk-full')
    const before = told.length
    expect(() => batch.approve(digest)).toThrow('disk-full')
    expect([batch.state, told.length]).toEqual(['offered', before])

    journal.write = write
    batch.approve(digest)
    journal.write = () => refuse('disk-full')
    expect(() => batch.startSigning()).toThrow('disk-full')
    batch.stop(refusal('disk-full'))
    expect([batch.state, batch.documentsIn('received').length]).toEqual(['stopped', 2])
    expect(journal.batch(batch.batchId)?.batch.state).toBe('approving')
  })
})
