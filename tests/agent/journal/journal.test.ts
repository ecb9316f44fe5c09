import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, it, onTestFinished } from 'vitest'
import { refuse, RefusalError } from '../../../shared/errors.ts'
import { Journal, type BatchRow, type DocumentRow } from '../../../agent/journal/journal.ts'
import { migrations } from '../../../agent/journal/migrations.ts'
import { redact, redactCause } from '../../../agent/journal/redact.ts'
import { tempFolder } from '../../support/temp-folder.ts'

const batch: BatchRow = {
  ...{ batchId: 'b1', pairingId: 'p1', pageOrigin: 'https://x.vn', profile: 'approve', certificate: '{}', details: null, state: 'open' },
  ...{ refusal: null, reference: null, openedAt: '2026-01-01T00:00:00.000Z', sendOn: 0 },
}

function document(position: number, state: string): DocumentRow {
  const empty = { sizeBytes: null, sha256: null, facts: null, registered: null, marks: null, signedBytes: null, signedSha256: null, refusal: null, finishedAt: null }
  return { ...empty, documentId: `d${position}`, batchId: 'b1', position, name: `${position}.pdf`, state }
}

function openJournal(home = tempFolder()): Journal {
  const journal = new Journal(home)
  onTestFinished(() => journal.close())
  return journal
}

describe('the journal', () => {
  it('gives back what was written, in the order of the list', () => {
    const journal = openJournal()
    journal.write({ batch, documents: [document(1, 'offered'), document(0, 'offered')], events: [{ what: 'opened', batchId: 'b1' }] })
    journal.write({ documents: [document(1, 'received')], events: [] })
    expect(journal.batch('b1')).toEqual({ batch, documents: [document(0, 'offered'), document(1, 'received')] })
    expect(journal.batch('b2')).toBeUndefined()
    expect([journal.hasDocument('d1'), journal.hasDocument('d2')]).toEqual([true, false])
  })

  it('is durable: WAL, and every transaction flushed', () => {
    const home = tempFolder()
    openJournal(home)
    const other = new DatabaseSync(path.join(home, 'journal.sqlite'))
    expect(other.prepare('PRAGMA journal_mode').get()).toEqual({ journal_mode: 'wal' })
    expect(other.prepare('PRAGMA user_version').get()).toEqual({ user_version: migrations.length })
    other.close()
  })

  it('writes a change whole or not at all', () => {
    const journal = openJournal()
    const orphan = { ...document(0, 'offered'), batchId: 'nowhere' }
    expect(() => journal.write({ batch, documents: [orphan], events: [{ what: 'opened' }] })).toThrow()
    expect(journal.batch('b1')).toBeUndefined()
    expect(journal.events()).toEqual([])
  })

  it('lets no one change or delete an event', () => {
    const home = tempFolder()
    const journal = openJournal(home)
    journal.write({ events: [{ what: 'opened', batchId: 'b1', facts: { site: 'https://x.vn' } }] })
    const other = new DatabaseSync(path.join(home, 'journal.sqlite'))
    expect(() => other.exec("UPDATE event SET what = 'nothing'")).toThrow('events are never changed')
    expect(() => other.exec('DELETE FROM event')).toThrow('events are never deleted')
    other.close()
    expect(journal.events('b1')).toMatchObject([{ what: 'opened', batchId: 'b1', facts: { site: 'https://x.vn' } }])
    expect(journal.events()[0]?.osUser).toMatch(/./)
  })

  it.each([
    [['delivered', 'refused'], []],
    [['delivered', 'checked'], ['b1']],
    [['offered'], ['b1']],
    [['returned'], ['b1']],
  ])('with documents %j the unfinished batches are %j', (states, unfinished) => {
    const journal = openJournal()
    journal.write({ batch, documents: states.map((state, position) => document(position, state)), events: [] })
    expect(journal.unfinishedBatchIds()).toEqual(unfinished)
  })

  it('refuses a journal of a newer agent instead of writing into it', () => {
    const home = tempFolder()
    const other = new DatabaseSync(path.join(home, 'journal.sqlite'))
    other.exec(`PRAGMA user_version = ${migrations.length + 1}`)
    other.close()
    expect(() => new Journal(home)).toThrow('written by a newer agent')
  })

  it('says that the file is no journal instead of replacing it', () => {
    const home = tempFolder()
    writeFileSync(path.join(home, 'journal.sqlite'), 'something else entirely, and long enough to be read as a header')
    expect(() => new Journal(home)).toThrow('not a database')
  })
})

describe('what the journal keeps of facts', () => {
  it('cuts what is as long as a key or a document, and keeps digests', () => {
    const digest = 'a'.repeat(64)
    expect(redact({ digest, key: 'A'.repeat(200), text: `x ${'y '.repeat(600)}`, lines: 'a\nb', nothing: undefined })).toEqual({
      digest,
      key: '[…]',
      text: `${`x ${'y '.repeat(600)}`.slice(0, 500)}…`,
      lines: 'a b',
    })
  })

  it('tells a failure by its chain of causes, without stacks', () => {
    const inner = new Error('deep')
    let thrown: unknown
    try {
      refuse('disk-full', undefined, inner)
    } catch (cause) {
      thrown = cause
    }
    expect(thrown).toBeInstanceOf(RefusalError)
    expect(redactCause(thrown)).toBe('disk-full < Error: deep')
    expect(redactCause('text')).toBe('string')
  })
})
