import { oids } from './object-identifiers.ts'
import {
  DerError, childrenOf, contentOf, contextTag, exactlyOf, oidOf, onlyChildOf, readDer, smallIntegerOf, tags, timeOf,
} from './read-der.ts'
import type { Element } from './read-der.ts'
import { digestOf, schemeOf } from './signature-scheme.ts'
import type { DigestName, SignatureScheme } from './signature-scheme.ts'
import { element } from './write-der.ts'

/** A signature container with its one signer, as a PDF carries it. Nothing is verified here. */
export interface SignedData {
  /** What stands inside; undefined for a detached container. */
  readonly content: Uint8Array | undefined
  /** DER, in the order of the container. */
  readonly certificates: readonly Uint8Array[]
  readonly signer: Signer
}

export interface Signer {
  readonly identifier: SignerIdentifier
  /** undefined: a digest that is not supported. */
  readonly digest: DigestName | undefined
  readonly scheme: SignatureScheme
  /** What the signature is over: the attributes as they stand in the container, under the tag of SET. */
  readonly signedAttributes: Uint8Array
  readonly messageDigest: Uint8Array
  readonly signingCertificate: CertificateReference | undefined
  /** Claimed, and in PAdES absent. */
  readonly signingTime: Date | undefined
  readonly signature: Uint8Array
  /** Time stamps and evidence, by the type of the attribute; the values are DER. */
  readonly unsignedAttributes: ReadonlyMap<string, readonly Uint8Array[]>
}

export type SignerIdentifier =
  | { kind: 'issuer-and-serial'; issuer: Uint8Array; serial: Uint8Array }
  | { kind: 'key-identifier'; keyIdentifier: Uint8Array }

/** The first certificate that signing-certificate (SHA-1, RFC 2634) or -v2 (RFC 5035) names. */
export interface CertificateReference {
  readonly digest: DigestName | undefined
  readonly certificateHash: Uint8Array
}

/**
 * @param contents DER, followed by nothing or by zeros
 * @throws DerError for anything but one DER SignedData, detached, with one signer that signed content-type (id-data) and message-digest
 */
export function parseSignedData(contents: Uint8Array): SignedData {
  const parsed = parseContainer(contents, oids.data)
  if (parsed.content !== undefined) throw new DerError('the container is not detached')
  return parsed
}

/**
 * A time-stamp token (RFC 3161, 2.4.2): `content` is the TSTInfo.
 * @param token DER, followed by nothing or by zeros
 * @throws DerError
 */
export function parseTimeStampToken(token: Uint8Array): SignedData & { content: Uint8Array } {
  const parsed = parseContainer(token, oids.timeStampInfo)
  if (parsed.content === undefined) throw new DerError('the token is empty')
  return { ...parsed, content: parsed.content }
}

function parseContainer(bytes: Uint8Array, wantedType: string): SignedData {
  const [type, wrapped] = exactlyOf(2, readDer(bytes, 'zeros'), tags.sequence)
  if (oidOf(type) !== oids.signedData) throw new DerError('the container is not SignedData')
  const [version, digests, encapsulated, ...rest] = childrenOf(onlyChildOf(wrapped, contextTag(0)), tags.sequence)
  versionOf(version, [1, 3, 4, 5])
  const [contentType, embedded] = childrenOf(encapsulated, tags.sequence)
  if (oidOf(contentType) !== wantedType) throw new DerError('the container holds something else')
  const certificates = rest[0]?.tag === contextTag(0) ? rest.shift() : undefined
  if (rest[0]?.tag === contextTag(1)) rest.shift()
  const signers = rest.length === 1 ? childrenOf(rest[0], tags.set) : []
  if (signers.length !== 1) throw new DerError('one signer was expected')
  const signer = signerOf(signers[0], wantedType)
  // RFC 5652, 5.1 allows to fail where the list of digests does not name the signer's.
  if (!childrenOf(digests, tags.set).map(digestOf).includes(signer.digest)) throw new DerError('the digest of the signer is not listed')
  return {
    content: embedded && contentOf(onlyChildOf(embedded, contextTag(0)), tags.octetString),
    certificates: (certificates?.children ?? []).filter(({ tag }) => tag === tags.sequence).map(({ raw }) => raw),
    signer,
  }
}

function signerOf(signer: Element | undefined, wantedType: string): Signer {
  const fields = [...childrenOf(signer, tags.sequence)]
  const [version, identifier, digestAlgorithm, signed, signatureAlgorithm, signature, unsigned] = fields
  if (fields.length > 7) throw new DerError('the signer has too many fields')
  versionOf(version, [1, 3])
  if (signed?.tag !== contextTag(0)) throw new DerError('signed attributes are missing')
  const attributes = attributesOf(signed)
  const contentType = onlyValueOf(attributes, oids.contentType)
  if (contentType === undefined || oidOf(contentType) !== wantedType) throw new DerError('the signed content-type is missing or wrong')
  const signingTime = onlyValueOf(attributes, oids.signingTime)
  const digest = digestOf(digestAlgorithm)
  return {
    identifier: identifierOf(identifier),
    digest,
    scheme: schemeOf(signatureAlgorithm, digest),
    signedAttributes: element(tags.set, signed.content),
    messageDigest: contentOf(onlyValueOf(attributes, oids.messageDigest), tags.octetString),
    signingCertificate: signingCertificateOf(attributes),
    signingTime: signingTime && timeOf(signingTime),
    signature: contentOf(signature, tags.octetString),
    unsignedAttributes: unsigned === undefined ? new Map() : unsignedOf(unsigned),
  }
}

/** Which of the known versions it is follows from the rest, and tools in the field get it wrong. */
function versionOf(version: Element | undefined, known: readonly number[]): void {
  if (!known.includes(smallIntegerOf(version))) throw new DerError('the version is unknown')
}

function identifierOf(identifier: Element | undefined): SignerIdentifier {
  if (identifier?.tag === contextTag(0, 'primitive')) return { kind: 'key-identifier', keyIdentifier: identifier.content }
  const [issuer, serial] = exactlyOf(2, identifier, tags.sequence)
  if (issuer === undefined) throw new DerError('the signer is not named')
  return { kind: 'issuer-and-serial', issuer: issuer.raw, serial: contentOf(serial, tags.integer) }
}

type Attributes = Map<string, readonly Element[]>

/** An attribute that is there twice could be read in two ways (RFC 5652, 5.3). */
function attributesOf(set: Element): Attributes {
  const attributes: Attributes = new Map()
  for (const attribute of set.children) {
    const [type, values] = exactlyOf(2, attribute, tags.sequence)
    const dotted = oidOf(type)
    if (attributes.has(dotted)) throw new DerError('an attribute is there twice')
    attributes.set(dotted, childrenOf(values, tags.set))
  }
  return attributes
}

function onlyValueOf(attributes: Attributes, type: string): Element | undefined {
  const values = attributes.get(type)
  if (values !== undefined && values.length !== 1) throw new DerError('an attribute has several values')
  return values?.[0]
}

function unsignedOf(unsigned: Element): ReadonlyMap<string, readonly Uint8Array[]> {
  if (unsigned.tag !== contextTag(1)) throw new DerError('unsigned attributes were expected')
  const all = new Map<string, Uint8Array[]>()
  for (const attribute of unsigned.children) {
    const [type, values] = exactlyOf(2, attribute, tags.sequence)
    const dotted = oidOf(type)
    all.set(dotted, [...(all.get(dotted) ?? []), ...childrenOf(values, tags.set).map(({ raw }) => raw)])
  }
  return all
}

function signingCertificateOf(attributes: Attributes): CertificateReference | undefined {
  const v2 = onlyValueOf(attributes, oids.signingCertificateV2)
  const value = v2 ?? onlyValueOf(attributes, oids.signingCertificate)
  if (value === undefined) return undefined
  const [certificates] = childrenOf(value, tags.sequence)
  const [first] = childrenOf(certificates, tags.sequence)
  const [algorithm, hash] = referenceFields(childrenOf(first, tags.sequence))
  const digest = v2 === undefined ? 'sha1' : algorithm === undefined ? 'sha256' : digestOf(algorithm)
  return { digest, certificateHash: contentOf(hash, tags.octetString) }
}

/** hashAlgorithm is left out where it is the default. */
function referenceFields(fields: readonly Element[]): [algorithm: Element | undefined, hash: Element | undefined] {
  return fields[0]?.tag === tags.sequence ? [fields[0], fields[1]] : [undefined, fields[0]]
}
