import type { Refusal } from '../../shared/errors.ts'
import type { CertificateView } from '../../shared/protocol/list-certificates.ts'
import type { BatchState, BatchView, DocumentFacts, DocumentState, DocumentView, Profile, RegisteredFacts } from '../../shared/protocol/sign.ts'
import type { PlacedMark } from '../../shared/protocol/marks.ts'
import type { BatchRow, DocumentRow } from '../journal/journal.ts'

/** What an act needs beside the key that does it. */
export type ActDetails = Pick<BatchView, 'ownCertificate' | 'copyForm' | 'comment'>

/** What a batch is made of, in memory as in the journal. */
export interface BatchRecord {
  batchId: string
  pairingId: string
  pageOrigin: string
  profile: Profile
  certificate: CertificateView
  details: ActDetails
  state: BatchState
  refusal?: Refusal | undefined
  /** What a key source that confirms elsewhere gave us to ask with. */
  reference?: string | undefined
  openedAt: string
  /** The clerk agreed that what is delivered is sent on. */
  sendOn?: boolean | undefined
  documents: DocumentView[]
}

/** The document system has the signed file. */
export const afterDelivery: readonly DocumentState[] = ['delivered', 'sending', 'sent']

export function batchRow({ documents: _, ...record }: BatchRecord): BatchRow {
  return {
    ...record,
    certificate: JSON.stringify(record.certificate),
    details: JSON.stringify(record.details),
    refusal: jsonOrNull(record.refusal),
    reference: record.reference ?? null,
    sendOn: Number(record.sendOn ?? false),
  }
}

export function documentRow(batchId: string, position: number, view: DocumentView): DocumentRow {
  const isOver = afterDelivery.includes(view.state) || view.state === 'refused'
  return {
    documentId: view.documentId,
    batchId,
    position,
    // The name of a state secret is kept nowhere.
    name: view.refusal?.code === 'classified-document' ? '' : view.name,
    state: view.state,
    sizeBytes: view.sizeBytes ?? null,
    sha256: view.sha256 ?? null,
    // What was read from a document lives no longer than the document.
    facts: isOver ? null : jsonOrNull(view.facts),
    registered: isOver ? null : jsonOrNull(view.registered),
    marks: isOver ? null : jsonOrNull(view.marks),
    signedBytes: view.signedBytes ?? null,
    signedSha256: view.signedSha256 ?? null,
    refusal: jsonOrNull(view.refusal),
    finishedAt: isOver ? new Date().toISOString() : null,
  }
}

export function batchRecord(row: BatchRow, documents: readonly DocumentRow[]): BatchRecord {
  return {
    batchId: row.batchId,
    pairingId: row.pairingId,
    pageOrigin: row.pageOrigin,
    profile: row.profile as Profile,
    certificate: JSON.parse(row.certificate) as CertificateView,
    details: parsed<ActDetails>(row.details) ?? {},
    state: row.state as BatchState,
    refusal: parsed<Refusal>(row.refusal),
    reference: row.reference ?? undefined,
    openedAt: row.openedAt,
    sendOn: row.sendOn === 1,
    documents: documents.map(documentView),
  }
}

function documentView(row: DocumentRow): DocumentView {
  const optional = {
    sizeBytes: row.sizeBytes ?? undefined,
    sha256: row.sha256 ?? undefined,
    facts: parsed<DocumentFacts>(row.facts),
    registered: parsed<RegisteredFacts>(row.registered),
    marks: parsed<PlacedMark[]>(row.marks),
    signedBytes: row.signedBytes ?? undefined,
    signedSha256: row.signedSha256 ?? undefined,
    refusal: parsed<Refusal>(row.refusal),
  }
  return { documentId: row.documentId, name: row.name, state: row.state as DocumentState, ...optional }
}

function jsonOrNull(value: unknown): string | null {
  return value === undefined ? null : JSON.stringify(value)
}

/** The journal is our own: what it gives back is what we wrote. */
function parsed<Value>(json: string | null): Value | undefined {
  return json === null ? undefined : (JSON.parse(json) as Value)
}
