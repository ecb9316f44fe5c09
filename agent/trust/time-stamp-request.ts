import { oids } from '../cms/object-identifiers.ts'
import { integer, nothing, octets, oid, sequence, smallInteger, yes } from '../cms/write-der.ts'

export interface TimeStampRequest {
  /** SHA-256 of what is to be stamped. */
  imprintSha256: Uint8Array
  /** Content octets of a positive INTEGER. */
  nonce: Uint8Array
  /** The policy that the token must be issued under, dotted; absent for the authority's own. */
  policy: string | undefined
}

/** TimeStampReq (RFC 3161, 2.4.1), with the certificate of the authority asked for. */
export function buildTimeStampRequest({ imprintSha256, nonce, policy }: TimeStampRequest): Uint8Array {
  const imprint = sequence(sequence(oid(oids.sha256), nothing), octets(imprintSha256))
  return sequence(smallInteger(1), imprint, ...(policy === undefined ? [] : [oid(policy)]), integer(nonce), yes)
}
