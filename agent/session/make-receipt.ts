import type { ReceiptView } from '../../shared/protocol/receipt.ts'
import type { Anchor } from '../journal/anchors.ts'
import { auditEntries } from '../journal/audit-entries.ts'
import type { RecordedEvent } from '../journal/journal.ts'
import { agentVersion } from '../settings/agent-version.ts'

/** From the events of one batch alone, so that what it says is what the chain covers. */
export function makeReceipt(events: readonly RecordedEvent[], anchor: Anchor): ReceiptView {
  const entries = auditEntries(events)
  const [first] = entries
  if (!first) throw new Error('a batch without a document')
  const { osUser, batchId, site, profile, certificateSerial, holder } = first
  const documents = entries.map(({ name, before, after, signedAt, stampedAt, deliveredAt, result, code }) => ({
    name,
    result,
    ...present({ before, after, signedAt, stampedAt, deliveredAt, code }),
  }))
  return { version: 1, agentVersion, osUser, batchId, site, profile, certificateSerial, holder, documents, anchor }
}

function present<Facts extends Record<string, string>>(facts: Facts): Partial<Facts> {
  return Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== '')) as Partial<Facts>
}
