import type { Anchor } from '../journal/anchors.ts'
import type { JournalVerdict } from '../journal/verify-journal.ts'
import { DerError } from '../cms/read-der.ts'
import { readCertificate } from '../trust/certificate.ts'
import { judgeTimeStamp, readTimeStampToken, type TimeStampFault } from '../trust/time-stamp-token.ts'

/** What the time stamps over the journal's heads prove. */
export interface StampVerdict {
  /** Times that trusted authorities state, ISO 8601: what is before the anchor existed by then. */
  stampedSince: string | undefined
  lastStamp: { at: string; eventId: number } | undefined
  /** Stamps of something else, or changed ones: somebody was at them. */
  forged: StampFault[]
  /** Of an authority that is not (or no longer) trusted: they prove nothing, and nothing is wrong with the journal. */
  unproven: StampFault[]
}

interface StampFault {
  eventId: number
  fault: TimeStampFault
}

const forgeries: ReadonlySet<TimeStampFault> = new Set(['token-malformed', 'imprint-differs', 'signature-wrong'])

/** Each token against the head that it lies beside (RFC 3161), as of now; only what the chain fits counts. */
export function judgeAnchors(anchors: readonly Anchor[], rootsDer: readonly Uint8Array[], { misfit }: Pick<JournalVerdict, 'misfit'>): StampVerdict {
  const roots = rootsDer.map(readCertificate)
  const stamped = anchors.filter(({ timeStamp }) => timeStamp !== undefined).toSorted((one, other) => one.eventId - other.eventId)
  const judged = stamped.map((anchor) => ({ eventId: anchor.eventId, ...judge(anchor, roots) }))
  const proven = judged.flatMap(({ eventId, at }) => (at !== undefined && eventId < (misfit?.eventId ?? Number.POSITIVE_INFINITY) ? [{ eventId, at }] : []))
  const faults = judged.flatMap(({ eventId, fault }) => (fault === undefined ? [] : [{ eventId, fault }]))
  return {
    stampedSince: proven[0]?.at,
    lastStamp: proven.at(-1),
    forged: faults.filter(({ fault }) => forgeries.has(fault)),
    unproven: faults.filter(({ fault }) => !forgeries.has(fault)),
  }
}

function judge({ hash, timeStamp = '' }: Anchor, roots: ReturnType<typeof readCertificate>[]): { at?: string; fault?: TimeStampFault } {
  try {
    const token = readTimeStampToken(new Uint8Array(Buffer.from(timeStamp, 'base64')))
    // The head is a SHA-256 itself; a token over another digest is not of this head.
    const digestOf = (digest: string): Uint8Array => (digest === 'sha256' ? new Uint8Array(Buffer.from(hash, 'hex')) : new Uint8Array())
    const [fault] = judgeTimeStamp(token, { digestOf, roots, extraCertificates: [], at: new Date() }).faults
    return fault === undefined ? { at: token.genTime.toISOString() } : { fault }
  } catch (thrown) {
    if (thrown instanceof DerError) return { fault: 'token-malformed' }
    throw thrown
  }
}
