import { createHash } from 'node:crypto'

/** An event as its hash covers it: `facts` is the stored JSON text, byte for byte. */
export interface ChainedEvent {
  id: number
  at: string
  what: string
  osUser: string
  batchId: string | null
  documentId: string | null
  facts: string
}

/** The last event so far and the hash that covers it and all before it. */
export interface ChainHead {
  eventId: number
  hash: string
}

/** Before the first event. */
export const chainStart: ChainHead = { eventId: 0, hash: '0'.repeat(64) }

/**
 * The hash of an event: SHA-256, hexadecimal, over the hash before it, a line feed, and the JSON array of its
 * fields in the order id, at, what, osUser, batchId, documentId, facts (UTF-8, no blanks).
 */
export function chainHash(previousHash: string, { id, at, what, osUser, batchId, documentId, facts }: ChainedEvent): string {
  const fields = JSON.stringify([id, at, what, osUser, batchId, documentId, facts])
  return createHash('sha256').update(`${previousHash}\n${fields}`).digest('hex')
}
