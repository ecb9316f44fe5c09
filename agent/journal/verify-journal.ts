import { readAnchors, type Anchor } from './anchors.ts'
import { chainHash, chainStart } from './chain.ts'
import { readJournal, type StoredEvent } from './read-journal.ts'

export interface Misfit {
  /** The first event that does not fit: changed, removed, put in between or in another place. */
  eventId: number
  /**
   * `changed`: its hash is not that of its content and what is before it; `missing`: it is gone;
   * `rewritten`: it fits the others, but not the anchor that was taken of it.
   */
  reason: 'changed' | 'missing' | 'rewritten'
  /** The anchor that it does not fit. */
  anchor?: Anchor
}

export interface JournalVerdict {
  events: number
  /** Undefined where everything fits. */
  misfit: Misfit | undefined
  /** What is older was hashed, but could have been rewritten before. */
  anchoredSince: string | undefined
  lastAnchor: Anchor | undefined
  /** Events behind the last anchor: a rewrite of these alone would not be seen. */
  unanchored: number
  unreadableAnchors: number
}

/** Those in the agent's folder and others that were kept elsewhere. */
export function allAnchors(home: string, others: readonly Anchor[] = []): Anchor[] {
  return [...readAnchors(home).anchors, ...others]
}

/**
 * Recomputes the chain and compares it with the anchors: those in the agent's folder and others that were kept
 * elsewhere (in receipts). @throws NoJournalError
 */
export function verifyJournal(home: string, others: readonly Anchor[] = []): JournalVerdict {
  const { anchors, unreadable } = readAnchors(home)
  const reader = readJournal(home)
  try {
    const walk = walkChain(reader.stored(), reader.lastId(), Map.groupBy([...anchors, ...others], ({ eventId }) => eventId))
    const lastAnchor = [...anchors, ...others].reduce<Anchor | undefined>((last, next) => (last && last.eventId > next.eventId ? last : next), undefined)
    return {
      ...walk,
      anchoredSince: anchors[0]?.at,
      lastAnchor,
      unanchored: Math.max(0, walk.events - (lastAnchor?.eventId ?? 0)),
      unreadableAnchors: unreadable,
    }
  } finally {
    reader.close()
  }
}

function walkChain(stored: Iterable<StoredEvent>, lastId: number, anchors: Map<number, Anchor[]>): Pick<JournalVerdict, 'events' | 'misfit'> {
  let head = chainStart
  let events = 0
  let misfit = anchorMisfit(head.eventId, head.hash, anchors)
  for (const { hash, ...event } of stored) {
    events++
    if (misfit) continue
    const eventId = head.eventId + 1
    if (event.id !== eventId) misfit = { eventId, reason: 'missing' }
    else if (chainHash(head.hash, event) !== hash) misfit = { eventId, reason: 'changed' }
    else misfit = anchorMisfit(eventId, hash, anchors)
    head = { eventId, hash }
  }
  const lastKnown = Math.max(lastId, ...anchors.keys())
  if (!misfit && lastKnown > head.eventId) misfit = { eventId: head.eventId + 1, reason: 'missing' }
  return { events, misfit }
}

function anchorMisfit(eventId: number, hash: string, anchors: Map<number, Anchor[]>): Misfit | undefined {
  const anchor = anchors.get(eventId)?.find((candidate) => candidate.hash !== hash)
  return anchor && { eventId, reason: 'rewritten', anchor }
}
