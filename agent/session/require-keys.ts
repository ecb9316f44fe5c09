import { refuse } from '../../shared/errors.ts'
import type { CertificateView } from '../../shared/protocol/list-certificates.ts'
import type { Profile } from '../../shared/protocol/sign.ts'

/** Whose key an act takes; guard-order.ts holds each document against it once more. */
const acts: Record<Profile, 'person' | 'agency' | 'either'> = {
  approve: 'person',
  initials: 'person',
  comment: 'person',
  issue: 'agency',
  appendix: 'agency',
  copy: 'agency',
  income: 'either',
}

/**
 * The keys of one duty (Decree 30/2020, article 32): a person's own where a person signs; the agency's alone for what it issues, or
 * behind the registrar's own. @returns whether only the office's policy allows it
 * @throws RefusalError key-role-wrong, keys-of-two-duties where it does not
 */
export function requireOneDuty(profile: Profile, main: CertificateView, own: CertificateView | undefined, { anyKey }: { anyKey: boolean }): boolean {
  const wanted = acts[profile]
  const isOther = wanted !== 'either' && main.role !== 'unknown' && main.role !== wanted
  const isTwo = own !== undefined && (profile !== 'issue' || own.sha256 === main.sha256 || own.role === 'agency')
  if (!isOther && !isTwo) return false
  const other = own?.holder ?? ''
  // No policy makes two keys of one, and only what is issued takes two.
  if (isTwo && (own.sha256 === main.sha256 || profile !== 'issue')) refuse('keys-of-two-duties', { holder: main.holder, other })
  if (anyKey) return true
  if (isOther) return refuse('key-role-wrong', { holder: main.holder })
  return refuse('keys-of-two-duties', { holder: main.holder, other })
}
