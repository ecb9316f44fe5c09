import { errors } from '../../shared/errors.ts'
import type { BatchOnScreen } from '../../shared/messages/view.ts'
import { waitsForStamp } from '../../shared/protocol/document-states.ts'

type Document = BatchOnScreen['documents'][number]

export interface BatchCount {
  total: number
  /** Documents that the agent has in full, or that are further. */
  received: number
  /** Documents that carry a checked signature. */
  signed: number
  /** Of these, those that still wait for their time stamps. */
  waiting: number
  /** Documents that are back in the document system. */
  returned: number
  /** Documents that the document system has sent on. */
  sent: number
  /** Back, but the system's next step was not taken, or nobody knows. */
  unsent: number
  refused: number
  /** Of the refused: left out by the clerk. */
  skipped: number
  /** Signed, but the last attempt to return them failed. */
  kept: number
  /** Still to be signed. */
  left: number
}

export function countBatch({ documents }: Pick<BatchOnScreen, 'documents'>): BatchCount {
  const count = { total: documents.length, received: 0, signed: 0, waiting: 0, returned: 0, sent: 0, unsent: 0, refused: 0, skipped: 0, kept: 0 }
  for (const document of documents) {
    if (document.state === 'refused') count.refused++
    else if (document.state !== 'offered') count.received++
    if (isSigned(document) || waitsForStamp(document)) count.signed++
    if (waitsForStamp(document)) count.waiting++
    if (isBack(document)) count.returned++
    if (document.state === 'sent') count.sent++
    if (isUnsent(document)) count.unsent++
    if (isSkipped(document)) count.skipped++
    if (isKept(document)) count.kept++
  }
  return { ...count, left: count.total - count.signed - count.refused }
}

/**
 * Whole minutes until the last document has its signature and its time stamp, rounded up to the next; undefined before there is a
 * pace to reckon with, and while the time-stamp server gives no answer.
 */
export function minutesLeft(batch: BatchOnScreen, now: number): number | undefined {
  const { signed, waiting, left } = countBatch(batch)
  const finished = signed - waiting
  if (batch.state !== 'signing' || !batch.firstSignedAt || finished < 2 || left + waiting === 0 || batch.documents.some(isHeldUp)) return undefined
  const pace = (now - Date.parse(batch.firstSignedAt)) / (finished - 1)
  return Math.ceil((pace * (left + waiting)) / 60_000)
}

/** The time-stamp server failed the last time that it was asked for this one. */
export function isHeldUp(document: Document): boolean {
  return waitsForStamp(document) && document.refusal !== undefined
}

export function isSigned({ state }: Document): boolean {
  return state === 'checked' || state === 'returned' || isBack({ state })
}

/** The document system has the signed file. */
export function isBack({ state }: Pick<Document, 'state'>): boolean {
  return state === 'delivered' || state === 'sending' || state === 'sent'
}

/** Signed and back, but the system's next step was not taken, or nobody knows whether it was. */
export function isUnsent({ state, refusal }: Document): boolean {
  return refusal !== undefined && (state === 'delivered' || state === 'sending')
}

export function isKept({ state, refusal }: Document): boolean {
  return refusal !== undefined && (state === 'checked' || state === 'returned')
}

function isSkipped({ state, refusal }: Document): boolean {
  return state === 'refused' && refusal?.code === 'skipped'
}

/** Sent, and nobody knows whether it arrived: to send it again is a decision of its own, never one for all. */
export function isUnconfirmed(document: Document): boolean {
  return isKept(document) && document.refusal?.code === 'delivery-unconfirmed'
}

/** The clerk has to look at it: not signed though it was to be, or signed and not returned. */
export function needsClerk(document: Document): boolean {
  return (document.state === 'refused' && !isSkipped(document)) || isKept(document) || isUnsent(document)
}

export function mayRetry(document: Document): boolean {
  return (document.state === 'refused' || isKept(document) || isUnsent(document)) && document.refusal !== undefined && errors[document.refusal.code].next !== 'never'
}

/** It has no signature yet, and the PIN window does not name it just now. */
export function maySkip(batch: Pick<BatchOnScreen, 'state'>, { state }: Document): boolean {
  const mayLeaveOut = batch.state !== 'approving' && batch.state !== 'done' && batch.state !== 'cancelled'
  return mayLeaveOut && (state === 'offered' || state === 'received' || state === 'approved' || state === 'prepared')
}

export function isOpen({ state }: Pick<BatchOnScreen, 'state'>): boolean {
  return state === 'open' || state === 'offered' || state === 'approving' || state === 'signing' || state === 'paused'
}
