import type { Refusal } from '../../shared/errors.ts'
import { waitsForStamp } from '../../shared/protocol/document-states.ts'
import type { DocumentView } from '../../shared/protocol/sign.ts'
import type { JournalEvent } from '../journal/journal.ts'

export function refusedEvent({ documentId, name, refusal }: DocumentView): Omit<JournalEvent, 'batchId'>[] {
  return refusal === undefined ? [] : [{ what: 'refused', documentId, facts: refusedFacts(name, refusal) }]
}

/** The name of a state secret is written nowhere. */
export function refusedFacts(name: string | undefined, { code, facts }: Refusal): JournalEvent['facts'] {
  return code === 'classified-document' ? { code } : { code, ...facts, name }
}

/** A signed file that was found on the disk is finished, or waits for its stamp, whatever the agent could still write about it. */
export function restoredEvent(document: DocumentView): Omit<JournalEvent, 'batchId'> {
  const { documentId, state, sha256, signedSha256, signedBytes } = document
  if (state !== 'checked' && !waitsForStamp(document)) return { what: 'restored', documentId, facts: { state } }
  return { what: state === 'checked' ? 'checked' : 'awaits-stamp', documentId, facts: { before: sha256, after: signedSha256, sizeBytes: signedBytes } }
}
