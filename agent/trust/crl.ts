import {
  DerError, bitsOf, booleanOf, childrenOf, contentOf, contextTag, oidOf, readDer, sameBytes, scanDer, tags, timeOf,
} from '../cms/read-der.ts'
import type { Element } from '../cms/read-der.ts'
import { schemeOf } from '../cms/signature-scheme.ts'
import type { SignatureScheme } from '../cms/signature-scheme.ts'
import type { Extension } from './certificate.ts'
import { readName } from './distinguished-name.ts'
import type { DistinguishedName } from './distinguished-name.ts'
import { revocationReasons } from './revocation.ts'
import type { RevocationReason } from './revocation.ts'

/** A certificate revocation list (RFC 5280, section 5), read and not judged. Its entries stay bytes: there may be many thousands. */
export interface RevocationList {
  readonly tbs: Uint8Array
  readonly scheme: SignatureScheme
  readonly signature: Uint8Array
  readonly issuer: DistinguishedName
  readonly thisUpdate: Date
  readonly nextUpdate: Date | undefined
  readonly extensions: ReadonlyMap<string, Extension>
  readonly entries: Uint8Array
}

export interface RevocationEntry {
  readonly revokedAt: Date
  readonly reason: RevocationReason
}

const reasonCode = '2.5.29.21'

/** @throws DerError */
export function readCrl(der: Uint8Array): RevocationList {
  const [outer, after] = scanDer(der)
  if (outer?.tag !== tags.sequence || after !== undefined) throw new DerError('a revocation list was expected')
  const [tbs, algorithm, signature] = scanDer(outer.content)
  if (tbs?.tag !== tags.sequence || algorithm === undefined) throw new DerError('the revocation list is not complete')
  const fields = [...scanDer(tbs.content)]
  if (fields[0]?.tag === tags.integer) fields.shift()
  const [innerAlgorithm, issuer, thisUpdate, ...rest] = fields
  if (innerAlgorithm === undefined || issuer === undefined) throw new DerError('the revocation list is not complete')
  if (!sameBytes(innerAlgorithm.raw, algorithm.raw)) throw new DerError('the revocation list names two signature algorithms')
  const nextUpdate = isTime(rest[0]) ? timeOf(rest.shift()) : undefined
  const entries = rest[0]?.tag === tags.sequence ? rest.shift()?.content : undefined
  return {
    tbs: tbs.raw,
    scheme: schemeOf(readDer(algorithm.raw)),
    signature: bitsOf(signature),
    issuer: readName(readDer(issuer.raw)),
    thisUpdate: timeOf(thisUpdate),
    nextUpdate,
    entries: entries ?? new Uint8Array(),
    extensions: rest[0]?.tag === contextTag(0) ? extensionsOf(readDer(rest[0].content)) : new Map(),
  }
}

/**
 * The entry with this serial number. Every entry is looked at: a critical extension that is not understood makes the
 * whole list unusable (RFC 5280, 5.3).
 * @throws DerError
 */
export function findEntry({ entries }: RevocationList, serial: Uint8Array): RevocationEntry | 'extension-unknown' | undefined {
  let found: RevocationEntry | undefined
  for (const entry of scanDer(entries)) {
    const [number, date, extensions] = scanDer(entry.content)
    const read = extensions === undefined ? undefined : extensionsOf(readDer(extensions.raw))
    if (read !== undefined && [...read].some(([type, { critical }]) => critical && type !== reasonCode)) return 'extension-unknown'
    if (!sameBytes(contentOf(number, tags.integer), serial)) continue
    const reason = read?.get(reasonCode)
    const code = reason === undefined ? 0 : contentOf(readDer(reason.value), tags.enumerated)[0]
    found = { revokedAt: timeOf(date), reason: revocationReasons[code ?? 0] ?? 'unspecified' }
  }
  return found
}

function isTime(element: Element | undefined): boolean {
  return element?.tag === tags.utcTime || element?.tag === tags.generalizedTime
}

function extensionsOf(list: Element): ReadonlyMap<string, Extension> {
  return new Map(childrenOf(list, tags.sequence).map((extension) => {
    const [type, ...rest] = childrenOf(extension, tags.sequence)
    const critical = rest[0]?.tag === tags.boolean ? booleanOf(rest.shift()) : false
    return [oidOf(type), { critical, value: contentOf(rest[0], tags.octetString) }]
  }))
}
