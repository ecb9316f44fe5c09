import { fold } from './store.ts'
import type { Store } from './store.ts'
import type { State } from './work-order.ts'

export interface DocumentRow {
  id: number
  agencyId: number
  agency: string
  kind: string
  symbol: string
  number: number | null
  /** YYYY-MM-DD, set when the number is given. */
  date: string | null
  title: string
  urgency: string
  secrecy: string
  state: State
  drafterId: number | null
  drafter: string | null
  signerId: number | null
  signerName: string
  movedAt: string
}

/** A row of a list: the document, its main file as it stands, and how many files go with it. */
export interface ListedDocument extends DocumentRow {
  fileId: number
  fileCode: string
  fileName: string
  attachments: number
}

export interface ListedDelivery extends ListedDocument {
  deliveryId: number
  arrivalNumber: number
  arrivedAt: string
  seenAt: string | null
}

export interface Agency {
  id: number
  name: string
  short: string
  level: Level
}

export const levels = ['tinh', 'so-huyen', 'xa'] as const
export type Level = (typeof levels)[number]
export const levelLabels: Record<Level, string> = { 'tinh': 'Cấp tỉnh', 'so-huyen': 'Sở, ban, ngành và cấp huyện', 'xa': 'Cấp xã' }

export interface HistoryRow {
  at: string
  actor: string
  did: string
  note: string
}

export interface Page<Row> {
  rows: Row[]
  total: number
}

export interface OutgoingQuery {
  agencyId: number
  state: State | null
  /** Only what was submitted to this person. */
  signerId: number | null
  search: string
  offset: number
  limit: number
}

const columns = `documents.*, agencies.name as agency, users.name as drafter`
const joins = `documents join agencies on agencies.id = documents.agencyId left join users on users.id = drafterId`
const listed = `${columns}, files.id as fileId, files.code as fileCode,
  (select name from versions where fileId = files.id order by id desc limit 1) as fileName,
  (select count(*) from files as others where others.documentId = documents.id and part = 'attachment') as attachments`
const listJoins = `${joins} join files on files.documentId = documents.id and part = 'main'`

export function listOutgoing(store: Store, query: OutgoingQuery): Page<ListedDocument> {
  const where = `documents.agencyId = ? and (? is null or state = ?) and (? is null or signerId = ?) and folded like ? escape '!'`
  const { agencyId, state, signerId } = query
  const values = [agencyId, state, state, signerId, signerId, pattern(query.search)]
  return {
    total: store.get<{ total: number }>(`select count(*) as total from documents where ${where}`, ...values)?.total ?? 0,
    rows: store.all<ListedDocument>(
      `select ${listed} from ${listJoins} where ${where} order by movedAt desc, documents.id desc limit ? offset ?`,
      ...values, query.limit, query.offset,
    ),
  }
}

export interface IncomingQuery {
  agencyId: number
  seen: boolean | null
  search: string
  offset: number
  limit: number
}

export function listIncoming(store: Store, query: IncomingQuery): Page<ListedDelivery> {
  const where = `deliveries.agencyId = ? and (? is null or (seenAt is not null) = ?) and folded like ? escape '!'`
  const seen = query.seen === null ? null : Number(query.seen)
  const values = [query.agencyId, seen, seen, pattern(query.search)]
  const from = 'join deliveries on deliveries.documentId = documents.id'
  return {
    total: store.get<{ total: number }>(`select count(*) as total from documents ${from} where ${where}`, ...values)?.total ?? 0,
    rows: store.all<ListedDelivery>(
      `select ${listed}, deliveries.id as deliveryId, arrivalNumber, arrivedAt, seenAt from ${listJoins} ${from}
       where ${where} order by arrivedAt desc, deliveries.id desc limit ? offset ?`,
      ...values, query.limit, query.offset,
    ),
  }
}

export function findDocument(store: Store, id: number): DocumentRow | undefined {
  return store.get<DocumentRow>(`select ${columns} from ${joins} where documents.id = ?`, id)
}

export interface Delivery {
  id: number
  documentId: number
  agencyId: number
  arrivalNumber: number
  arrivedAt: string
  seenAt: string | null
}

export function findDelivery(store: Store, documentId: number, agencyId: number): Delivery | undefined {
  return store.get<Delivery>('select * from deliveries where documentId = ? and agencyId = ?', documentId, agencyId)
}

export function markSeen(store: Store, delivery: Delivery, at: string): void {
  store.run('update deliveries set seenAt = ? where id = ? and seenAt is null', at, delivery.id)
}

export function recipientsOf(store: Store, documentId: number): (Agency & { arrivedAt: string | null; seenAt: string | null })[] {
  return store.all(
    `select agencies.id, name, short, level, arrivedAt, seenAt from recipients join agencies on agencies.id = recipients.agencyId
     left join deliveries on deliveries.documentId = recipients.documentId and deliveries.agencyId = recipients.agencyId
     where recipients.documentId = ? order by agencies.id`,
    documentId,
  )
}

export function historyOf(store: Store, documentId: number): HistoryRow[] {
  return store.all('select at, actor, did, note from history where documentId = ? order by id', documentId)
}

export interface Counts {
  states: Partial<Record<State, number>>
  unread: number
}

/** How many outgoing documents stand in each state, and how many incoming ones are unread. */
export function counts(store: Store, agencyId: number, signerId: number | null): Counts {
  const rows = store.all<{ state: State; total: number }>(
    `select state, count(*) as total from documents
     where agencyId = ? and (? is null or state <> 'cho-ky-duyet' or signerId = ?) group by state`,
    agencyId, signerId, signerId,
  )
  const unread = store.get<{ total: number }>('select count(*) as total from deliveries where agencyId = ? and seenAt is null', agencyId)
  return { states: Object.fromEntries(rows.map(({ state, total }) => [state, total])), unread: unread?.total ?? 0 }
}

/** “07/QĐ-SNV”: a number below ten is written with a nought before it. */
export function numberAndSymbol({ number, symbol }: { number: number | null; symbol: string }): string | null {
  return number === null ? null : `${String(number).padStart(2, '0')}/${symbol}`
}

/** What a search looks in. */
export function foldedText(document: { number: number | null; symbol: string; title: string; kind: string; signerName: string }): string {
  return fold([numberAndSymbol(document) ?? document.symbol, document.kind, document.title, document.signerName].join(' '))
}

function pattern(search: string): string {
  return `%${fold(search.trim()).replace(/[!%_]/g, '!$&')}%`
}
