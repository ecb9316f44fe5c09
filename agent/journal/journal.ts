import { chmodSync } from 'node:fs'
import { userInfo } from 'node:os'
import path from 'node:path'
import { DatabaseSync, type SQLInputValue } from 'node:sqlite'
import { refuse } from '../../shared/errors.ts'
import { appendAnchor, readAnchors, type Anchor } from './anchors.ts'
import { chainHash, chainStart, type ChainedEvent, type ChainHead } from './chain.ts'
import { migrations } from './migrations.ts'
import { redact } from './redact.ts'

/** A batch as it is kept. JSON columns stay text here: their shape belongs to session/. */
export interface BatchRow {
  batchId: string
  pairingId: string
  pageOrigin: string
  profile: string
  certificate: string
  /** What the act needs beside its key; JSON. */
  details: string | null
  state: string
  refusal: string | null
  /** What a key source that confirms elsewhere gave us to ask with. */
  reference: string | null
  openedAt: string
  /** 1 where the clerk agreed that what is delivered is sent on. */
  sendOn: number
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
  /** What the document system has on register, and what will be drawn where; emptied with `facts`. */
  registered: string | null
  marks: string | null
  signedBytes: number | null
  signedSha256: string | null
  refusal: string | null
  finishedAt: string | null
}

export interface JournalEvent {
  what: string
  batchId?: string | null | undefined
  documentId?: string | null | undefined
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

export const selectEvents = 'SELECT id, at, what, os_user AS osUser, batch_id AS batchId, document_id AS documentId, facts FROM event'

export function recordedEvent(row: ChainedEvent): RecordedEvent {
  return { ...row, facts: JSON.parse(row.facts) as RecordedEvent['facts'] }
}

export function journalFile(home: string): string {
  return path.join(home, 'journal.sqlite')
}

const batchColumns = ['batchId', 'pairingId', 'pageOrigin', 'profile', 'certificate', 'details', 'state', 'refusal', 'reference', 'openedAt', 'sendOn'] as const
const documentColumns = [
  ...['documentId', 'batchId', 'position', 'name', 'state', 'sizeBytes', 'sha256', 'facts'],
  ...['registered', 'marks', 'signedBytes', 'signedSha256', 'refusal', 'finishedAt'],
] as readonly (keyof DocumentRow)[]

/**
 * What was asked, approved, signed and returned, and the state to resume from. `write` is one transaction that
 * is on the disk when it returns (WAL with synchronous = FULL), so that a state can be told only after it.
 */
export class Journal {
  readonly #database: DatabaseSync
  readonly #home: string
  readonly #osUser = userInfo().username
  readonly #statements = new Map<string, ReturnType<DatabaseSync['prepare']>>()
  #head: ChainHead
  /** The newest that an authority has stamped. */
  #stamped: Anchor | undefined

  constructor(home: string) {
    const file = journalFile(home)
    this.#home = home
    this.#database = new DatabaseSync(file)
    chmodSync(file, 0o600)
    this.#database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA secure_delete = ON')
    this.#migrate()
    const last = this.#database.prepare('SELECT id AS eventId, hash FROM event ORDER BY id DESC LIMIT 1').get()
    this.#head = (last as ChainHead | undefined) ?? chainStart
    const { anchors } = readAnchors(home)
    this.#stamped = anchors.findLast(({ timeStamp }) => timeStamp !== undefined)
    if (anchors.length === 0) this.anchor()
  }

  write(change: { batch?: BatchRow; documents?: readonly DocumentRow[]; events: readonly JournalEvent[] }): void {
    let head = this.#head
    this.#transaction(() => {
      if (change.batch) this.#put('batch', 'batchId', batchColumns, change.batch)
      for (const document of change.documents ?? []) this.#put('document', 'documentId', documentColumns, document)
      const at = new Date().toISOString()
      for (const event of change.events) head = this.#append(head, at, event)
    })
    this.#head = head
  }

  /** Keeps the head of the chain outside the database, so that a rewrite of what is before it can be seen. */
  anchor(batchId?: string): Anchor {
    const anchor = { at: new Date().toISOString(), ...this.#head, ...(batchId === undefined ? {} : { batchId }) }
    appendAnchor(this.#home, anchor)
    return anchor
  }

  /**
   * @param token DER, over the anchor's hash
   * @param at the time that it states
   */
  keepStamp(anchor: Anchor, token: Uint8Array, at: Date): void {
    const stamped = { ...anchor, stampedAt: at.toISOString(), timeStamp: Buffer.from(token).toString('base64') }
    appendAnchor(this.#home, stamped)
    this.#stamped = stamped
  }

  /** The newest anchor with a time stamp that covers this event. */
  stampedSince(eventId: number): Anchor | undefined {
    return this.#stamped && this.#stamped.eventId >= eventId ? this.#stamped : undefined
  }

  batch(batchId: string): { batch: BatchRow; documents: DocumentRow[] } | undefined {
    const batch = this.#statement(`${select('batch', batchColumns)} WHERE batch_id = ?`).get(batchId) as BatchRow | undefined
    if (!batch) return undefined
    const documents = this.#statement(`${select('document', documentColumns)} WHERE batch_id = ? ORDER BY position`).all(batchId)
    return { batch, documents: documents as unknown as DocumentRow[] }
  }

  /** Batches with a document that is neither refused, delivered nor sent, oldest first. */
  unfinishedBatchIds(): string[] {
    const unfinished = "SELECT batch_id FROM document WHERE state NOT IN ('refused', 'delivered', 'sent')"
    const rows = this.#statement(`SELECT batch_id AS batchId FROM batch WHERE batch_id IN (${unfinished}) ORDER BY opened_at`).all()
    return rows.map((row) => row.batchId as string)
  }

  hasDocument(documentId: string): boolean {
    return this.#statement('SELECT 1 FROM document WHERE document_id = ?').get(documentId) !== undefined
  }

  events(batchId?: string): RecordedEvent[] {
    const where = batchId === undefined ? '' : 'WHERE batch_id = ?'
    const rows = this.#statement(`${selectEvents} ${where} ORDER BY id`).all(...(batchId === undefined ? [] : [batchId]))
    return rows.map((row) => recordedEvent(row as unknown as ChainedEvent))
  }

  close(): void {
    this.#statements.clear()
    this.#database.close()
  }

  #migrate(): void {
    const { user_version: version } = this.#database.prepare('PRAGMA user_version').get() as { user_version: number }
    if (version > migrations.length) throw new Error(`the journal was written by a newer agent (version ${version})`)
    for (const [step, change] of migrations.entries()) {
      if (step < version) continue
      this.#transaction(() => {
        if (typeof change === 'string') this.#database.exec(change)
        else change(this.#database)
        this.#database.exec(`PRAGMA user_version = ${step + 1}`)
      })
    }
  }

  #append({ eventId, hash }: ChainHead, at: string, { what, batchId = null, documentId = null, facts = {} }: JournalEvent): ChainHead {
    const event = { id: eventId + 1, at, what, osUser: this.#osUser, batchId, documentId, facts: JSON.stringify(redact(facts)) }
    const next = { eventId: event.id, hash: chainHash(hash, event) }
    const insert = this.#statement('INSERT INTO event (id, at, what, os_user, batch_id, document_id, facts, hash) VALUES (?, ?, ?, ?, ?, ?, ?, ?)')
    insert.run(event.id, at, what, event.osUser, batchId, documentId, event.facts, next.hash)
    return next
  }

  #transaction(work: () => void): void {
    this.#database.exec('BEGIN IMMEDIATE')
    try {
      work()
      this.#database.exec('COMMIT')
    } catch (cause) {
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK')
      refuseDatabase(cause, this.#home)
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

/** What SQLite says about the disk (https://sqlite.org/rescode.html); the low byte is the primary code. */
function refuseDatabase(cause: unknown, folder: string): never {
  const code = cause instanceof Error && 'errcode' in cause ? Number(cause.errcode) & 0xff : 0
  if (code === 13) refuse('disk-full', undefined, cause)
  // READONLY, IOERR, CANTOPEN
  if (code === 8 || code === 10 || code === 14) refuse('folder-unwritable', { folder }, cause)
  throw cause
}
