import type { RecordedEvent } from './journal.ts'

/** What happened to one document, told by the events alone: they are what the chain covers. */
export interface AuditEntry {
  /** Of the last thing that happened; ISO 8601, UTC. */
  at: string
  osUser: string
  site: string
  profile: string
  name: string
  /** SHA-256 of the document as it came and as it was signed, hexadecimal; empty where there is none. */
  before: string
  after: string
  certificateSerial: string
  holder: string
  signedAt: string
  /** What the time stamp states; empty where there is none. */
  stampedAt: string
  deliveredAt: string
  confirmedBy: string
  /** `signed`: finished and not (yet) delivered. `open`: neither finished nor refused. */
  result: 'sent' | 'delivered' | 'signed' | 'refused' | 'open'
  /** Why it was refused or not delivered: a code of shared/errors.ts. */
  code: string
  batchId: string
  documentId: string
}

export interface AuditFilter {
  /** Moments, ISO 8601 in UTC: from inclusive, to exclusive. */
  from?: string | undefined
  to?: string | undefined
  /** An origin, or its host. */
  site?: string | undefined
}

type BatchFacts = Pick<AuditEntry, 'site' | 'profile' | 'certificateSerial' | 'holder'>

/** One entry for each document, in the order in which they were asked for. */
export function auditEntries(events: Iterable<RecordedEvent>, filter: AuditFilter = {}): AuditEntry[] {
  const batches = new Map<string, BatchFacts>()
  const entries = new Map<string, AuditEntry>()
  for (const event of events) {
    const { what, batchId, documentId } = event
    if (batchId === null) continue
    if (what === 'opened') batches.set(batchId, batchFacts(event))
    if (documentId === null) continue
    const entry = entries.get(documentId) ?? newEntry(event, batches.get(batchId))
    entries.set(documentId, { ...entry, ...changeBy(event, entry) })
  }
  return [...entries.values()].filter((entry) => isWanted(entry, filter))
}

function batchFacts({ facts }: RecordedEvent): BatchFacts {
  return { site: text(facts.site), profile: text(facts.profile), certificateSerial: text(facts.certificateSerial), holder: text(facts.holder) }
}

function newEntry({ at, osUser, batchId, documentId }: RecordedEvent, facts: BatchFacts | undefined): AuditEntry {
  const empty = { name: '', before: '', after: '', signedAt: '', stampedAt: '', deliveredAt: '', confirmedBy: '', code: '' }
  const batch = facts ?? { site: '', profile: '', certificateSerial: '', holder: '' }
  return { at, osUser, ...batch, ...empty, result: 'open', batchId: batchId ?? '', documentId: documentId ?? '' }
}

function changeBy({ what, at, facts }: RecordedEvent, { signedAt }: AuditEntry): Partial<AuditEntry> {
  switch (what) {
    case 'asked':
      return { at, ...nameIn(facts) }
    case 'received':
      return { at, ...nameIn(facts), before: text(facts.sha256) }
    case 'awaits-stamp':
    case 'checked':
      return { at, signedAt: signedAt || at, before: text(facts.before), after: text(facts.after), result: 'signed', code: '' }
    case 'stamped':
      return { at, stampedAt: text(facts.stampedAt), code: '' }
    case 'stamp-failed':
      return { at, stampedAt: '', code: text(facts.code) }
    case 'unstamped':
      return { at, stampedAt: '' }
    case 'delivered':
      return { at, deliveredAt: at, confirmedBy: text(facts.confirmedBy), result: 'delivered', code: '' }
    case 'sent':
      return { at, result: 'sent', code: '' }
    case 'not-sent':
      return { at, result: 'delivered', code: text(facts.code) }
    case 'undelivered':
      return { at, result: 'signed', code: text(facts.code) }
    case 'refused':
      return { at, ...nameIn(facts), result: 'refused', code: text(facts.code) }
    default:
      return {}
  }
}

/** The name comes with the first event that may tell it; of a state secret, never. */
function nameIn({ name }: RecordedEvent['facts']): Partial<AuditEntry> {
  return name === undefined ? {} : { name: text(name) }
}

function isWanted({ at, site }: AuditEntry, { from, to, site: wanted }: AuditFilter): boolean {
  if (from !== undefined && at < from) return false
  if (to !== undefined && at >= to) return false
  return wanted === undefined || site === wanted || URL.parse(site)?.host === wanted
}

function text(fact: string | number | undefined): string {
  return fact === undefined ? '' : String(fact)
}
