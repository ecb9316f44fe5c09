import { booleanOf, childrenOf, contextTag, readDer, tags } from '../cms/read-der.ts'
import { checkSignature, weaknessOf } from '../cms/signature-scheme.ts'
import type { Certificate } from './certificate.ts'
import { crlUrlsOf, urlsIn } from './certificate-urls.ts'
import { unlessMalformed } from './check-signer.ts'
import { findEntry, readCrl } from './crl.ts'
import type { RevocationList } from './crl.ts'
import { timeFault } from './revocation.ts'
import type { RevocationQuestion, RevocationStatus, UnknownReason } from './revocation.ts'

const extensionTypes = { crlNumber: '2.5.29.20', delta: '2.5.29.27', distributionPoint: '2.5.29.28', authorityKeyIdentifier: '2.5.29.35' }

/**
 * What a list says of a certificate (RFC 5280, 6.3.3). Complete
 * lists of the issuer itself count; of a delta list only what it revokes, and indirect lists are not used.
 */
export function judgeCrl(der: Uint8Array, question: RevocationQuestion): RevocationStatus {
  return unlessMalformed(() => judge(readCrl(der), question)) ?? unknown('malformed')
}

function judge(list: RevocationList, question: RevocationQuestion): RevocationStatus {
  const { certificate, issuer } = question
  if (list.issuer.canonical !== certificate.issuer.canonical) return unknown('for-another-certificate')
  const fault = scopeFault(list, certificate) ?? signatureFault(list, issuer)
  return fault === undefined ? statusFrom(list, findEntry(list, certificate.serial), question) : unknown(fault)
}

function unknown(reason: UnknownReason): RevocationStatus {
  return { kind: 'unknown', reason }
}

function statusFrom(list: RevocationList, entry: ReturnType<typeof findEntry>, question: RevocationQuestion): RevocationStatus {
  if (entry === 'extension-unknown') return unknown(entry)
  if (list.extensions.has(extensionTypes.delta) && (entry === undefined || entry.reason === 'remove-from-crl')) return unknown('delta')
  const { thisUpdate, nextUpdate } = list
  const fault = timeFault(question, thisUpdate, nextUpdate)
  // A revocation does not go out of date, only its absence does.
  if (fault === 'from-the-future' || (fault !== undefined && entry === undefined)) return unknown(fault)
  return entry === undefined ? { kind: 'good', producedAt: thisUpdate, nextUpdate } : { kind: 'revoked', producedAt: thisUpdate, ...entry }
}

function signatureFault({ scheme, tbs, signature }: RevocationList, issuer: Certificate): UnknownReason | undefined {
  if (issuer.keyUsage !== undefined && !issuer.keyUsage.has('cRLSign')) return 'signer-not-entitled'
  if (issuer.publicKey === undefined || weaknessOf(scheme, issuer.publicKey) === 'short-key') return 'signature-wrong'
  return checkSignature(scheme, issuer.publicKey, tbs, signature) ? undefined : 'signature-wrong'
}

/** Whether the list is one that would name this certificate (5.2.4, 5.2.5). */
function scopeFault({ extensions }: RevocationList, certificate: Certificate): UnknownReason | undefined {
  const known = Object.values(extensionTypes)
  if ([...extensions].some(([type, { critical }]) => critical && !known.includes(type))) return 'extension-unknown'
  const point = extensions.get(extensionTypes.distributionPoint)
  return point && (coversCertificate(point.value, certificate) ? undefined : 'partial')
}

/** IssuingDistributionPoint: for this kind of certificate, for all reasons, from where the certificate says. */
function coversCertificate(issuingDistributionPoint: Uint8Array, certificate: Certificate): boolean {
  const fields = new Map(childrenOf(readDer(issuingDistributionPoint), tags.sequence).map((field) => [field.tag, field]))
  const flag = (number: number): boolean => {
    const field = fields.get(contextTag(number, 'primitive'))
    return field !== undefined && booleanOf({ ...field, tag: tags.boolean })
  }
  const isAuthority = certificate.basicConstraints?.authority === true
  const [onlyUsers, onlyAuthorities, indirect, onlyAttributes] = [flag(1), flag(2), flag(4), flag(5)]
  const onlySomeReasons = fields.has(contextTag(3, 'primitive'))
  if (onlySomeReasons || indirect || onlyAttributes || (onlyUsers && isAuthority) || (onlyAuthorities && !isAuthority)) return false
  const point = fields.get(contextTag(0))
  if (point === undefined) return true
  const published = urlsIn(point)
  return crlUrlsOf(certificate).some((url) => published.includes(url))
}
