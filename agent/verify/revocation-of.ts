import { displayName } from '../trust/distinguished-name.ts'
import type { PathStatus } from '../trust/judge-revocation.ts'
import type { RevocationReport } from './report.ts'

/** `unknown` is said only where there is evidence about something: without any, nothing was checked. */
export function revocationOf(statuses: readonly PathStatus[]): RevocationReport {
  for (const { certificate, status } of statuses) {
    if (status.kind === 'revoked') {
      return { status: 'revoked', holder: displayName(certificate.subject), revokedAt: status.revokedAt, reason: status.reason }
    }
  }
  if (statuses.every(({ status }) => status.kind === 'unknown' && status.reason === 'no-evidence')) return { status: 'not-checked' }
  return { status: statuses.every(({ status }) => status.kind === 'good') ? 'good' : 'unknown' }
}
