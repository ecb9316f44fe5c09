import { RefusalError, refuse, type Refusal } from '../../shared/errors.ts'
import type { BatchOnScreen } from '../../shared/messages/view.ts'
import { waitsForStamp } from '../../shared/protocol/document-states.ts'
import type { BatchView, DocumentView, SignToExtension } from '../../shared/protocol/sign.ts'
import type { Connection } from '../link/connection.ts'
import type { BatchCursor, CursorStore } from './cursor.ts'
import type { KnownBatch } from './mark-batched.ts'
import { present, showBatch } from './show-batch.ts'
import { BatchRun, type RunParts } from './run-batch.ts'

export interface BatchesParts extends Omit<RunParts, 'moved'> {
  store: CursorStore
  /** Something that a window shows has changed. */
  changed: () => void
  /** What a site is called that no descriptor named, and what files of this PC are. */
  nameOf: (pageOrigin: string) => string
  /** Once, when nothing of a batch is under way any more. */
  ended: (batch: BatchOnScreen) => void
}

const dayMs = 86_400_000

/** All batches: the agent's word on each, the extension's own cursor, and the run that moves it while there is a connection. */
export class Batches {
  private readonly parts: BatchesParts
  private readonly wokenAt = new Date().toISOString()
  private readonly cursors = new Map<string, BatchCursor>()
  private readonly views = new Map<string, BatchView>()
  private readonly runs = new Map<string, BatchRun>()
  private connection: Connection | undefined
  /** Batches that were told on this connection: what is remembered of the others may be old. */
  private readonly heard = new Set<string>()
  private readonly waiting = new Map<string, { resolve: () => void; reject: (reason: unknown) => void }>()

  constructor(parts: BatchesParts) {
    this.parts = parts
  }

  restore(cursors: readonly BatchCursor[]): void {
    for (const cursor of cursors) this.cursors.set(cursor.batchId, cursor)
  }

  get(batchId: string): BatchView | undefined {
    return this.views.get(batchId)
  }

  cursorOf(batchId: string): BatchCursor | undefined {
    return this.cursors.get(batchId)
  }

  /** Those that this browser opened. */
  known(): KnownBatch[] {
    return [...this.cursors.values()].map((cursor) => ({ cursor, view: this.views.get(cursor.batchId) }))
  }

  onScreen(): BatchOnScreen[] {
    return [...this.views.values()].map((view) => this.show(view))
  }

  /** Batches that need the connection: not over, or holding signed files that are due. */
  get open(): boolean {
    return [...this.cursors.keys()].some((batchId) => {
      const view = this.views.get(batchId)
      return view === undefined || !isSettled(view) || view.documents.some(waitsForStamp) || this.runs.get(batchId)?.awaitsLine === true
    })
  }

  /** A new connection: every batch is asked for, and goes on when the agent has told it. */
  attend(connection: Connection): void {
    this.connection = connection
    this.runs.clear()
    this.heard.clear()
    for (const batchId of this.cursors.keys()) connection.send({ kind: 'resume', batchId })
    connection.gone.addEventListener('abort', () => {
      for (const { reject } of this.waiting.values()) reject(connection.gone.reason)
      this.waiting.clear()
    })
  }

  /** A batch that only the agent remembers: its files can still be saved. */
  discover(batchId: string): void {
    if (!this.views.has(batchId) && !this.cursors.has(batchId)) this.connection?.send({ kind: 'resume', batchId })
  }

  /** Opens a batch at the agent. Refuses with the agent's reason, and leaves no trace then. */
  async begin(cursor: BatchCursor, connection: Connection): Promise<void> {
    const { batchId, pageOrigin, profile, certificateSha256, ownCertificateSha256, copyForm, comment, documents } = cursor
    const details = { ...present({ ownCertificateSha256 }), ...present({ copyForm }), ...present({ comment }) }
    // At once, so that nobody opens another one of the same documents meanwhile.
    this.cursors.set(batchId, cursor)
    try {
      await this.parts.store.put(cursor)
      const asked = documents.map(({ documentId, name, registered }) => ({ documentId, name, ...present({ registered }) }))
      await this.told(batchId, () => connection.send({ kind: 'sign', step: 'open', batchId, pageOrigin, profile, certificateSha256, ...details, documents: asked }))
    } catch (error) {
      await this.forget(batchId)
      throw error
    }
  }

  /** Sends something about a batch and waits until the agent has told the batch, or refused. */
  told(batchId: string, send: () => void): Promise<void> {
    return new Promise((resolve, reject) => {
      this.waiting.set(batchId, { resolve, reject })
      send()
    })
  }

  deliverAgain(batchId: string, documentIds: readonly string[]): void {
    this.runOf(batchId)?.deliverAgain(documentIds)
    this.advance(batchId)
  }

  /** A page of the document system came up: the clerk may be logged in again. */
  pageCameUp(pageOrigin: string): void {
    for (const { batchId, pageOrigin: own } of this.cursors.values()) if (own === pageOrigin) this.fetchAgain(batchId)
  }

  /** What waits for the login is fetched, where that is back. */
  fetchAgain(batchId: string): void {
    const run = this.runs.get(batchId)
    if (run?.awaitsLogin === undefined) return
    run.loginMayBeBack()
    this.moved(batchId)
  }

  sendOnAgain(batchId: string, documentIds: readonly string[]): void {
    this.runOf(batchId)?.sendOnAgain(documentIds)
  }

  /** The clerk saw the signed file in the document system. */
  async confirmSeen(batchId: string, documentId: string): Promise<void> {
    await this.undelivered(batchId, documentId).run.confirm(documentId, 'clerk')
  }

  /** The clerk wants the file read back. Refuses with why it could not be read. */
  async confirmByReading(batchId: string, documentId: string): Promise<void> {
    const { run, view } = this.undelivered(batchId, documentId)
    await run.confirmByReading(view)
  }

  private undelivered(batchId: string, documentId: string): { run: BatchRun; view: DocumentView } {
    const view = this.views.get(batchId)?.documents.find((document) => document.documentId === documentId)
    const run = this.runOf(batchId)
    if (run === undefined || view === undefined || (view.state !== 'checked' && view.state !== 'returned')) return refuse('batch-unknown')
    return { run, view }
  }

  async forget(batchId: string): Promise<void> {
    const cursor = this.cursors.get(batchId)
    this.cursors.delete(batchId)
    this.views.delete(batchId)
    this.runs.delete(batchId)
    this.parts.changed()
    if (cursor !== undefined) await this.parts.store.remove(cursor)
  }

  /** The agent's word about a batch or one of its documents. */
  hear(message: Extract<SignToExtension, { step: 'batch' | 'document' }>): void {
    const { batchId } = message
    if (message.step === 'batch') {
      this.views.set(batchId, message.batch)
      this.heard.add(batchId)
      if (this.isPast(message.batch)) return void this.forget(batchId)
      this.answer(batchId)
    } else {
      const view = this.views.get(batchId)
      if (view === undefined) return
      this.views.set(batchId, { ...view, documents: replaced(view.documents, message.document) })
    }
    this.noteFirstSignature(batchId)
    this.advance(batchId)
    this.parts.changed()
  }

  /** The agent's refusal of something about a batch. */
  hearRefusal(about: string, batchId: string, refusal: Refusal): void {
    // A batch that the agent does not know any more is no batch.
    if (about === 'resume' && refusal.code === 'batch-unknown') void this.forget(batchId)
    this.answer(batchId, refusal)
  }

  /** Starts whatever a batch is ready for. */
  private advance(batchId: string): void {
    const view = this.views.get(batchId)
    const cursor = this.cursors.get(batchId)
    const run = this.heard.has(batchId) ? this.runOf(batchId) : undefined
    if (view === undefined || cursor === undefined || run === undefined) return
    run.advance(view)
    if (run.idle && isSettled(view) && cursor.notified !== view.state) {
      this.amend(cursor, { notified: view.state })
      this.parts.ended(this.show(view))
    }
  }

  private moved(batchId: string): void {
    this.advance(batchId)
    this.parts.changed()
  }

  private runOf(batchId: string): BatchRun | undefined {
    const cursor = this.cursors.get(batchId)
    if (cursor === undefined || this.connection === undefined) return undefined
    const run = this.runs.get(batchId) ?? new BatchRun(cursor, this.connection, { ...this.parts, moved: () => this.moved(batchId) })
    this.runs.set(batchId, run)
    return run
  }

  /** Over for more than a day, and nobody took it off the list. */
  private isPast({ batchId, documents }: BatchView): boolean {
    const startedAt = this.cursors.get(batchId)?.startedAt
    if (startedAt === undefined || Date.now() - Date.parse(startedAt) < dayMs) return false
    return documents.every(({ state }) => state === 'delivered' || state === 'sent' || state === 'refused')
  }

  private answer(batchId: string, refusal?: Refusal): void {
    const waiting = this.waiting.get(batchId)
    this.waiting.delete(batchId)
    if (refusal === undefined) waiting?.resolve()
    else waiting?.reject(new RefusalError(refusal))
  }

  private noteFirstSignature(batchId: string): void {
    const cursor = this.cursors.get(batchId)
    if (cursor === undefined || cursor.firstSignedAt !== undefined) return
    if (this.views.get(batchId)?.documents.some(({ signedSha256 }) => signedSha256 !== undefined)) this.amend(cursor, { firstSignedAt: new Date().toISOString() })
  }

  private amend(cursor: BatchCursor, change: Partial<BatchCursor>): void {
    Object.assign(cursor, change)
    void this.parts.store.put(cursor)
  }

  private show(view: BatchView): BatchOnScreen {
    const { wokenAt, parts } = this
    return showBatch(view, this.cursors.get(view.batchId), { wokenAt, awaitsLogin: this.runs.get(view.batchId)?.awaitsLogin, nameOf: parts.nameOf })
  }
}

/** Nothing happens any more unless the clerk asks for it. */
export function isSettled({ state, sendOn, documents }: BatchView): boolean {
  if (state !== 'done' && state !== 'cancelled' && state !== 'stopped') return false
  const isUnderWay = (of: DocumentView['state']): boolean => of === 'checked' || of === 'returned' || of === 'sending' || (of === 'delivered' && sendOn === true)
  return documents.every((document) => !isUnderWay(document.state) || document.refusal !== undefined)
}

function replaced(documents: readonly DocumentView[], changed: DocumentView): DocumentView[] {
  return documents.map((document) => (document.documentId === changed.documentId ? changed : document))
}
