import { refusalOf, refuse, type Refusal } from '../../shared/errors.ts'
import type { BatchView, ConfirmedBy, DocumentView } from '../../shared/protocol/sign.ts'
import type { Connection } from '../link/connection.ts'
import { compareCopy, type CopyVerdict } from '../link/compare-copy.ts'
import { fetchSigned } from '../link/fetch-signed.ts'
import { sendDocument } from '../link/send-document.ts'
import { CutDeliveries } from './cut-deliveries.ts'
import { wasCut, type BatchCursor, type CursorDocument } from './cursor.ts'
import { confirmedByCopy, deliverDocument, type DeliveryParts } from './deliver-document.ts'
import { LineLost } from '../../shared/messages/line-lost.ts'
import { SendOn, type SendOnParts } from './send-on.ts'
import { toldRefusal } from './told-refusal.ts'

export interface RunParts extends DeliveryParts, Omit<SendOnParts, 'api'> {
  /** The bytes of a document, with the clerk's cookies or by its page. */
  fetch: (cursor: BatchCursor, document: CursorDocument, signal: AbortSignal) => AsyncIterable<Uint8Array>
}

/** At the document system at a time. */
const sendsAtOnce = 3
const deliveriesAtOnce = 2

/**
 * The work of one batch over one connection: what the agent awaits is fetched and sent, what it has checked is returned. Driven by
 * the agent's states alone, so that after a break it goes on with whatever is missing.
 */
export class BatchRun {
  private readonly cursor: BatchCursor
  private readonly connection: Connection
  private readonly parts: RunParts
  private readonly sending = new Map<string, AbortController>()
  private readonly delivering = new Set<string>()
  /** Sent or reported lost, and delivered or reported undelivered: the agent's word on it is still under way. */
  private readonly sent = new Set<string>()
  private readonly returned = new Set<string>()
  /** Asked for again by the clerk. */
  private readonly again = new Set<string>()
  /** One that came: it is there for whoever is logged in. */
  private fetched: CursorDocument | undefined
  /** The document system knows the clerk no more: what is still to be fetched waits for the login. */
  private expired: Refusal | undefined
  private readonly cut: CutDeliveries
  private readonly sendOn: SendOn

  constructor(cursor: BatchCursor, connection: Connection, parts: RunParts) {
    this.cursor = cursor
    this.connection = connection
    this.parts = parts
    this.sendOn = new SendOn(cursor, connection, parts)
    this.cut = new CutDeliveries(() => parts.moved())
    for (const { documentId } of cursor.documents) if (wasCut(parts.deliveries.get(documentId))) this.cut.await(documentId)
  }

  /** Nothing is under way. */
  get idle(): boolean {
    return this.sending.size === 0 && this.delivering.size === 0 && this.sendOn.idle
  }

  /** Something is tried again by itself when the line to the document system stands again. */
  get awaitsLine(): boolean {
    return this.cut.any
  }

  /** Why nothing more is fetched until the clerk has logged in again. */
  get awaitsLogin(): Refusal | undefined {
    return this.expired
  }

  /** The clerk may have logged in again: where not, the next document says so. */
  loginMayBeBack(): void {
    this.expired = undefined
  }

  /** What is being delivered is not begun a second time beside that: a clerk may click twice. */
  deliverAgain(documentIds: readonly string[]): void {
    for (const documentId of documentIds) {
      if (this.delivering.has(documentId)) continue
      this.returned.delete(documentId)
      this.again.add(documentId)
    }
  }

  sendOnAgain(documentIds: readonly string[]): void {
    this.sendOn.again(documentIds)
  }

  /** The clerk asked for the file to be read back. Refuses with why it could not be read; what it shows is told to the agent. */
  async confirmByReading(view: DocumentView): Promise<void> {
    const { cursor: { batchId }, connection } = this
    const { documentId } = view
    const verdict = await this.readBack(view)
    try {
      await this.confirm(documentId, confirmedByCopy(verdict))
    } catch (error) {
      connection.send({ kind: 'sign', step: 'undelivered', batchId, documentId, refusal: refusalOf(error) })
    }
  }

  /** It is there, by whoever's word. */
  async confirm(documentId: string, confirmedBy: ConfirmedBy): Promise<void> {
    const { cursor: { batchId }, connection, parts } = this
    parts.deliveries.set(documentId, { state: 'through', confirmedBy })
    await parts.store.putDelivery(documentId, { state: 'through', confirmedBy })
    connection.send({ kind: 'sign', step: 'delivered', batchId, documentId, confirmedBy })
  }

  private async readBack({ documentId }: DocumentView): Promise<CopyVerdict> {
    const { cursor, connection, parts } = this
    const source = cursor.documents.find((document) => document.documentId === documentId) ?? refuse('batch-unknown')
    const stop = new AbortController()
    try {
      const pieces = parts.fetch(cursor, source, AbortSignal.any([stop.signal, connection.gone]))
      return await compareCopy(connection, { batchId: cursor.batchId, documentId, pieces })
    } finally {
      stop.abort()
    }
  }

  /** Starts what can be started now. Call it after every change of the batch. */
  advance(batch: BatchView): void {
    if (this.connection.gone.aborted) return
    const sources = new Map(this.cursor.documents.map((document) => [document.documentId, document]))
    for (const view of batch.documents) {
      const { documentId, state } = view
      // Refused, or whole already: the agent was still reading what an earlier connection had sent.
      if (state !== 'offered') this.sending.get(documentId)?.abort(new Error(`the agent has it as ${state}`))
      if (state !== 'checked' && state !== 'returned') this.cut.drop(documentId)
      const source = sources.get(documentId)
      if (source === undefined) continue
      if (state === 'received') this.fetched ??= source
      if (state === 'offered' && batch.state === 'open') this.startSending(source)
      else if (this.isDue(view)) this.startDelivering(source, view)
      else this.sendOn.advance(batch, source, view)
    }
  }

  private startSending(source: CursorDocument): void {
    if (this.expired !== undefined || this.sent.has(source.documentId) || this.sending.size >= sendsAtOnce) return
    const stop = new AbortController()
    this.sent.add(source.documentId)
    this.sending.set(source.documentId, stop)
    void this.send(source, stop)
  }

  private async send(source: CursorDocument, stop: AbortController): Promise<void> {
    const { cursor, connection, parts } = this
    const { batchId } = cursor
    const { documentId } = source
    const { signal } = stop
    try {
      await sendDocument(connection, { batchId, documentId, pieces: parts.fetch(cursor, source, signal), signal })
      this.fetched = source
      // It may have begun before the login was over; the next one says whether it is.
      this.loginMayBeBack()
    } catch (error) {
      const reason = refusalOf(error)
      const waits = reason.code === 'login-expired' && !(await this.isLoggedIn())
      // After a break it is fetched again; what the agent refused needs no second word.
      if (signal.aborted || connection.gone.aborted) return
      if (waits) {
        this.expired = reason
        this.sent.delete(documentId)
      } else connection.send({ kind: 'sign', step: 'lost', batchId, documentId, refusal: toldRefusal(reason) })
    } finally {
      stop.abort()
      this.sending.delete(documentId)
      parts.moved()
    }
  }

  /** A document that came before comes again: then the one that was refused is kept from this clerk, logged in or not. */
  private async isLoggedIn(): Promise<boolean> {
    const { cursor, connection, parts, fetched } = this
    if (fetched === undefined) return false
    const stop = new AbortController()
    try {
      const pieces = parts.fetch(cursor, fetched, AbortSignal.any([stop.signal, connection.gone]))
      return (await pieces[Symbol.asyncIterator]().next()).done !== true
    } catch {
      return false
    } finally {
      stop.abort()
    }
  }

  /** Checked and not tried yet, or on its way when an earlier worker ended, or asked for again, or cut and its turn. */
  private isDue({ documentId, state, refusal }: DocumentView): boolean {
    if (this.returned.has(documentId) || (state !== 'checked' && state !== 'returned')) return false
    if (this.again.has(documentId) || this.cut.isTurnOf(documentId)) return true
    return refusal === undefined && !this.cut.isLost
  }

  private startDelivering(source: CursorDocument, view: DocumentView): void {
    const { documentId } = source
    if (this.delivering.size >= deliveriesAtOnce) return
    // A form in the tab itself takes one file at a time.
    const inTab = ({ wayBack }: CursorDocument): boolean => wayBack?.by === 'page' || wayBack?.by === 'drop'
    if (inTab(source) && this.cursor.documents.some((other) => inTab(other) && this.delivering.has(other.documentId))) return
    this.cut.take(documentId)
    this.returned.add(documentId)
    this.delivering.add(documentId)
    void this.deliver(source, view)
  }

  private async deliver(source: CursorDocument, view: DocumentView): Promise<void> {
    const { sha256 = '', signedBytes = 0, signedSha256 = '' } = view
    const { cursor, connection, parts } = this
    const { batchId } = cursor
    const { documentId } = source
    const again = this.again.delete(documentId)
    try {
      const confirmedBy = await deliverDocument(parts, {
        cursor,
        document: source,
        digests: { signed: signedSha256, original: sha256 },
        signed: () => fetchSigned(connection, { batchId, documentId, signedBytes, signedSha256 }),
        readBack: () => this.readBack(view),
        again,
      })
      this.cut.stands()
      if (!connection.gone.aborted) connection.send({ kind: 'sign', step: 'delivered', batchId, documentId, confirmedBy })
    } catch (error) {
      const told = toldRefusal(refusalOf(error))
      // Tried by itself and cut again: that is told already.
      const isTold = this.noteLine(documentId, error) && told.code === view.refusal?.code
      if (!connection.gone.aborted && !isTold) connection.send({ kind: 'sign', step: 'undelivered', batchId, documentId, refusal: told })
    } finally {
      this.delivering.delete(documentId)
      parts.moved()
    }
  }

  /** What an attempt that came to nothing says of the line. @returns whether it is tried again by itself */
  private noteLine(documentId: string, error: unknown): boolean {
    if (!(error instanceof LineLost)) {
      this.cut.stands()
      return false
    }
    const goesOn = this.cut.add(documentId, error)
    if (goesOn) this.returned.delete(documentId)
    return goesOn
  }
}
