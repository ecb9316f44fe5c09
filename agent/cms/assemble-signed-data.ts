import { oids } from './object-identifiers.ts'
import { DerError, childrenOf, contextTag, readDer, tags } from './read-der.ts'
import { digestAlgorithm, signatureAlgorithm } from './signature-scheme.ts'
import type { MadeScheme } from './signature-scheme.ts'
import { element, octets, oid, sequence, setOf, smallInteger } from './write-der.ts'

export interface SignedDataInput {
  /** What `buildSignedAttributes` returned. */
  signedAttributes: Uint8Array
  /** ECDSA: the DER value. */
  signature: Uint8Array
  /** DER, the signer's certificate first, then intermediates. */
  certificates: readonly Uint8Array[]
  scheme: MadeScheme
}

/** The whole container, detached: ContentInfo with SignedData (RFC 5652, section 5), DER. */
export function assembleSignedData(input: SignedDataInput): Uint8Array {
  const [leaf] = input.certificates
  if (leaf === undefined) throw new TypeError('a signature needs its certificate')
  const signedData = sequence(
    smallInteger(1),
    setOf(tags.set, digestAlgorithm(input.scheme.digest)),
    sequence(oid(oids.data)),
    setOf(contextTag(0), ...input.certificates),
    setOf(tags.set, signerInfo(leaf, input)),
  )
  return sequence(oid(oids.signedData), element(contextTag(0), signedData))
}

function signerInfo(leaf: Uint8Array, { signedAttributes, signature, scheme }: SignedDataInput): Uint8Array {
  return sequence(
    smallInteger(1),
    issuerAndSerialNumber(leaf),
    digestAlgorithm(scheme.digest),
    // IMPLICIT: the same content under [0]; the signature was made over the form with the tag of SET.
    element(contextTag(0), readDer(signedAttributes).content),
    signatureAlgorithm(scheme),
    octets(signature),
  )
}

function issuerAndSerialNumber(certificate: Uint8Array): Uint8Array {
  const [tbs] = childrenOf(readDer(certificate), tags.sequence)
  const fields = childrenOf(tbs, tags.sequence)
  const [serial, , issuer] = fields[0]?.tag === contextTag(0) ? fields.slice(1) : fields
  if (serial === undefined || issuer === undefined) throw new DerError('a certificate was expected')
  return sequence(issuer.raw, serial.raw)
}
