import { createHash } from 'node:crypto'
import { appendFileSync, rmSync, statSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, it } from 'vitest'
import { anchorsFile, type Anchor } from '../../../agent/journal/anchors.ts'
import { Journal, journalFile } from '../../../agent/journal/journal.ts'
import { migrations } from '../../../agent/journal/migrations.ts'
import { NoJournalError } from '../../../agent/journal/read-journal.ts'
import { verifyJournal } from '../../../agent/journal/verify-journal.ts'
import { tempFolder } from '../../support/temp-folder.ts'

const batchId = '11111111-2222-4333-8444-555555555555'

/** A journal of ten events whose head was anchored after the fifth. */
function makeJournal(home = tempFolder()): { home: string; anchor: Anchor } {
  const journal = new Journal(home)
  for (let number = 1; number <= 5; number++) journal.write({ events: [{ what: 'checked', batchId, documentId: `d${number}`, facts: { number } }] })
  const anchor = journal.anchor(batchId)
  journal.write({ events: [6, 7, 8, 9, 10].map((number) => ({ what: 'delivered', batchId, documentId: `d${number}`, facts: { number } })) })
  journal.close()
  return { home, anchor }
}

/** Somebody with the rights of the user and a copy of SQLite. */
function tamper(home: string, sql: string): void {
  const database = new DatabaseSync(journalFile(home))
  database.exec('DROP TRIGGER event_is_never_changed; DROP TRIGGER event_is_never_deleted')
  database.exec(sql)
  database.close()
}

/** Makes the chain fit again, as anybody can who knows how it is made. */
function rewrite(home: string): void {
  const database = new DatabaseSync(journalFile(home))
  let hash = '0'.repeat(64)
  const rows = database.prepare('SELECT id, at, what, os_user, batch_id, document_id, facts FROM event ORDER BY id').all()
  for (const row of rows) {
    hash = createHash('sha256').update(`${hash}\n${JSON.stringify(Object.values(row))}`).digest('hex')
    database.prepare('UPDATE event SET hash = ? WHERE id = ?').run(hash, row.id ?? null)
  }
  database.close()
}

describe('a journal that nobody touched', () => {
  it('fits, and says since when it is anchored and what is not anchored yet', () => {
    const { home, anchor } = makeJournal()
    const verdict = verifyJournal(home)
    expect(verdict).toMatchObject({ events: 10, misfit: undefined, unanchored: 5, unreadableAnchors: 0, lastAnchor: anchor })
    expect(Date.parse(verdict.anchoredSince ?? '')).toBeLessThanOrEqual(Date.parse(anchor.at))
  })

  it('can be checked by anyone: SHA-256 over the hash before, a line feed and the fields', () => {
    const { home } = makeJournal()
    tamper(home, 'SELECT 1')
    rewrite(home)
    expect(verifyJournal(home).misfit).toBeUndefined()
  })

  it('goes on with its chain after the next start', () => {
    const { home } = makeJournal()
    const journal = new Journal(home)
    journal.write({ events: [{ what: 'started' }] })
    journal.close()
    expect(verifyJournal(home)).toMatchObject({ events: 11, misfit: undefined })
  })

  it('can be verified beside the agent that writes it', () => {
    const home = tempFolder()
    const journal = new Journal(home)
    journal.write({ events: [{ what: 'started' }, { what: 'paired' }] })
    expect(verifyJournal(home)).toMatchObject({ events: 2, misfit: undefined })
    journal.close()
  })

  it('has no gap after a write that failed', () => {
    const home = tempFolder()
    const journal = new Journal(home)
    const orphan = { documentId: 'd', batchId: 'nowhere', position: 0, name: '', state: 'offered', finishedAt: null }
    const empty = { sizeBytes: null, sha256: null, facts: null, registered: null, marks: null, signedBytes: null, signedSha256: null, refusal: null }
    expect(() => journal.write({ documents: [{ ...orphan, ...empty }], events: [{ what: 'lost' }] })).toThrow()
    journal.write({ events: [{ what: 'started' }] })
    journal.close()
    expect(verifyJournal(home)).toMatchObject({ events: 1, misfit: undefined })
  })
})

describe('a journal that somebody edited', () => {
  it.each([
    ['a changed fact', 'UPDATE event SET facts = \'{"number":99}\' WHERE id = 4', 4, 'changed'],
    ['a changed time', "UPDATE event SET at = '2020-01-01T00:00:00.000Z' WHERE id = 7", 7, 'changed'],
    ['another user', "UPDATE event SET os_user = 'nobody' WHERE id = 1", 1, 'changed'],
    ['a changed hash', `UPDATE event SET hash = '${'a'.repeat(64)}' WHERE id = 10`, 10, 'changed'],
    ['a removed event', 'DELETE FROM event WHERE id = 6', 6, 'missing'],
    ['the first one removed', 'DELETE FROM event WHERE id = 1', 1, 'missing'],
    ['the last one removed', 'DELETE FROM event WHERE id = 10', 10, 'missing'],
    ['a removed event whose place was closed', 'DELETE FROM event WHERE id = 3; UPDATE event SET id = id - 1 WHERE id > 3', 3, 'changed'],
    ['two in each other’s place', 'UPDATE event SET id = 99 WHERE id = 2; UPDATE event SET id = 2 WHERE id = 3; UPDATE event SET id = 3 WHERE id = 99', 2, 'changed'],
    ['one more at the end', "INSERT INTO event (id, at, what, os_user, facts, hash) VALUES (11, 'x', 'x', 'x', '{}', 'x')", 11, 'changed'],
  ])('names the first event that does not fit: %s', (_, sql, eventId, reason) => {
    const { home } = makeJournal()
    tamper(home, sql)
    expect(verifyJournal(home).misfit).toEqual({ eventId, reason })
  })

  it('is seen from the last anchor where the whole chain was made to fit again', () => {
    const { home, anchor } = makeJournal()
    tamper(home, 'UPDATE event SET facts = \'{"number":99}\' WHERE id = 4')
    rewrite(home)
    expect(verifyJournal(home).misfit).toEqual({ eventId: 5, reason: 'rewritten', anchor })
  })

  it('is seen from the clerk’s receipt where the anchors were rewritten as well', () => {
    const { home, anchor } = makeJournal()
    tamper(home, 'UPDATE event SET facts = \'{"number":99}\' WHERE id = 4')
    rewrite(home)
    rmSync(anchorsFile(home))
    expect(verifyJournal(home).misfit).toBeUndefined()
    expect(verifyJournal(home, [anchor]).misfit).toEqual({ eventId: 5, reason: 'rewritten', anchor })
  })

  it('is seen where it was cut behind an anchor, sequence and all', () => {
    const { home } = makeJournal()
    tamper(home, "DELETE FROM event WHERE id > 3; UPDATE sqlite_sequence SET seq = 3 WHERE name = 'event'")
    expect(verifyJournal(home).misfit).toEqual({ eventId: 4, reason: 'missing' })
  })
})

describe('anchors', () => {
  it('are readable by this user alone, and a line that was cut takes no other with it', () => {
    const { home, anchor } = makeJournal()
    expect(statSync(anchorsFile(home)).mode & 0o777).toBe(0o600)
    appendFileSync(anchorsFile(home), '{"at":"2026-01-01T00:0')
    expect(verifyJournal(home)).toMatchObject({ misfit: undefined, lastAnchor: anchor, unreadableAnchors: 1 })
  })

  it('begin with the first start', () => {
    const home = tempFolder()
    new Journal(home).close()
    expect(verifyJournal(home)).toMatchObject({ events: 0, lastAnchor: { eventId: 0 } })
  })
})

describe('a journal of an agent of before', () => {
  function makeOld(): string {
    const home = tempFolder()
    const old = new DatabaseSync(journalFile(home))
    old.exec(`${migrations[0] as string}; PRAGMA user_version = 1`)
    const insert = old.prepare("INSERT INTO event (at, what, os_user, facts) VALUES (?, 'started', 'user', '{}')")
    for (const day of [1, 2, 3]) insert.run(`2026-01-0${day}T00:00:00.000Z`)
    old.close()
    return home
  }

  it('gets its chain at the first start, and is anchored since then', () => {
    const home = makeOld()
    const before = Date.now()
    const journal = new Journal(home)
    journal.write({ events: [{ what: 'started' }] })
    expect(journal.events().map(({ id }) => id)).toEqual([1, 2, 3, 4])
    journal.close()
    const verdict = verifyJournal(home)
    expect(verdict).toMatchObject({ events: 4, misfit: undefined, lastAnchor: { eventId: 3 }, unanchored: 1 })
    expect(Date.parse(verdict.anchoredSince ?? '')).toBeGreaterThanOrEqual(before)
    const database = new DatabaseSync(journalFile(home))
    expect(() => database.exec("UPDATE event SET what = 'nothing'")).toThrow('events are never changed')
    database.close()
  })

  it('is not judged before', () => {
    const home = makeOld()
    expect(() => verifyJournal(home)).toThrow(NoJournalError)
    expect(() => verifyJournal(tempFolder())).toThrow(NoJournalError)
  })
})
