import { refusal, refuse } from '../../shared/errors.ts'
import type { DocumentView, SignToAgent } from '../../shared/protocol/sign.ts'
import type { Journal } from '../journal/journal.ts'
import type { Settings } from '../settings/settings.ts'

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

/** The documents of a new batch. What the row calls secret is refused before a byte of it comes, unless the office's policy allows it. */
export function offeredDocuments(documents: Extract<SignToAgent, { step: 'open' }>['documents'], { allowClassified }: Pick<Settings, 'allowClassified'>): DocumentView[] {
  return documents.map((document) => {
    const isRefused = document.registered?.secrecy !== undefined && !allowClassified
    return isRefused ? { ...document, state: 'refused', refusal: refusal('classified-document') } : { ...document, state: 'offered' }
  })
}
