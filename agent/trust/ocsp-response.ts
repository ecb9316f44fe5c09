import { oids } from '../cms/object-identifiers.ts'
import {
  DerError, bitsOf, childrenOf, contentOf, contextTag, exactlyOf, oidOf, onlyChildOf, preciseTimeOf, readDer, tags,
} from '../cms/read-der.ts'
import type { Element } from '../cms/read-der.ts'
import { digestOf, schemeOf } from '../cms/signature-scheme.ts'
import type { DigestName, SignatureScheme } from '../cms/signature-scheme.ts'
import { readName } from './distinguished-name.ts'
import type { DistinguishedName } from './distinguished-name.ts'
import { revocationReasons } from './revocation.ts'
import type { RevocationReason } from './revocation.ts'

/** A signed answer of an OCSP responder (RFC 6960, 4.2.1), read and not judged. */
export interface OcspResponse {
  /** ResponseData, which the signature is over. */
  readonly tbs: Uint8Array
  readonly scheme: SignatureScheme
  readonly signature: Uint8Array
  /** DER. */
  readonly certificates: readonly Uint8Array[]
  readonly responder: { kind: 'name'; name: DistinguishedName } | { kind: 'key'; sha1: Uint8Array }
  readonly producedAt: Date
  readonly answers: readonly OcspAnswer[]
  readonly nonce: Uint8Array | undefined
}

export interface OcspAnswer {
  readonly digest: DigestName | undefined
  readonly issuerNameHash: Uint8Array
  readonly issuerKeyHash: Uint8Array
  readonly serial: Uint8Array
  readonly status: { kind: 'good' | 'unknown' } | { kind: 'revoked'; at: Date; reason: RevocationReason }
  readonly thisUpdate: Date
  readonly nextUpdate: Date | undefined
}

/** @returns undefined where the responder answers with an error; @throws DerError */
export function readOcspResponse(response: Uint8Array): OcspResponse | undefined {
  const [status, wrapped] = childrenOf(readDer(response), tags.sequence)
  if (contentOf(status, tags.enumerated)[0] !== 0) return undefined
  const [type, octets] = exactlyOf(2, onlyChildOf(wrapped, contextTag(0)), tags.sequence)
  if (oidOf(type) !== oids.basicOcspResponse) throw new DerError('the kind of answer is unknown')
  const [data, algorithm, signature, certificates] = childrenOf(readDer(contentOf(octets, tags.octetString)), tags.sequence)
  if (data === undefined) throw new DerError('the answer is empty')
  return {
    ...dataOf(data),
    tbs: data.raw,
    scheme: schemeOf(algorithm),
    signature: bitsOf(signature),
    certificates: certificates === undefined ? [] : childrenOf(onlyChildOf(certificates, contextTag(0)), tags.sequence).map(({ raw }) => raw),
  }
}

function dataOf(data: Element): Pick<OcspResponse, 'responder' | 'producedAt' | 'answers' | 'nonce'> {
  const fields = [...childrenOf(data, tags.sequence)]
  if (fields[0]?.tag === contextTag(0)) fields.shift()
  const [responder, producedAt, answers, extensions] = fields
  return {
    responder: responderOf(responder),
    producedAt: preciseTimeOf(producedAt),
    answers: childrenOf(answers, tags.sequence).map(answerOf),
    nonce: extensions && nonceOf(onlyChildOf(extensions, contextTag(1))),
  }
}

function responderOf(responder: Element | undefined): OcspResponse['responder'] {
  if (responder?.tag === contextTag(1)) return { kind: 'name', name: readName(onlyChildOf(responder, contextTag(1))) }
  return { kind: 'key', sha1: contentOf(onlyChildOf(responder, contextTag(2)), tags.octetString) }
}

function answerOf(answer: Element): OcspAnswer {
  const [id, status, thisUpdate, ...rest] = childrenOf(answer, tags.sequence)
  const [algorithm, nameHash, keyHash, serial] = exactlyOf(4, id, tags.sequence)
  const nextUpdate = rest.find(({ tag }) => tag === contextTag(0))
  return {
    digest: digestOf(algorithm),
    issuerNameHash: contentOf(nameHash, tags.octetString),
    issuerKeyHash: contentOf(keyHash, tags.octetString),
    serial: contentOf(serial, tags.integer),
    status: statusOf(status),
    thisUpdate: preciseTimeOf(thisUpdate),
    nextUpdate: nextUpdate && preciseTimeOf(onlyChildOf(nextUpdate, contextTag(0))),
  }
}

function statusOf(status: Element | undefined): OcspAnswer['status'] {
  if (status?.tag === contextTag(0, 'primitive')) return { kind: 'good' }
  if (status?.tag === contextTag(2, 'primitive')) return { kind: 'unknown' }
  const [at, reason] = childrenOf(status, contextTag(1))
  const number = reason === undefined ? 0 : contentOf(onlyChildOf(reason, contextTag(0)), tags.enumerated)[0]
  return { kind: 'revoked', at: preciseTimeOf(at), reason: revocationReasons[number ?? 0] ?? 'unspecified' }
}

function nonceOf(extensions: Element): Uint8Array | undefined {
  const found = childrenOf(extensions, tags.sequence).find((extension) => oidOf(childrenOf(extension, tags.sequence)[0]) === oids.ocspNonce)
  const value = found && contentOf(childrenOf(found, tags.sequence).at(-1), tags.octetString)
  // RFC 8954 wraps the nonce in an OCTET STRING of its own; some responders leave the wrapping out.
  return value?.[0] === tags.octetString && value[1] === value.length - 2 ? value.subarray(2) : value
}
