import { existsSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import type { ChainedEvent } from './chain.ts'
import { journalFile, recordedEvent, type RecordedEvent } from './journal.ts'
import { migrations } from './migrations.ts'

export class NoJournalError extends Error {
  override readonly name = 'NoJournalError'
}

export type StoredEvent = ChainedEvent & { hash: string }

export interface JournalReader {
  /** In the order of their ids. */
  stored(): Iterable<StoredEvent>
  events(): Iterable<RecordedEvent>
  /** The highest id that was ever given, also where that event is gone. */
  lastId(): number
  close(): void
}

/** The journal as it lies there, also beside an agent that is writing to it. @throws NoJournalError */
export function readJournal(home: string): JournalReader {
  const file = journalFile(home)
  if (!existsSync(file)) throw new NoJournalError(`there is no journal in ${home}`)
  const database = new DatabaseSync(file, { readOnly: true })
  const { user_version: version } = database.prepare('PRAGMA user_version').get() as { user_version: number }
  if (version !== migrations.length) {
    database.close()
    throw new NoJournalError(`the journal in ${home} has version ${version}, this program reads version ${migrations.length}: start its agent once`)
  }
  const select = 'SELECT id, at, what, os_user AS osUser, batch_id AS batchId, document_id AS documentId, facts, hash FROM event ORDER BY id'
  function* stored(): Generator<StoredEvent> {
    yield* database.prepare(select).iterate() as Iterable<unknown> as Iterable<StoredEvent>
  }
  function* events(): Generator<RecordedEvent> {
    for (const { hash: _, ...event } of stored()) yield recordedEvent(event)
  }
  const lastId = () => (database.prepare("SELECT seq FROM sqlite_sequence WHERE name = 'event'").get() as { seq: number } | undefined)?.seq ?? 0
  return { stored, events, lastId, close: () => database.close() }
}
