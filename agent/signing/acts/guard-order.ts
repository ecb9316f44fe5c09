import { createHash } from 'node:crypto'
import { refuse } from '../../../shared/errors.ts'
import { certificateFacts } from '../../token/certificate.ts'
import type { ActName, ActRequest } from './act.ts'
import type { EarlierSignature } from './read-signatures.ts'

/** Whose key an act takes (Decree 30/2020, articles 13, 17, 25 and 32); a clerk's or the agency's where both may. */
const roles: Record<ActName, 'person' | 'agency' | 'either'> = {
  approve: 'person',
  initials: 'person',
  comment: 'person',
  issue: 'agency',
  appendix: 'agency',
  copy: 'agency',
  income: 'either',
}

/** Refuses `key-role-wrong` where the key is known to be another one's; a certificate that does not tell is let through. */
export function guardRole({ act, keyRole, anyKey = false }: ActRequest, certificate: Uint8Array): void {
  const role = roles[act]
  if (anyKey || role === 'either' || keyRole === 'unknown' || keyRole === role) return
  refuse('key-role-wrong', { holder: certificate.length === 0 ? '' : certificateFacts(certificate).holder })
}

/**
 * The seal comes after the person in charge (articles 14 and 32): refuses `personal-signature-missing` unless a
 * signature holds that is not known to be an agency's and was made neither by the sealing key nor by the registrar's own. @returns those that count
 */
export function guardPersonalSignature(signatures: readonly EarlierSignature[], sealing: Uint8Array, registrarSha256?: string): EarlierSignature[] {
  const own = createHash('sha256').update(sealing).digest('hex')
  const isPersonal = ({ holds, role, certificateSha256 }: EarlierSignature): boolean =>
    holds && role !== 'agency' && certificateSha256 !== own && certificateSha256 !== registrarSha256
  const personal = signatures.filter(isPersonal)
  if (personal.length === 0) refuse('personal-signature-missing')
  return personal
}

/** A document that has arrived is stamped only when all its signatures hold (article 21): the stamp would cover up what is broken. */
export function guardArrival(signatures: readonly EarlierSignature[]): void {
  if (signatures.some(({ holds }) => !holds)) refuse('document-signature-broken')
}
