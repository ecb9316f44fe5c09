import 'reflect-metadata'
import { randomBytes } from 'node:crypto'
import {
  AuthorityInfoAccessExtension,
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  CRLDistributionPointsExtension,
  CertificatePolicyExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  Extension,
  KeyUsageFlags,
  KeyUsagesExtension,
  Name,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  X509Certificate,
  X509CertificateGenerator,
} from '@peculiar/x509'
import type { JsonName } from '@peculiar/x509'
import type { KeyPair } from './key-pair.ts'

/** Names as they stand in a certificate: an RDN each, from the country inwards. */
export interface Subject {
  name: string
  organisation: string
  unit?: string | undefined
  locality?: string | undefined
  /** `T=`, the holder's office: "Giám đốc". */
  title?: string | undefined
  /** `UID=`: `CCCD:012345678901` for a person, `MST:0100000000` for an agency. */
  identity?: string | undefined
}

export interface Signatory {
  certificate: X509Certificate
  key: KeyPair
}

export interface Validity {
  notBefore: Date
  notAfter: Date
}

/** Where an authority would publish; only written into certificates, the servers are started apart. */
export interface PublishedAt {
  /** Absent where revocation is told by lists alone, as roots do for the authorities below them. */
  ocsp?: string
  crl: string
  issuer: string
}

const UID = '0.9.2342.19200300.100.1.1'
const TITLE = '2.5.4.12'
const POLICY = '1.3.6.1.4.1.99999.1.1'

/** @param encoded PEM or DER */
export function certificateFrom(encoded: string | Uint8Array): X509Certificate {
  return new X509Certificate(typeof encoded === 'string' ? encoded : new Uint8Array(encoded))
}

export function subjectName(subject: Subject): Name {
  const rdns: JsonName = [
    { C: ['VN'] },
    ...(subject.locality === undefined ? [] : [{ L: [subject.locality] }]),
    { O: [subject.organisation] },
    ...(subject.unit === undefined ? [] : [{ OU: [subject.unit] }]),
    ...(subject.title === undefined ? [] : [{ [TITLE]: [subject.title] }]),
    { CN: [subject.name] },
    ...(subject.identity === undefined ? [] : [{ [UID]: [subject.identity] }]),
  ]
  return new Name(rdns)
}

/** A certificate of an authority; self-signed where no issuer is given. `pathLength` as in RFC 5280, 4.2.1.9. */
export async function certifyAuthority(
  name: Name,
  key: KeyPair,
  validity: Validity,
  pathLength: number,
  issuer?: Signatory,
  publishedAt?: PublishedAt,
): Promise<X509Certificate> {
  const usages = new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true)
  const extensions = [new BasicConstraintsExtension(true, pathLength, true), usages, ...(publishedAt ? publication(publishedAt) : [])]
  return certify(name, key, validity, extensions, issuer)
}

/** What a certificate of the authority's own servers is for; `none` is for a server that must not do what it does. */
export type ServiceRole = 'time-stamping' | 'ocsp' | 'none'

const ocspNoCheck = '1.3.6.1.5.5.7.48.1.5'

/** Time stamping is stated alone and critical (RFC 3161, 2.3); a responder need not be asked about itself (RFC 6960, 4.2.2.2.1). */
export async function certifyService(
  name: Name,
  key: KeyPair,
  validity: Validity,
  issuer: Signatory,
  role: ServiceRole,
  publishedAt: PublishedAt,
): Promise<X509Certificate> {
  const roles: Record<ServiceRole, Extension[]> = {
    'time-stamping': [new ExtendedKeyUsageExtension([ExtendedKeyUsage.timeStamping], true)],
    'ocsp': [new ExtendedKeyUsageExtension([ExtendedKeyUsage.ocspSigning]), new Extension(ocspNoCheck, false, Uint8Array.of(5, 0))],
    'none': [],
  }
  const usages = new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true)
  return certify(name, key, validity, [new BasicConstraintsExtension(false, undefined, true), usages, ...roles[role], ...publication(publishedAt)], issuer)
}

function publication({ ocsp, crl, issuer }: PublishedAt): Extension[] {
  return [new CRLDistributionPointsExtension([crl]), new AuthorityInfoAccessExtension({ ...(ocsp === undefined ? {} : { ocsp: [ocsp] }), caIssuers: [issuer] })]
}

/** What a holder's certificate may be used for; `encryption` is the wrong one for signing. */
export type LeafUsage = 'signing' | 'encryption'

const { digitalSignature, nonRepudiation, keyEncipherment, dataEncipherment } = KeyUsageFlags
const keyUsages: Record<LeafUsage, KeyUsagesExtension> = {
  signing: new KeyUsagesExtension(digitalSignature | nonRepudiation | keyEncipherment, true),
  encryption: new KeyUsagesExtension(keyEncipherment | dataEncipherment, true),
}

/** The certificate of a person or an agency, with the fields of a real one of the second generation (G2). */
export async function certifyHolder(
  name: Name,
  key: KeyPair,
  validity: Validity,
  issuer: Signatory,
  holder: { email: string | undefined; usage: LeafUsage; publishedAt: PublishedAt },
): Promise<X509Certificate> {
  const extensions: Extension[] = [
    new BasicConstraintsExtension(false, undefined, true),
    keyUsages[holder.usage],
    new ExtendedKeyUsageExtension([ExtendedKeyUsage.clientAuth, ExtendedKeyUsage.emailProtection]),
    new CertificatePolicyExtension([POLICY]),
    ...publication(holder.publishedAt),
  ]
  if (holder.email !== undefined) extensions.push(new SubjectAlternativeNameExtension([{ type: 'email', value: holder.email }]))
  return certify(name, key, validity, extensions, issuer)
}

async function certify(
  subject: Name,
  key: KeyPair,
  validity: Validity,
  extensions: Extension[],
  issuer?: Signatory,
): Promise<X509Certificate> {
  const authorityKey = issuer?.certificate.publicKey ?? key.publicKey
  return X509CertificateGenerator.create({
    serialNumber: serialNumber(),
    subject: subject.toJSON(),
    issuer: issuer === undefined ? subject.toJSON() : issuer.certificate.subjectName.toJSON(),
    notBefore: validity.notBefore,
    notAfter: validity.notAfter,
    publicKey: key.publicKey,
    signingKey: (issuer?.key ?? key).privateKey,
    signingAlgorithm: (issuer?.key ?? key).signingAlgorithm,
    extensions: [
      ...extensions,
      await SubjectKeyIdentifierExtension.create(key.publicKey),
      await AuthorityKeyIdentifierExtension.create(authorityKey),
    ],
  })
}

/** 16 random bytes, positive and without a leading zero (RFC 5280, 4.1.2.2). */
function serialNumber(): string {
  const bytes = randomBytes(16)
  bytes.writeUInt8((bytes.readUInt8(0) & 0x3f) | 0x40, 0)
  return bytes.toString('hex')
}
