import { DatabaseSync } from 'node:sqlite'
import type { SQLInputValue } from 'node:sqlite'

/** The database of the document system: node:sqlite, one file, plain SQL in the rooms that ask. */
export interface Store {
  all<Row>(sql: string, ...values: SQLInputValue[]): Row[]
  get<Row>(sql: string, ...values: SQLInputValue[]): Row | undefined
  /** Answers the id of the row that was inserted last. */
  run(sql: string, ...values: SQLInputValue[]): number
  /** All or nothing. */
  together<Result>(work: () => Result): Result
  close(): void
}

const schema = `
create table if not exists agencies (
  id integer primary key, name text not null, short text not null, parent text not null, level text not null,
  symbol text not null, place text not null
) strict;
create table if not exists users (
  id integer primary key, username text not null unique, name text not null, title text not null, role text not null,
  agencyId integer not null references agencies, unit text not null
) strict;
create table if not exists documents (
  id integer primary key, agencyId integer not null references agencies, kind text not null, symbol text not null,
  number integer, year integer, date text, title text not null, urgency text not null, secrecy text not null,
  state text not null, drafterId integer references users, signerId integer references users, signerName text not null,
  movedAt text not null, folded text not null
) strict;
create unique index if not exists numberPerAgencyAndYear on documents (agencyId, year, number);
create index if not exists documentsByState on documents (agencyId, state, movedAt);
create table if not exists recipients (
  documentId integer not null references documents, agencyId integer not null references agencies,
  primary key (documentId, agencyId)
) strict, without rowid;
create table if not exists deliveries (
  id integer primary key, documentId integer not null references documents, agencyId integer not null references agencies,
  arrivalNumber integer not null, arrivedAt text not null, seenAt text, unique (documentId, agencyId)
) strict;
create index if not exists deliveriesByAgency on deliveries (agencyId, arrivedAt);
create table if not exists files (
  id integer primary key, documentId integer not null references documents, part text not null, code text not null
) strict;
create index if not exists filesByDocument on files (documentId);
create table if not exists versions (
  id integer primary key, fileId integer not null references files, name text not null, type text not null,
  step text not null, addedBy text not null, addedAt text not null, recipe text, sizeBytes integer, sha256 text
) strict;
create index if not exists versionsByFile on versions (fileId);
create table if not exists history (
  id integer primary key, documentId integer not null references documents, at text not null, actor text not null,
  did text not null, note text not null
) strict;
create index if not exists historyByDocument on history (documentId);
`

/** @param path of the database file, made when it is not there */
export function openStore(path: string): Store {
  const database = new DatabaseSync(path)
  database.exec('pragma journal_mode = wal; pragma synchronous = off; pragma foreign_keys = on')
  database.exec(schema)
  const prepared = new Map<string, ReturnType<DatabaseSync['prepare']>>()
  const prepare = (sql: string): ReturnType<DatabaseSync['prepare']> => {
    const statement = prepared.get(sql) ?? database.prepare(sql)
    prepared.set(sql, statement)
    return statement
  }
  return {
    all: <Row>(sql: string, ...values: SQLInputValue[]) => prepare(sql).all(...values) as unknown as Row[],
    get: <Row>(sql: string, ...values: SQLInputValue[]) => prepare(sql).get(...values) as unknown as Row | undefined,
    run: (sql, ...values) => Number(prepare(sql).run(...values).lastInsertRowid),
    together: (work) => together(database, work),
    close: () => {
      prepared.clear()
      database.close()
    },
  }
}

function together<Result>(database: DatabaseSync, work: () => Result): Result {
  database.exec('begin immediate')
  try {
    const result = work()
    database.exec('commit')
    return result
  } catch (error) {
    database.exec('rollback')
    throw error
  }
}

/** Lower case without diacritics, so that a search finds “quyết định” by “quyet dinh”. */
export function fold(text: string): string {
  return text.normalize('NFD').replace(/\p{M}/gu, '').replaceAll('đ', 'd').replaceAll('Đ', 'D').toLowerCase()
}
