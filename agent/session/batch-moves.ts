import type { BatchState, DocumentState, DocumentView } from '../../shared/protocol/sign.ts'

/**
 *     open ──all received──▶ offered ──approve──▶ approving ──PIN──▶ signing ──all through──▶ done
 *       └──────── all refused ────────────────────────┼───────────────┼──────────────────────▶ done
 *                                                      └──▶ stopped ◀──┘      stopped ──approve──▶ approving
 *     signing ◀──go on── paused ◀──pause── signing      paused ──no consent any more──▶ stopped
 *     any of them but done ──cancel──▶ cancelled
 *
 * `approving` lasts while the PIN window is open, or while a key that is confirmed elsewhere is waited for.
 */
const batchMoves: Record<BatchState, readonly BatchState[]> = {
  open: ['offered', 'done', 'cancelled'],
  offered: ['approving', 'done', 'cancelled'],
  approving: ['approving', 'signing', 'stopped', 'cancelled'],
  signing: ['paused', 'done', 'stopped', 'cancelled'],
  // `done` where the signature under way was the last one, or all that was left is skipped.
  paused: ['signing', 'done', 'stopped', 'cancelled'],
  // `signing` where all that is left waits for time stamps.
  stopped: ['approving', 'signing', 'done', 'cancelled'],
  done: [],
  cancelled: [],
}

/** Back to `received`: the batch stopped before the document was through, and has to be approved anew. */
const documentMoves: Record<DocumentState, readonly DocumentState[]> = {
  offered: ['received', 'refused'],
  received: ['received', 'approved', 'refused'],
  approved: ['prepared', 'received', 'refused'],
  prepared: ['signed', 'received', 'refused'],
  signed: ['stamped', 'checked', 'received', 'refused'],
  /** Back to `signed`: the stamp was there, and the evidence that the level asks for was not. */
  stamped: ['signed', 'checked'],
  checked: ['checked', 'returned', 'delivered'],
  returned: ['returned', 'checked', 'delivered'],
  delivered: ['delivered', 'sending'],
  // Back where the system is known to have refused; else nobody knows, and it stays.
  sending: ['sending', 'delivered', 'sent'],
  sent: [],
  refused: [],
}

/** What becomes of a document: its new state, and whatever else of it is other than before. */
export type DocumentChange = Partial<DocumentView> & { state: DocumentState }

/** @throws Error where no batch can go that way */
export function requireMove(from: BatchState, to: BatchState): void {
  if (to !== from && !batchMoves[from].includes(to)) throw new Error(`a batch cannot go from ${from} to ${to}`)
}

/** @throws Error where no document can go that way */
export function moved(document: DocumentView, change: DocumentChange | undefined): DocumentView {
  if (!change) return document
  if (change.state !== document.state && !documentMoves[document.state].includes(change.state)) {
    throw new Error(`a document cannot go from ${document.state} to ${change.state}`)
  }
  return { ...document, ...change }
}
