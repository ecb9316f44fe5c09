import type { Certificate } from '../trust/certificate.ts'
import { displayName } from '../trust/distinguished-name.ts'
import { judgePath } from '../trust/judge-revocation.ts'
import type { Evidence } from '../trust/judge-revocation.ts'
import type { RevocationReason } from '../trust/revocation.ts'
import { judgeTimeStamp } from '../trust/time-stamp-token.ts'
import type { TimeStampFault, TimeStampJudgement } from '../trust/time-stamp-token.ts'
import { unlessMalformed } from '../trust/check-signer.ts'
import { isIntact } from './read-signature.ts'
import type { SignatureLook, Stamp } from './read-signature.ts'
import type { TimeStampReport } from './report.ts'
import { revocationOf } from './revocation-of.ts'

export interface Trust {
  roots: readonly Certificate[]
  /** DER. */
  intermediates: readonly Uint8Array[]
  evidence: Evidence
  /** Now. */
  at: Date
}

/** Between which times a signature came into being, as far as trusted time stamps prove it. */
export interface ProvenTimes {
  readonly look: SignatureLook
  /** Its own: over its value, or the one that it is. */
  readonly timeStamp: TimeStampReport | undefined
  /** When its own stamp is judged: the time that later stamps prove for it, else now. */
  readonly stampJudgedAt: Date
  /** The earliest stamp that proves that it existed; its time is the best-signature-time of EN 319 102-1, 5.5.4. */
  readonly proof: TimeStampReport | undefined
  /** It covers a time stamp of this time, and so was made after it. */
  readonly madeAfter: Date | undefined
}

/**
 * Goes from the newest signature back to the oldest, as each time stamp is judged at the time that later ones prove
 * for it (EN 319 102-1, 5.6.2.3): an authority's certificate may have ended, as long as a newer stamp was there before.
 * @returns in the order of the looks
 */
export function proveTimes(looks: readonly SignatureLook[], trust: Trust): ProvenTimes[] {
  const trusted: (TimeStampReport | undefined)[] = looks.map(() => undefined)
  const proven: Omit<ProvenTimes, 'madeAfter'>[] = []
  for (const [index, look] of [...looks.entries()].toReversed()) {
    const fromLater = earliest(looks.map((later, other) => (other > index && covers(later, look) ? trusted[other] : undefined)))
    const stampJudgedAt = fromLater === undefined || fromLater.at > trust.at ? trust.at : fromLater.at
    const timeStamp = isIntact(look) ? bestStamp(look.stamps, fromLater?.at, trust) : undefined
    trusted[index] = timeStamp?.trusted === true ? timeStamp : undefined
    proven.unshift({ look, timeStamp, stampJudgedAt, proof: look.isDocumentTimeStamp ? fromLater : earliest([fromLater, trusted[index]]) })
  }
  return proven.map((times, index) => {
    const before = looks.map((earlier, other) => (other < index && covers(times.look, earlier) ? trusted[other]?.at.getTime() : undefined))
    const latest = Math.max(...before.filter((time) => time !== undefined))
    return { ...times, madeAfter: Number.isFinite(latest) ? new Date(latest) : undefined }
  })
}

/** Whether a signature is over the whole container of another one. */
function covers(later: SignatureLook, { signature: { contentsStart, contentsEnd } }: SignatureLook): boolean {
  if (!isIntact(later) || contentsStart === undefined || contentsEnd === undefined) return false
  return later.coverage.ranges.some(({ start, end }) => start <= contentsStart && contentsEnd <= end)
}

/** The first that proves something, else the first. */
function bestStamp(stamps: readonly Stamp[], fromLater: Date | undefined, trust: Trust): TimeStampReport | undefined {
  const reports = stamps.map((stamp) => reportOf(stamp, fromLater, trust))
  return reports.find(({ trusted }) => trusted) ?? reports[0]
}

function reportOf({ token, digestOf }: Stamp, fromLater: Date | undefined, trust: Trust): TimeStampReport {
  const at = fromLater === undefined || fromLater > trust.at ? trust.at : fromLater
  const question = { digestOf, roots: trust.roots, extraCertificates: trust.intermediates, at }
  const malformed: TimeStampJudgement = { faults: ['token-malformed'], certificate: undefined, chain: undefined }
  const judgement = unlessMalformed(() => judgeTimeStamp(token, question)) ?? malformed
  const statuses = judgement.chain?.status === 'trusted' ? judgePath(judgement.chain.path, trust.evidence, at, trust.at) : []
  const isRevoked = statuses.some(({ status }) => {
    if (status.kind !== 'revoked') return false
    const proof = harmlessReasons.has(status.reason) ? token.genTime : fromLater
    return proof === undefined || proof >= status.revokedAt
  })
  const faults: TimeStampFault[] = [...judgement.faults, ...(isRevoked ? ['authority-revoked' as const] : [])]
  return {
    at: token.genTime,
    authority: judgement.certificate && displayName(judgement.certificate.subject),
    policy: token.policy,
    trusted: faults.length === 0,
    faults,
    revocation: revocationOf(statuses),
  }
}

/** The key was still the authority's own: what it stamped before stays good (RFC 3161, 4, point 1). */
const harmlessReasons: ReadonlySet<RevocationReason> = new Set([
  'unspecified', 'affiliation-changed', 'superseded', 'cessation-of-operation',
])

function earliest(stamps: readonly (TimeStampReport | undefined)[]): TimeStampReport | undefined {
  return stamps.filter((stamp) => stamp !== undefined).toSorted((one, other) => one.at.getTime() - other.at.getTime())[0]
}
