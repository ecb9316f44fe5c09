import { constants, verify } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import { DerError, childrenOf, contentOf, oidOf, onlyChildOf, contextTag, smallIntegerOf, tags } from './read-der.ts'
import type { Element } from './read-der.ts'
import { oids } from './object-identifiers.ts'
import { element, nothing, oid, sequence, smallInteger } from './write-der.ts'

/** Names as node:crypto has them. */
export type DigestName = 'sha1' | 'sha224' | 'sha256' | 'sha384' | 'sha512' | 'sha3-256' | 'sha3-384' | 'sha3-512'

/** How a signature was made, read from an AlgorithmIdentifier. */
export type SignatureScheme =
  | { kind: 'rsa-pkcs1'; digest: DigestName }
  | { kind: 'rsa-pss'; digest: DigestName; saltBytes: number }
  | { kind: 'ecdsa'; digest: DigestName }
  | { kind: 'unsupported'; oid: string }

/** How signatures are made here; all others are only verified. */
export interface MadeScheme {
  kind: 'rsa-pkcs1' | 'rsa-pss' | 'ecdsa'
  digest: 'sha256' | 'sha384' | 'sha512'
}

const digestOids: Record<string, DigestName> = {
  '1.3.14.3.2.26': 'sha1',
  '2.16.840.1.101.3.4.2.4': 'sha224',
  '2.16.840.1.101.3.4.2.1': 'sha256',
  '2.16.840.1.101.3.4.2.2': 'sha384',
  '2.16.840.1.101.3.4.2.3': 'sha512',
  '2.16.840.1.101.3.4.2.8': 'sha3-256',
  '2.16.840.1.101.3.4.2.9': 'sha3-384',
  '2.16.840.1.101.3.4.2.10': 'sha3-512',
}

const signatureOids: Record<string, SignatureScheme> = {
  '1.2.840.113549.1.1.5': { kind: 'rsa-pkcs1', digest: 'sha1' },
  '1.2.840.113549.1.1.14': { kind: 'rsa-pkcs1', digest: 'sha224' },
  '1.2.840.113549.1.1.11': { kind: 'rsa-pkcs1', digest: 'sha256' },
  '1.2.840.113549.1.1.12': { kind: 'rsa-pkcs1', digest: 'sha384' },
  '1.2.840.113549.1.1.13': { kind: 'rsa-pkcs1', digest: 'sha512' },
  '2.16.840.1.101.3.4.3.14': { kind: 'rsa-pkcs1', digest: 'sha3-256' },
  '2.16.840.1.101.3.4.3.15': { kind: 'rsa-pkcs1', digest: 'sha3-384' },
  '2.16.840.1.101.3.4.3.16': { kind: 'rsa-pkcs1', digest: 'sha3-512' },
  '1.2.840.10045.4.1': { kind: 'ecdsa', digest: 'sha1' },
  '1.2.840.10045.4.3.1': { kind: 'ecdsa', digest: 'sha224' },
  '1.2.840.10045.4.3.2': { kind: 'ecdsa', digest: 'sha256' },
  '1.2.840.10045.4.3.3': { kind: 'ecdsa', digest: 'sha384' },
  '1.2.840.10045.4.3.4': { kind: 'ecdsa', digest: 'sha512' },
  '2.16.840.1.101.3.4.3.10': { kind: 'ecdsa', digest: 'sha3-256' },
  '2.16.840.1.101.3.4.3.11': { kind: 'ecdsa', digest: 'sha3-384' },
  '2.16.840.1.101.3.4.3.12': { kind: 'ecdsa', digest: 'sha3-512' },
}

/** Key identifiers that stand in CMS where the digest is named apart (RFC 3370, 3.2; RFC 5753 forbids it, tools write it). */
const keyOids: Record<string, 'rsa-pkcs1' | 'ecdsa'> = {
  '1.2.840.113549.1.1.1': 'rsa-pkcs1',
  '1.2.840.10045.2.1': 'ecdsa',
}

/** @returns undefined for a digest that is not in the list, MD5 among them */
export function digestOf(algorithm: Element | undefined): DigestName | undefined {
  return digestOids[oidOf(childrenOf(algorithm, tags.sequence)[0])]
}

/**
 * @param algorithm AlgorithmIdentifier of the signature
 * @param digest the digest that CMS names beside it; none for certificates
 * @throws DerError where both name a digest and they differ
 */
export function schemeOf(algorithm: Element | undefined, digest?: DigestName): SignatureScheme {
  const [identifier, parameters] = childrenOf(algorithm, tags.sequence)
  const dotted = oidOf(identifier)
  const keyKind = keyOids[dotted]
  if (keyKind !== undefined) return digest === undefined ? { kind: 'unsupported', oid: dotted } : { kind: keyKind, digest }
  const scheme = dotted === oids.rsaPss ? pssOf(parameters) : (signatureOids[dotted] ?? { kind: 'unsupported', oid: dotted })
  if (dotted !== oids.rsaPss && scheme.kind !== 'unsupported' && parameters !== undefined) contentOf(parameters, tags.null)
  if (scheme.kind !== 'unsupported' && digest !== undefined && scheme.digest !== digest) {
    throw new DerError('two different digests are named')
  }
  return scheme
}

/**
 * Whether the signature is the key's over these bytes. Keys and schemes that do not belong together do not verify.
 * ECDSA values are in DER (RFC 3279, 2.2.3).
 */
export function checkSignature(scheme: SignatureScheme, key: KeyObject, data: Uint8Array, signature: Uint8Array): boolean {
  switch (scheme.kind) {
    case 'rsa-pkcs1':
      if (key.asymmetricKeyType !== 'rsa') return false
      return verify(scheme.digest, data, { key, padding: constants.RSA_PKCS1_PADDING }, signature)
    case 'rsa-pss':
      if (key.asymmetricKeyType !== 'rsa' && key.asymmetricKeyType !== 'rsa-pss') return false
      return verify(scheme.digest, data, { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: scheme.saltBytes }, signature)
    case 'ecdsa':
      if (key.asymmetricKeyType !== 'ec') return false
      return verify(scheme.digest, data, { key, dsaEncoding: 'der' }, signature)
    case 'unsupported':
      return false
  }
}

/** AlgorithmIdentifier of a digest, without parameters (RFC 5754, section 2). */
export function digestAlgorithm(digest: MadeScheme['digest']): Uint8Array {
  return sequence(oid(oids[digest]))
}

/** AlgorithmIdentifier of a signature (RFC 4055, RFC 5758, 3.2): NULL beside PKCS#1 v1.5, nothing beside ECDSA. */
export function signatureAlgorithm({ kind, digest }: MadeScheme): Uint8Array {
  if (kind === 'rsa-pss') return sequence(oid(oids.rsaPss), pssParameters(digest))
  const found = Object.entries(signatureOids).find(([, scheme]) => scheme.kind === kind && scheme.digest === digest)
  if (found === undefined) throw new TypeError(`${kind} with ${digest} has no identifier`)
  return sequence(oid(found[0]), ...(kind === 'rsa-pkcs1' ? [nothing] : []))
}

/** RSASSA-PSS-params with MGF1 by the same digest and a salt as long as it is, trailer 1 by default (RFC 4055, 3.1). */
function pssParameters(digest: MadeScheme['digest']): Uint8Array {
  const hash = sequence(oid(oids[digest]), nothing)
  const mask = sequence(oid(oids.mgf1), hash)
  return sequence(element(contextTag(0), hash), element(contextTag(1), mask), element(contextTag(2), smallInteger(digestBytes[digest])))
}

const digestBytes: Record<MadeScheme['digest'], number> = { sha256: 32, sha384: 48, sha512: 64 }

/** Why a signature proves little although it verifies: SHA-1, or an RSA key below 2048 bits. */
export function weaknessOf(scheme: SignatureScheme, key: KeyObject): 'sha1' | 'short-key' | undefined {
  if (scheme.kind !== 'unsupported' && scheme.digest === 'sha1') return 'sha1'
  const { modulusLength } = key.asymmetricKeyDetails ?? {}
  return modulusLength !== undefined && modulusLength < 2048 ? 'short-key' : undefined
}

/** RSASSA-PSS-params (RFC 4055, 3.1). OpenSSL takes one digest for both uses, and so do all signers in the field. */
function pssOf(parameters: Element | undefined): SignatureScheme {
  const unsupported: SignatureScheme = { kind: 'unsupported', oid: oids.rsaPss }
  if (parameters === undefined) return unsupported
  const fields = new Map(childrenOf(parameters, tags.sequence).map((field) => [field.tag, field]))
  const field = (number: number) => {
    const tag = contextTag(number)
    const found = fields.get(tag)
    return found && onlyChildOf(found, tag)
  }
  const [hash, mask, salt, trailer] = [field(0), field(1), field(2), field(3)]
  const digest = hash === undefined ? 'sha1' : digestOf(hash)
  const [maskOid, maskDigest] = mask === undefined ? [] : childrenOf(mask, tags.sequence)
  const mgfDigest = mask === undefined ? 'sha1' : oidOf(maskOid) === oids.mgf1 ? digestOf(maskDigest) : undefined
  if (digest === undefined || mgfDigest !== digest || (trailer !== undefined && smallIntegerOf(trailer) !== 1)) return unsupported
  const saltBytes = salt === undefined ? 20 : smallIntegerOf(salt)
  return saltBytes > 512 ? unsupported : { kind: 'rsa-pss', digest, saltBytes }
}
