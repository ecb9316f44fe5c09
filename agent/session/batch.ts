// Long, and it should be: the whole state machine of a batch in one place.
import { createHash } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import { refusal as refusalValue, refuse, type Refusal } from '../../shared/errors.ts'
import { needsInsisting, waitsForStamp } from '../../shared/protocol/document-states.ts'
import { splitBatch } from '../../shared/protocol/batch-parts.ts'
import { digestListText, shortCode } from '../../shared/protocol/digest-list.ts'
import { limits } from '../../shared/protocol/limits.ts'
import type { BatchState, BatchView, CertificateCheckView, ConfirmedBy, DocumentState, DocumentView } from '../../shared/protocol/sign.ts'
import type { Journal, JournalEvent } from '../journal/journal.ts'
import type { MoveMark } from '../../shared/protocol/marks.ts'
import { refusedEvent, refusedFacts, restoredEvent } from './batch-events.ts'
import { moved, requireMove, type DocumentChange } from './batch-moves.ts'
import { batchRow, documentRow, type BatchRecord } from './batch-rows.ts'
import type { Told } from './link.ts'
import { movedMarks } from './move-marks.ts'

type SignedFile = { sizeBytes: number; sha256: string }
interface Change {
  batch?: Partial<Pick<BatchRecord, 'state' | 'refusal' | 'reference' | 'sendOn'>>
  documents?: ReadonlyMap<string, DocumentChange>
  events: Omit<JournalEvent, 'batchId'>[]
  /** Holds even where it cannot be written, because what a start would make of the last written state is the same. */
  holdsUnwritten?: boolean
}

/** The state of one batch. Each change is in the journal before anybody is told. */
export class Batch {
  /** Documents that are whole and with the worker that reads them, with their SHA-256: no longer to be written, not yet received. */
  readonly reading = new Map<string, string>()
  readonly #journal: Journal
  #record: BatchRecord
  #certificateCheck: CertificateCheckView | undefined
  /** Whom the changes are told: the connection that opened or resumed the batch last. */
  #listener: ((message: Told) => void) | undefined

  private constructor(journal: Journal, record: BatchRecord) {
    this.#journal = journal
    this.#record = record
  }

  /** @param byPolicy only the office's policy lets these keys do this act */
  static open(journal: Journal, record: Omit<BatchRecord, 'state' | 'openedAt'>, byPolicy = false): Batch {
    const batch = new Batch(journal, { ...record, state: 'open', openedAt: new Date().toISOString() })
    const { pageOrigin, profile, certificate, details, documents } = record
    const own = details.ownCertificate ? { ownCertificateSerial: details.ownCertificate.serialNumber, ownHolder: details.ownCertificate.holder } : {}
    const policy = byPolicy ? { allowedBy: 'policy' } : {}
    const facts = { site: pageOrigin, profile, certificateSerial: certificate.serialNumber, holder: certificate.holder, documents: documents.length, ...own, ...policy }
    batch.#commit({
      batch: {},
      documents: new Map(documents.map(({ documentId, state }) => [documentId, { state }])),
      // No name before it is known that the document is no state secret: it comes with `received` or `refused`.
      events: [{ what: 'opened', facts }, ...documents.map(({ documentId }) => ({ what: 'asked', documentId })), ...documents.flatMap(refusedEvent)],
    })
    batch.#settle()
    return batch
  }

  /** A batch as `restore-batch.ts` found it in journal and spool after a start, with what differs from the journal. */
  static restored(journal: Journal, record: BatchRecord, changed: readonly DocumentView[] | undefined): Batch {
    const batch = new Batch(journal, record)
    if (!changed) return batch
    batch.#commit({
      batch: {},
      documents: new Map(changed.map(({ documentId, state }) => [documentId, { state }])),
      events: [{ what: 'restored', facts: { state: record.state } }, ...changed.map(restoredEvent)],
    })
    return batch
  }

  get batchId(): string {
    return this.#record.batchId
  }

  get record(): Readonly<BatchRecord> {
    return this.#record
  }

  get state(): BatchState {
    return this.#record.state
  }

  document(documentId: string): DocumentView | undefined {
    return this.#record.documents.find((document) => document.documentId === documentId)
  }

  documentsIn(...states: readonly DocumentState[]): DocumentView[] {
    return this.#record.documents.filter(({ state }) => states.includes(state))
  }

  /** Nothing is left to do: every document is refused, or delivered and, where the clerk wanted that, sent on. */
  get isOver(): boolean {
    const { documents, sendOn = false } = this.#record
    return documents.every(({ state, refusal }) => state === 'refused' || state === 'sent' || (state === 'delivered' && (!sendOn || refusal !== undefined)))
  }

  /** SHA-256 of the ordered list of exactly the documents that an approval would sign. */
  get digestListSha256(): string | undefined {
    const listed = this.#unsigned('received', 'approved', 'prepared', 'signed').filter((document) => !needsInsisting(document))
    if (this.state === 'open' || listed.length === 0) return undefined
    const text = digestListText(listed.map(({ name, sha256 = '', marks }) => ({ name, sha256, marks })))
    return createHash('sha256').update(text).digest('hex')
  }

  get waiting(): BatchView['waiting'] {
    if (this.state === 'approving' && this.#record.reference !== undefined) return 'key'
    const forStampsAlone = this.state === 'signing' && this.#unsigned('approved', 'prepared', 'signed').length === 0
    return forStampsAlone && this.stampsAwaited.length > 0 ? 'stamp' : undefined
  }

  get stampsAwaited(): DocumentView[] {
    return this.#record.documents.filter(waitsForStamp)
  }

  get view(): BatchView {
    const { batchId, pageOrigin, profile, state, certificate, details, refusal, sendOn, documents } = this.#record
    const { waiting } = this
    const check = this.#certificateCheck
    const digest = this.digestListSha256
    const consent = digest === undefined ? {} : { digestListSha256: digest, shortCode: shortCode(digest) }
    const more = { ...(waiting ? { waiting } : {}), ...(check ? { certificateCheck: check } : {}), ...(refusal ? { refusal } : {}), ...(sendOn ? { sendOn } : {}) }
    return { batchId, pageOrigin, profile, state, certificate, ...details, ...consent, ...more, documents }
  }

  askedAboutCertificate(): void {
    this.#certificateCheck = { state: 'asking' }
    this.tell()
  }

  /** What the authorities say of the certificate: news only where it is another answer than before. */
  answeredAboutCertificate(check: CertificateCheckView, { tell = true } = {}): void {
    if (isDeepStrictEqual(this.#certificateCheck, check)) return
    this.#certificateCheck = check
    this.#commit({ events: [{ what: 'certificate-checked', facts: { result: check.state, code: check.refusal?.code, ...check.refusal?.facts } }] })
    if (tell) this.tell()
  }

  watch(listener: (message: Told) => void): void {
    this.#listener = listener
    this.tell()
  }

  unwatch(listener: (message: Told) => void): void {
    if (this.#listener === listener) this.#listener = undefined
  }

  /** The whole document is in the spool and was read. With a `refusal` it is not on the list until the clerk insists. */
  receive(documentId: string, received: Required<Pick<DocumentView, 'sizeBytes' | 'sha256' | 'facts'>> & Pick<DocumentView, 'marks' | 'refusal'>): void {
    const { sizeBytes, sha256 } = received
    this.#changeDocument(documentId, { state: 'received', ...received }, { what: 'received', facts: { name: this.document(documentId)?.name, sizeBytes, sha256 } })
    this.#settle()
  }

  /** The clerk wants it signed although its newest signature is broken. The list has another digest then. */
  insist(documentId: string): void {
    const document = this.document(documentId)
    if (document?.refusal === undefined || !needsInsisting(document)) return this.tell()
    this.#changeDocument(documentId, { state: 'received', refusal: undefined }, { what: 'insisted', facts: { code: document.refusal.code } })
    this.tell()
  }

  /**
   * The clerk moves marks of documents that were not agreed to yet; all the moves or none.
   * @throws RefusalError place-outside, batch-busy, message-malformed
   */
  place(moves: readonly MoveMark[]): void {
    if (this.state !== 'open' && this.state !== 'offered' && this.state !== 'stopped') refuse('batch-busy')
    const changes = new Map<string, DocumentChange>()
    for (const [documentId, itsMoves] of Map.groupBy(moves, (move) => move.documentId)) {
      const document = this.document(documentId)
      if (document?.state !== 'received') return refuse('message-malformed', { kind: 'place' })
      changes.set(documentId, { state: 'received', marks: movedMarks(document, itsMoves) })
    }
    const placed = moves.map(({ documentId, mark, to }) => ({ what: 'placed', documentId, facts: { mark, to: to ? [to.page, to.x, to.y, to.width, to.height].join(' ') : 'proposed' } }))
    this.#commit({ documents: changes, events: placed })
    this.tell()
  }

  /** A failed document is a value; the others go on. */
  refuseDocument(documentId: string, refusal: Refusal): void {
    this.#changeDocument(documentId, { state: 'refused', refusal }, { what: 'refused', facts: refusedFacts(this.document(documentId)?.name, refusal) })
    this.#settle()
  }

  /**
   * The clerk's consent: it holds for exactly the list that it names, in this order. What the clerk has not insisted on is refused.
   * @param insisted why the clerk had to insist
   * @throws RefusalError document-changed, batch-empty, batch-busy, batch-unknown
   */
  approve(digestListSha256: string, { insisted, sendOn = false }: { insisted?: Refusal | undefined; sendOn?: boolean | undefined } = {}): DocumentView[] {
    if (this.state === 'approving' || this.state === 'signing' || this.state === 'paused') refuse('batch-busy')
    if (this.state !== 'offered' && this.state !== 'stopped') refuse('batch-unknown')
    const leftOut = this.#record.documents.filter(needsInsisting)
    const approved = this.documentsIn('received').filter((document) => !needsInsisting(document))
    if (approved.length === 0) refuse('batch-empty')
    if (digestListSha256 !== this.digestListSha256) refuse('document-changed')
    this.#commit({
      batch: { state: 'approving', refusal: undefined, sendOn },
      documents: new Map([...approved, ...leftOut].map((document) => [document.documentId, { state: needsInsisting(document) ? 'refused' : 'approved' }])),
      events: [
        { what: 'approved', facts: { digestListSha256, documents: approved.length, ...(sendOn ? { sendOn: 1 } : {}) } },
        ...(insisted ? [{ what: 'insisted', facts: { code: insisted.code, ...insisted.facts } }] : []),
        ...approved.map(({ documentId, name, sha256 }) => ({ what: 'consented', documentId, facts: { name, sha256 } })),
        ...leftOut.flatMap(refusedEvent),
      ],
    })
    this.tell()
    return approved
  }

  /** The key is confirmed elsewhere (on a phone, by a service); `reference` is what to ask it with. */
  wait(reference: string): void {
    this.#changeBatch({ state: 'approving', reference }, { what: 'waiting', facts: { reference } })
  }

  startSigning(): void {
    this.#changeBatch({ state: 'signing', reference: undefined }, { what: 'unlocked' })
  }

  /** Nothing more is signed until it goes on; the consent lives on, and ends as it would have. */
  pause(): void {
    this.#changeBatch({ state: 'paused' }, { what: 'paused' })
  }

  goOn(): void {
    this.#changeBatch({ state: 'signing' }, { what: 'went-on' })
  }

  /** The clerk leaves out a document that has no signature yet. What is left of the list has another digest. */
  skip(documentId: string): void {
    this.refuseDocument(documentId, refusalValue('skipped'))
    const isEmpty = (this.state === 'offered' || this.state === 'stopped') && this.documentsIn('received').length === 0
    if (isEmpty) this.finish()
    else this.tell()
  }

  prepared(documentId: string): void {
    this.#changeDocument(documentId, { state: 'prepared' }, { what: 'prepared' })
  }

  signed(documentId: string): void {
    this.#changeDocument(documentId, { state: 'signed' }, { what: 'signed', facts: { certificateSerial: this.#record.certificate.serialNumber } })
  }

  /** The signature was checked and the file kept; what it lacks to its level is fetched behind the key. */
  awaitStamp(documentId: string, { sizeBytes, sha256 }: SignedFile, level: string): void {
    const facts = { before: this.document(documentId)?.sha256, after: sha256, sizeBytes, level }
    this.#changeDocument(documentId, { state: 'signed', signedBytes: sizeBytes, signedSha256: sha256 }, { what: 'awaits-stamp', facts })
  }

  /** @param at the time that the authority states */
  stamped(documentId: string, at: Date): void {
    this.#changeDocument(documentId, { state: 'stamped', refusal: undefined }, { what: 'stamped', facts: { stampedAt: at.toISOString() } })
  }

  /** It goes on waiting. */
  stampFailed(documentId: string, refusal: Refusal): void {
    this.#changeDocument(documentId, { state: 'signed', refusal }, { what: 'stamp-failed', facts: { code: refusal.code, ...refusal.facts } })
  }

  /** Nothing on the disk changes by it. */
  offerUnstamped(documentId: string): void {
    const documents = this.#record.documents.map((document) => (document.documentId === documentId ? { ...document, mayGoUnstamped: true as const } : document))
    this.#record = { ...this.#record, documents }
    this.#tellDocument(documentId)
  }

  /** The clerk takes it as it was signed. Before its file gets its name, so that nobody can take it so unseen. */
  goUnstamped(documentId: string): void {
    const { state = 'signed', refusal } = this.document(documentId) ?? {}
    this.#changeDocument(documentId, { state }, { what: 'unstamped', facts: { code: refusal?.code, ...refusal?.facts } })
  }

  checked(documentId: string, { sizeBytes, sha256 }: SignedFile): void {
    const facts = { before: this.document(documentId)?.sha256, after: sha256, sizeBytes }
    const change = { state: 'checked', signedBytes: sizeBytes, signedSha256: sha256, refusal: undefined, mayGoUnstamped: undefined } as const
    this.#changeDocument(documentId, change, { what: 'checked', facts })
  }

  /** Nothing is left for the key; it is done when nothing waits for a time stamp either. */
  finish(): void {
    if (this.documentsIn('received').length > 0) throw new Error(`a batch cannot go from ${this.state} to done`)
    if (this.stampsAwaited.length > 0) return this.#changeBatch({ state: 'signing', refusal: undefined }, { what: 'key-done' })
    this.#changeBatch({ state: 'done', refusal: undefined }, { what: 'done' })
  }

  /** What is not through goes back to `received`, to be approved again; what is finished stays. */
  stop(refusal: Refusal): void {
    const back = this.#unsigned('approved', 'prepared', 'signed')
    this.#commit({
      batch: { state: 'stopped', refusal, reference: undefined },
      documents: new Map(back.map(({ documentId }) => [documentId, { state: 'received' }])),
      events: [{ what: 'stopped', facts: { code: refusal.code, ...refusal.facts, documents: back.length } }],
      holdsUnwritten: true,
    })
    this.tell()
  }

  /** Nothing more is signed; what is finished can still be fetched. */
  cancel(): void {
    const refusal = refusalValue('cancelled')
    const dropped = this.#unsigned('offered', 'received', 'approved', 'prepared', 'signed')
    this.#commit({
      batch: { state: 'cancelled', refusal, reference: undefined },
      documents: new Map(dropped.map(({ documentId }) => [documentId, { state: 'refused', refusal }])),
      events: [
        { what: 'cancelled', facts: { documents: dropped.length } },
        ...dropped.map(({ documentId, name }) => ({ what: 'refused', documentId, facts: refusedFacts(name, refusal) })),
      ],
    })
    this.tell()
  }

  returned(documentId: string): void {
    this.#changeDocument(documentId, { state: 'returned' }, { what: 'returned' })
  }

  /** What the document system holds was read back and held against the signed file. */
  compared(documentId: string, verdict: string, sha256: string): void {
    const state = this.document(documentId)?.state ?? 'checked'
    this.#changeDocument(documentId, { state }, { what: 'compared', facts: { verdict, sha256 } })
  }

  delivered(documentId: string, confirmedBy: ConfirmedBy): void {
    this.#changeDocument(documentId, { state: 'delivered', refusal: undefined, confirmedBy }, { what: 'delivered', facts: { confirmedBy } })
  }

  /** The signed file is kept and can be fetched again. */
  undelivered(documentId: string, refusal: Refusal): void {
    this.#changeDocument(documentId, { state: 'checked', refusal }, { what: 'undelivered', facts: { code: refusal.code, ...refusal.facts } })
  }

  #unsigned(...states: readonly DocumentState[]): DocumentView[] {
    return this.documentsIn(...states).filter((document) => !waitsForStamp(document))
  }

  /** The document system is about to be asked for its next step: written before it is, because it is asked once. */
  sendOn(documentId: string, recipients: string): void {
    this.#changeDocument(documentId, { state: 'sending', refusal: undefined }, { what: 'sending', facts: { recipients } })
  }

  sentOn(documentId: string): void {
    this.#changeDocument(documentId, { state: 'sent', refusal: undefined }, { what: 'sent' })
  }

  /** Where nobody knows whether the system has sent it, it stays as it is: only the clerk can have it asked again. */
  notSentOn(documentId: string, refusal: Refusal): void {
    const state = refusal.code === 'send-unconfirmed' ? 'sending' : 'delivered'
    this.#changeDocument(documentId, { state, refusal }, { what: 'not-sent', facts: { code: refusal.code, ...refusal.facts } })
  }

  /** Reception is over as soon as no document is awaited any more. */
  #settle(): void {
    if (this.state !== 'open' || this.documentsIn('offered').length > 0) return
    if (this.documentsIn('received').length > 0) this.#changeBatch({ state: 'offered' }, { what: 'offered' })
    else this.#changeBatch({ state: 'done' }, { what: 'done' })
  }

  #changeBatch(batch: Change['batch'] & object, event: Omit<JournalEvent, 'batchId'>): void {
    this.#commit({ batch, events: [event] })
    this.tell()
  }

  #changeDocument(documentId: string, change: DocumentChange, event: Omit<JournalEvent, 'batchId' | 'documentId'>): void {
    this.#commit({ documents: new Map([[documentId, change]]), events: [{ ...event, documentId }] })
    this.#tellDocument(documentId)
  }

  #tellDocument(documentId: string): void {
    const document = this.document(documentId)
    if (document) this.#listener?.({ kind: 'sign', step: 'document', batchId: this.batchId, document })
  }

  /** Checks the move, writes it, and only then lets it hold. */
  #commit({ batch, documents = new Map(), events, holdsUnwritten = false }: Change): void {
    const next: BatchRecord = {
      ...this.#record,
      ...batch,
      documents: this.#record.documents.map((document) => moved(document, documents.get(document.documentId))),
    }
    requireMove(this.state, next.state)
    const rows = next.documents.flatMap((document, position) =>
      documents.has(document.documentId) ? [documentRow(this.batchId, position, document)] : [],
    )
    const { batchId } = this
    try {
      this.#journal.write({ ...(batch ? { batch: batchRow(next) } : {}), documents: rows, events: events.map((event) => ({ ...event, batchId })) })
    } catch (cause) {
      if (!holdsUnwritten) throw cause
    }
    this.#record = next
  }

  /** Tells the whole batch once more. */
  tell(): void {
    for (const message of splitBatch(this.view, limits.frameBytes)) this.#listener?.(message)
  }
}
