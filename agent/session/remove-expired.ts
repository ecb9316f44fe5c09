import type { DocumentRow, Journal } from '../journal/journal.ts'
import type { Settings } from '../settings/settings.ts'
import type { Spool, SpooledFile } from './spool.ts'

/** Removes originals of documents that are over, and signed files whose time is up. What was not delivered stays. */
export function removeExpired({ spool, journal, settings }: { spool: Spool; journal: Journal; settings: Pick<Settings, 'retentionDays'> }, now: number): void {
  const beforeMs = now - settings.retentionDays * 86_400_000
  for (const [batchId, files] of Map.groupBy(spool.files(), (file) => file.batchId)) {
    const documents = new Map(journal.batch(batchId)?.documents.map((document) => [document.documentId, document]))
    for (const file of files) {
      if (!isExpired(file, documents.get(file.documentId), beforeMs)) continue
      if (file.isSigned) spool.removeSigned(batchId, file.documentId)
      else spool.removeOriginal(batchId, file.documentId)
    }
  }
}

/** A signed file that no journal knows of may be all that is left of a document: it has its time, too. */
function isExpired({ isSigned, writtenMs }: SpooledFile, document: DocumentRow | undefined, beforeMs: number): boolean {
  if (!isSigned) return document === undefined || document.finishedAt !== null
  if (document === undefined) return writtenMs < beforeMs
  return document.finishedAt !== null && Date.parse(document.finishedAt) <= beforeMs
}
