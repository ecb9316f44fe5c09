import { useEffect, useRef } from 'preact/hooks'
import type { BatchOnScreen } from '../../shared/messages/view.ts'
import { maySignWith } from './certificate-check.tsx'
import { differences } from './compare-label.ts'
import type { UiEvents } from './ui-events.ts'

/**
 * Where the clerk has chosen so, the PIN is asked for as soon as all documents are there, beside the open window, and is the consent: one
 * step less. Once only, and only while nothing in the list wants an eye first and nothing is left to choose: whether to send on is the clerk's word.
 */
export function useAskPinAtOnce(batch: BatchOnScreen, wanted: boolean, on: UiEvents): void {
  const asked = useRef(false)
  useEffect(() => {
    if (!wanted || asked.current || batch.state !== 'offered' || !maySignWith(batch, false) || batch.next !== undefined || !isPlain(batch)) return
    asked.current = true
    on.send({ kind: 'approve', batchId: batch.batchId })
  }, [batch, wanted])
}

/** Every document was read, has no warning and no broken signature, and is what the page says it is. */
export function isPlain({ documents, labels }: BatchOnScreen): boolean {
  return documents.every((document) => {
    const { state, facts, documentId } = document
    if (state !== 'received' || facts === undefined || facts.secrecy !== undefined) return false
    return facts.warnings.length === 0 && facts.signatures.every(({ valid }) => valid) && differences(document, labels[documentId]).length === 0
  })
}
