import { chmodSync } from 'node:fs'
import { userInfo } from 'node:os'
import path from 'node:path'
import { DatabaseSync, type SQLInputValue } from 'node:sqlite'
import { refuse } from '../../shared/errors.ts'
import { migrations } from './migrations.ts'
import { redact } from './redact.ts'

/** A batch as it is kept. JSON columns stay text here: their shape belongs to session/. */
export interface BatchRow {
  batchId: string
  pairingId: string
  pageOrigin: string
  profile: string
  certificate: string
  state: string
  refusal: string | null
  /** What a key source that confirms elsewhere gave us to ask with. */
  reference: string | null
  openedAt: string
}

export interface DocumentRow {
  documentId: string
  batchId: string
  position: number
  name: string
  state: string
  sizeBytes: number | null
  sha256: string | null
  /** What the agent read from the bytes; emptied as soon as the original is removed. */
  facts: string | null
  signedBytes: number | null
  signedSha256: string | null
  refusal: string | null
  finishedAt: string | null
}

export interface JournalEvent {
  what: string
  batchId?: string | undefined
  documentId?: string | undefined
  facts?: Readonly<Record<string, string | number | undefined>> | undefined
}

export interface RecordedEvent {
  id: number
  at: string
  what: string
  osUser: string
  batchId: string | null
  documentId: string | null
  facts: Record<string, string | number>
}

const batchColumns = ['batchId', 'pairingId', 'pageOrigin', 'profile', 'certificate', 'state', 'refusal', 'reference', 'openedAt'] as const
const documentColumns = [
  ...['documentId', 'batchId', 'position', 'name', 'state', 'sizeBytes', 'sha256', 'facts'],
  ...['signedBytes', 'signedSha256', 'refusal', 'finishedAt'],
] as readonly (keyof DocumentRow)[]

/**
 * What was asked, approved, signed and returned, and the state to resume from. `write` is one transaction that
 * is on the disk when it returns (WAL with synchronous = FULL), so that a state can be told only after it.
 */
export class Journal {
  readonly #database: DatabaseSync
  readonly #osUser = userInfo().username
  readonly #statements = new Map<string, ReturnType<DatabaseSync['prepare']>>()

  constructor(home: string) {
    const file = path.join(home, 'journal.sqlite')
    this.#database = new DatabaseSync(file)
    chmodSync(file, 0o600)
    this.#database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON')
    this.#migrate()
  }

  write(change: { batch?: BatchRow; documents?: readonly DocumentRow[]; events: readonly JournalEvent[] }): void {
    this.#transaction(() => {
      if (change.batch) this.#put('batch', 'batchId', batchColumns, change.batch)
      for (const document of change.documents ?? []) this.#put('document', 'documentId', documentColumns, document)
      const at = new Date().toISOString()
      const insert = this.#statement('INSERT INTO event (at, what, os_user, batch_id, document_id, facts) VALUES (?, ?, ?, ?, ?, ?)')
      for (const { what, batchId, documentId, facts = {} } of change.events) {
        insert.run(at, what, this.#osUser, batchId ?? null, documentId ?? null, JSON.stringify(redact(facts)))
      }
    })
  }

  batch(batchId: string): { batch: BatchRow; documents: DocumentRow[] } | undefined {
    const batch = this.#statement(`${select('batch', batchColumns)} WHERE batch_id = ?`).get(batchId) as BatchRow | undefined
    if (!batch) return undefined
    const documents = this.#statement(`${select('document', documentColumns)} WHERE batch_id = ? ORDER BY position`).all(batchId)
    return { batch, documents: documents as unknown as DocumentRow[] }
  }

  /** Batches with a document that is neither refused nor delivered, oldest first. */
  unfinishedBatchIds(): string[] {
    const unfinished = "SELECT batch_id FROM document WHERE state NOT IN ('refused', 'delivered')"
    const rows = this.#statement(`SELECT batch_id AS batchId FROM batch WHERE batch_id IN (${unfinished}) ORDER BY opened_at`).all()
    return rows.map((row) => row.batchId as string)
  }

  hasDocument(documentId: string): boolean {
    return this.#statement('SELECT 1 FROM document WHERE document_id = ?').get(documentId) !== undefined
  }

  events(batchId?: string): RecordedEvent[] {
    const where = batchId === undefined ? '' : 'WHERE batch_id = ?'
    const rows = this.#statement(
      `SELECT id, at, what, os_user AS osUser, batch_id AS batchId, document_id AS documentId, facts FROM event ${where} ORDER BY id`,
    ).all(...(batchId === undefined ? [] : [batchId]))
    return rows.map((row) => ({ ...row, facts: JSON.parse(row.facts as string) as unknown }) as RecordedEvent)
  }

  close(): void {
    this.#statements.clear()
    this.#database.close()
  }

  #migrate(): void {
    const { user_version: version } = this.#database.prepare('PRAGMA user_version').get() as { user_version: number }
    if (version > migrations.length) throw new Error(`the journal was written by a newer agent (version ${version})`)
    for (const [step, sql] of migrations.entries()) {
      if (step >= version) this.#transaction(() => this.#database.exec(`${sql}; PRAGMA user_version = ${step + 1}`))
    }
  }

  #transaction(work: () => void): void {
    this.#database.exec('BEGIN IMMEDIATE')
    try {
      work()
      this.#database.exec('COMMIT')
    } catch (cause) {
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK')
      if (isFull(cause)) refuse('disk-full', undefined, cause)
      throw cause
    }
  }

  #put<Row extends object>(table: string, key: keyof Row & string, columns: readonly (keyof Row & string)[], row: Row): void {
    const names = columns.map(columnName)
    const changes = names.filter((name) => name !== columnName(key)).map((name) => `${name} = excluded.${name}`)
    const sql = `INSERT INTO ${table} (${names.join(', ')}) VALUES (${names.map(() => '?').join(', ')})
      ON CONFLICT (${columnName(key)}) DO UPDATE SET ${changes.join(', ')}`
    this.#statement(sql).run(...columns.map((column) => row[column] as SQLInputValue))
  }

  #statement(sql: string): ReturnType<DatabaseSync['prepare']> {
    let statement = this.#statements.get(sql)
    if (!statement) this.#statements.set(sql, (statement = this.#database.prepare(sql)))
    return statement
  }
}

function select(table: string, columns: readonly string[]): string {
  return `SELECT ${columns.map((column) => `${columnName(column)} AS ${column}`).join(', ')} FROM ${table}`
}

function columnName(property: string): string {
  return property.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
}

/** SQLITE_FULL, https://sqlite.org/rescode.html#full */
function isFull(thrown: unknown): boolean {
  return thrown instanceof Error && 'errcode' in thrown && thrown.errcode === 13
}
