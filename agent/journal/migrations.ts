import type { DatabaseSync } from 'node:sqlite'
import { chainHash, chainStart, type ChainedEvent } from './chain.ts'

/**
 * The shape of the journal, one step per version (`PRAGMA user_version`). A step that was released is never
 * edited. `batch` and `document` hold the state to resume from; `event` is the record and only grows.
 */
export const migrations: readonly (string | ((database: DatabaseSync) => void))[] = [
  `
  CREATE TABLE batch (
    batch_id      TEXT PRIMARY KEY,
    pairing_id    TEXT NOT NULL,
    page_origin   TEXT NOT NULL,
    profile       TEXT NOT NULL,
    certificate   TEXT NOT NULL,
    state         TEXT NOT NULL,
    refusal       TEXT,
    reference     TEXT,
    opened_at     TEXT NOT NULL
  ) STRICT;

  CREATE TABLE document (
    document_id   TEXT PRIMARY KEY,
    batch_id      TEXT NOT NULL REFERENCES batch,
    position      INTEGER NOT NULL,
    name          TEXT NOT NULL,
    state         TEXT NOT NULL,
    size_bytes    INTEGER,
    sha256        TEXT,
    facts         TEXT,
    signed_bytes  INTEGER,
    signed_sha256 TEXT,
    refusal       TEXT,
    finished_at   TEXT
  ) STRICT;
  CREATE INDEX document_of_batch ON document (batch_id, position);
  CREATE INDEX document_unfinished ON document (batch_id) WHERE state NOT IN ('refused', 'delivered');

  CREATE TABLE event (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    at            TEXT NOT NULL,
    what          TEXT NOT NULL,
    os_user       TEXT NOT NULL,
    batch_id      TEXT,
    document_id   TEXT,
    facts         TEXT NOT NULL
  ) STRICT;
  CREATE TRIGGER event_is_never_changed BEFORE UPDATE ON event BEGIN SELECT RAISE(ABORT, 'events are never changed'); END;
  CREATE TRIGGER event_is_never_deleted BEFORE DELETE ON event BEGIN SELECT RAISE(ABORT, 'events are never deleted'); END;
  `,
  chainEvents,
  'ALTER TABLE batch ADD COLUMN details TEXT; ALTER TABLE document ADD COLUMN registered TEXT; ALTER TABLE document ADD COLUMN marks TEXT',
  `
  ALTER TABLE batch ADD COLUMN send_on INTEGER NOT NULL DEFAULT 0;
  DROP INDEX document_unfinished;
  CREATE INDEX document_unfinished ON document (batch_id) WHERE state NOT IN ('refused', 'delivered', 'sent');
  `,
]

/** Each event gets the hash that covers it and all before it; events of before get theirs now. */
function chainEvents(database: DatabaseSync): void {
  database.exec("ALTER TABLE event ADD COLUMN hash TEXT NOT NULL DEFAULT ''; DROP TRIGGER event_is_never_changed")
  const read = database.prepare('SELECT id, at, what, os_user AS osUser, batch_id AS batchId, document_id AS documentId, facts FROM event ORDER BY id')
  const write = database.prepare('UPDATE event SET id = ?, hash = ? WHERE id = ?')
  let head = chainStart
  for (const event of read.all() as unknown as ChainedEvent[]) {
    const eventId = head.eventId + 1
    head = { eventId, hash: chainHash(head.hash, { ...event, id: eventId }) }
    write.run(eventId, head.hash, event.id)
  }
  database.exec("CREATE TRIGGER event_is_never_changed BEFORE UPDATE ON event BEGIN SELECT RAISE(ABORT, 'events are never changed'); END")
}
