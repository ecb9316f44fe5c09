import { createHash, createPublicKey } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import {
  DerError, bitsOf, booleanOf, childrenOf, contentOf, contextTag, exactlyOf, oidOf, onlyChildOf, readDer, sameBytes, smallIntegerOf,
  tags, timeOf,
} from '../cms/read-der.ts'
import type { Element } from '../cms/read-der.ts'
import { schemeOf } from '../cms/signature-scheme.ts'
import type { SignatureScheme } from '../cms/signature-scheme.ts'
import { readName } from './distinguished-name.ts'
import type { DistinguishedName } from './distinguished-name.ts'

/** An X.509 certificate (RFC 5280, section 4), read and not judged. */
export interface Certificate {
  readonly der: Uint8Array
  /** Of `der`, hex. */
  readonly sha256: string
  readonly version: number
  /** Content octets of the INTEGER. */
  readonly serial: Uint8Array
  readonly issuer: DistinguishedName
  readonly subject: DistinguishedName
  readonly notBefore: Date
  readonly notAfter: Date
  /** undefined: a key that OpenSSL does not take. */
  readonly publicKey: KeyObject | undefined
  /** SubjectPublicKeyInfo, DER. */
  readonly publicKeyInfo: Uint8Array
  /** What the issuer signed. */
  readonly tbs: Uint8Array
  readonly scheme: SignatureScheme
  readonly signature: Uint8Array
  readonly extensions: ReadonlyMap<string, Extension>
  readonly basicConstraints: BasicConstraints | undefined
  readonly keyUsage: ReadonlySet<KeyUsage> | undefined
  readonly subjectKeyIdentifier: Uint8Array | undefined
  readonly authorityKeyIdentifier: Uint8Array | undefined
}

export interface Extension {
  readonly critical: boolean
  readonly value: Uint8Array
}

export interface BasicConstraints {
  readonly authority: boolean
  readonly pathLength: number | undefined
}

export const extensionTypes = {
  subjectKeyIdentifier: '2.5.29.14',
  keyUsage: '2.5.29.15',
  subjectAltName: '2.5.29.17',
  issuerAltName: '2.5.29.18',
  basicConstraints: '2.5.29.19',
  nameConstraints: '2.5.29.30',
  certificatePolicies: '2.5.29.32',
  policyMappings: '2.5.29.33',
  authorityKeyIdentifier: '2.5.29.35',
  policyConstraints: '2.5.29.36',
  extendedKeyUsage: '2.5.29.37',
  inhibitAnyPolicy: '2.5.29.54',
} as const

/** In the order of the bits (RFC 5280, 4.2.1.3). */
const keyUsages = [
  'digitalSignature', 'nonRepudiation', 'keyEncipherment', 'dataEncipherment', 'keyAgreement', 'keyCertSign', 'cRLSign', 'encipherOnly',
  'decipherOnly',
] as const
export type KeyUsage = (typeof keyUsages)[number]

/** @throws DerError */
export function readCertificate(der: Uint8Array): Certificate {
  const [tbs, algorithm, signature] = exactlyOf(3, readDer(der), tags.sequence)
  const fields = [...childrenOf(tbs, tags.sequence)]
  const version = fields[0]?.tag === contextTag(0) ? smallIntegerOf(onlyChildOf(fields.shift(), contextTag(0))) + 1 : 1
  const [serial, innerAlgorithm, issuer, validity, subject, publicKeyInfo] = fields
  if (!tbs || !algorithm || !innerAlgorithm || !issuer || !subject || !publicKeyInfo) throw new DerError('the certificate is not complete')
  if (!sameBytes(algorithm.raw, innerAlgorithm.raw)) throw new DerError('the certificate names two signature algorithms')
  const [notBefore, notAfter] = exactlyOf(2, validity, tags.sequence)
  const extensions = extensionsOf(fields.slice(6))
  return {
    der,
    sha256: createHash('sha256').update(der).digest('hex'),
    version,
    serial: contentOf(serial, tags.integer),
    issuer: readName(issuer),
    subject: readName(subject),
    notBefore: timeOf(notBefore),
    notAfter: timeOf(notAfter),
    publicKey: publicKeyOf(publicKeyInfo.raw),
    publicKeyInfo: publicKeyInfo.raw,
    tbs: tbs.raw,
    scheme: schemeOf(algorithm),
    signature: bitsOf(signature),
    extensions,
    basicConstraints: basicConstraintsOf(extensions.get(extensionTypes.basicConstraints)),
    keyUsage: keyUsageOf(extensions.get(extensionTypes.keyUsage)),
    subjectKeyIdentifier: subjectKeyIdentifierOf(extensions.get(extensionTypes.subjectKeyIdentifier)),
    authorityKeyIdentifier: authorityKeyIdentifierOf(extensions.get(extensionTypes.authorityKeyIdentifier)),
  }
}

/** Whether the holder may sign documents: any key usage that is stated must say so. An extended key usage is not asked for. */
export function maySign({ keyUsage }: Certificate): boolean {
  return keyUsage === undefined || keyUsage.has('digitalSignature') || keyUsage.has('nonRepudiation')
}

/** The purposes of RFC 5280, 4.2.1.12, that stand for a service and not for a person. */
export const servicePurposes = { timeStamping: '1.3.6.1.5.5.7.3.8', ocspSigning: '1.3.6.1.5.5.7.3.9' } as const

/** @returns undefined where nothing is stated */
export function purposesOf({ extensions }: Certificate): { critical: boolean; purposes: readonly string[] } | undefined {
  const extension = extensions.get(extensionTypes.extendedKeyUsage)
  return extension && { critical: extension.critical, purposes: childrenOf(readDer(extension.value), tags.sequence).map(oidOf) }
}

function publicKeyOf(info: Uint8Array): KeyObject | undefined {
  try {
    return createPublicKey({ key: Buffer.from(info), format: 'der', type: 'spki' })
  } catch {
    return undefined
  }
}

function extensionsOf(optionalFields: readonly Element[]): ReadonlyMap<string, Extension> {
  const extensions = new Map<string, Extension>()
  const field = optionalFields.find(({ tag }) => tag === contextTag(3))
  if (field === undefined) return extensions
  for (const extension of childrenOf(onlyChildOf(field, contextTag(3)), tags.sequence)) {
    const [type, ...rest] = childrenOf(extension, tags.sequence)
    const critical = rest[0]?.tag === tags.boolean ? booleanOf(rest.shift()) : false
    const dotted = oidOf(type)
    if (extensions.has(dotted)) throw new DerError('an extension is there twice')
    extensions.set(dotted, { critical, value: contentOf(rest[0], tags.octetString) })
  }
  return extensions
}

function basicConstraintsOf(extension: Extension | undefined): BasicConstraints | undefined {
  if (extension === undefined) return undefined
  const fields = [...childrenOf(readDer(extension.value), tags.sequence)]
  const authority = fields[0]?.tag === tags.boolean ? booleanOf(fields.shift()) : false
  return { authority, pathLength: fields[0] && smallIntegerOf(fields[0]) }
}

function keyUsageOf(extension: Extension | undefined): ReadonlySet<KeyUsage> | undefined {
  if (extension === undefined) return undefined
  const [, ...bytes] = contentOf(readDer(extension.value), tags.bitString)
  return new Set(keyUsages.filter((_usage, bit) => ((bytes[bit >> 3] ?? 0) & (0x80 >> (bit & 7))) !== 0))
}

function subjectKeyIdentifierOf(extension: Extension | undefined): Uint8Array | undefined {
  return extension && contentOf(readDer(extension.value), tags.octetString)
}

function authorityKeyIdentifierOf(extension: Extension | undefined): Uint8Array | undefined {
  if (extension === undefined) return undefined
  return childrenOf(readDer(extension.value), tags.sequence).find(({ tag }) => tag === contextTag(0, 'primitive'))?.content
}
