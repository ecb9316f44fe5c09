import { refusal, refusalOf, RefusalError } from '../../shared/errors.ts'
import type { BatchView, DocumentView } from '../../shared/protocol/sign.ts'
import type { Connection } from '../link/connection.ts'
import type { BatchCursor, CursorDocument } from './cursor.ts'
import { takeStep, wasTaken, type StepParts } from './take-step.ts'
import { toldRefusal } from './told-refusal.ts'

export interface SendOnParts extends StepParts {
  moved: () => void
}

/** At the document system at a time. */
const stepsAtOnce = 2

/**
 * The document system's next step for what was delivered. The agent is told first, and has it in its journal as `sending`; only then is
 * the system asked. What an earlier worker left as `sending` is looked up and never asked for again.
 */
export class SendOn {
  private readonly cursor: BatchCursor
  private readonly connection: Connection
  private readonly parts: SendOnParts
  /** Announced to the agent by this run: the step is ours to take. */
  private readonly announced = new Set<string>()
  /** The clerk wants it asked for again: it may have been taken meanwhile. */
  private readonly asked = new Set<string>()
  private readonly underWay = new Set<string>()
  /** Told how it ended; the agent's word on it is still under way. */
  private readonly ended = new Set<string>()

  constructor(cursor: BatchCursor, connection: Connection, parts: SendOnParts) {
    this.cursor = cursor
    this.connection = connection
    this.parts = parts
  }

  get idle(): boolean {
    return this.underWay.size === 0
  }

  /** The clerk looked, and wants it asked for again; we look, too. */
  again(documentIds: readonly string[]): void {
    for (const documentId of documentIds) {
      this.asked.add(documentId)
      this.announce(documentId)
    }
  }

  advance({ sendOn }: BatchView, source: CursorDocument, { state, refusal: failed }: DocumentView): void {
    const { documentId, next } = source
    if (sendOn !== true || next === undefined || failed !== undefined) return
    if (state === 'delivered' && !this.announced.has(documentId) && !this.ended.has(documentId)) this.announce(documentId)
    const isDue = state === 'sending' && !this.underWay.has(documentId) && !this.ended.has(documentId)
    if (isDue && this.underWay.size < stepsAtOnce) void this.send(documentId, next)
  }

  private announce(documentId: string): void {
    const { cursor, connection } = this
    this.ended.delete(documentId)
    this.announced.add(documentId)
    const recipients = cursor.documents.find((document) => document.documentId === documentId)?.next?.recipients ?? ''
    connection.send({ kind: 'sign', step: 'send-on', batchId: cursor.batchId, documentId, recipients })
  }

  private async send(documentId: string, next: NonNullable<CursorDocument['next']>): Promise<void> {
    const { cursor, connection, parts } = this
    const about = { kind: 'sign', batchId: cursor.batchId, documentId } as const
    const isOurs = this.announced.delete(documentId)
    const looksFirst = this.asked.delete(documentId) || !isOurs
    this.underWay.add(documentId)
    try {
      const isTaken = looksFirst && (await wasTaken(next))
      if (!isTaken && !isOurs) throw new RefusalError(refusal('send-unconfirmed'))
      if (!isTaken) await takeStep(parts, cursor, next)
      if (!connection.gone.aborted) connection.send({ ...about, step: 'sent-on' })
    } catch (error) {
      if (!connection.gone.aborted) connection.send({ ...about, step: 'not-sent-on', refusal: toldRefusal(refusalOf(error)) })
    } finally {
      this.ended.add(documentId)
      this.underWay.delete(documentId)
      parts.moved()
    }
  }
}
