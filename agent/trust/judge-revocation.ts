import type { Certificate } from './certificate.ts'
import { judgeCrl } from './judge-crl.ts'
import { judgeOcsp } from './judge-ocsp.ts'
import type { RevocationQuestion, RevocationStatus } from './revocation.ts'

/** OCSP responses and revocation lists, DER, from anywhere: each is judged before it counts. */
export interface Evidence {
  readonly ocsps: readonly Uint8Array[]
  readonly crls: readonly Uint8Array[]
}

/**
 * What all the evidence together says of a certificate: the newest piece that says something (a hold may have been
 * lifted), and of two that are equally new the one that warns.
 */
export function judgeRevocation(question: RevocationQuestion, { ocsps, crls }: Evidence): RevocationStatus {
  const statuses = [...ocsps.map((der) => judgeOcsp(der, question)), ...crls.map((der) => judgeCrl(der, question))]
  const definite = statuses.filter((status) => status.kind !== 'unknown').toSorted(byAge)
  const telling = statuses.find((status) => status.kind === 'unknown' && status.reason !== 'for-another-certificate')
  return definite.at(-1) ?? telling ?? { kind: 'unknown', reason: 'no-evidence' }
}

export interface PathStatus {
  readonly certificate: Certificate
  readonly status: RevocationStatus
}

/**
 * Every certificate of a path but the anchor, which nobody can revoke.
 * @param path the certificate in question first, its anchor last
 */
export function judgePath(path: readonly Certificate[], evidence: Evidence, at: Date, now: Date): PathStatus[] {
  return path.slice(0, -1).map((certificate, index) => {
    const issuer = path[index + 1] ?? certificate
    return { certificate, status: judgeRevocation({ certificate, issuer, at, now }, evidence) }
  })
}

function byAge(one: RevocationStatus, other: RevocationStatus): number {
  if (one.kind === 'unknown' || other.kind === 'unknown') return 0
  return one.producedAt.getTime() - other.producedAt.getTime() || Number(one.kind === 'revoked') - Number(other.kind === 'revoked')
}
