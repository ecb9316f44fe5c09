import { refuse } from '../../shared/errors.ts'
import type { Journal } from '../journal/journal.ts'

/** @throws RefusalError batch-empty, batch-too-large */
export function requireCount(count: number, limit: number): void {
  if (count === 0) refuse('batch-empty')
  if (count > limit) refuse('batch-too-large', { count: String(count), limit: String(limit) })
}

/** An id is used once, so that an old message can never speak about a new batch. @throws RefusalError message-malformed */
export function requireNewIds(journal: Journal, batchId: string, documents: readonly { documentId: string }[]): void {
  const ids = new Set(documents.map(({ documentId }) => documentId))
  const isNew = ids.size === documents.length && !journal.batch(batchId) && ![...ids].some((documentId) => journal.hasDocument(documentId))
  if (!isNew) refuse('message-malformed', { kind: 'sign' })
}
