import { access, mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { X509Certificate } from '@peculiar/x509'
import { certificateFrom, certifyAuthority, certifyHolder, subjectName } from './certificate.ts'
import type { LeafUsage, PublishedAt, Signatory, Subject, Validity } from './certificate.ts'
import { keyPairFrom, makeKeyPair } from './key-pair.ts'
import type { KeyKind, KeyPair } from './key-pair.ts'
import { writePkcs12 } from './pkcs12.ts'

/** The test PKI of the demo: an invented root, an issuing authority, and whoever is to hold a certificate. */
export interface Authority {
  root: AuthorityCertificate
  issuing: AuthorityCertificate
  /** With their keys, for the servers that answer in their names. */
  signatories: { root: Signatory; issuing: Signatory }
  publishedAt: { holders: PublishedAt; authorities?: PublishedAt | undefined }
  issue(request: HolderRequest): Promise<Credential>
}

export interface AuthorityCertificate {
  certificatePem: string
  certificateDer: Uint8Array
}

/** `leader` and `clerk` are persons, `agency` is the body whose seal it is. */
export type HolderProfile = 'leader' | 'clerk' | 'agency'

export interface HolderRequest extends Subject {
  profile: HolderProfile
  email?: string
  /** Default: yesterday, to five years later. A certificate that is expired or not yet valid is made by these. */
  notBefore?: Date
  notAfter?: Date
  /** Default: rsa-2048, what most tokens in the field hold. */
  key?: KeyKind
  /** `encryption` makes a certificate that must not sign. Default: signing. */
  usage?: LeafUsage
}

export interface Credential {
  certificatePem: string
  certificateDer: Uint8Array
  /** PKCS#8. */
  privateKeyPem: string
  /** The authorities above it, DER: issuing first, root last. */
  chainDer: Uint8Array[]
  /** Key, certificate and issuing authority (not the root) as a PKCS#12 file. RSA keys only. */
  writePkcs12(path: string, password: string, friendlyName?: string): Promise<void>
}

const DAY_MS = 86_400_000
const YEAR_MS = 365 * DAY_MS

/** Nowhere: the demo signs without any server of an authority. */
const nowhere: PublishedAt = {
  ocsp: 'http://ocsp.ca-thu-nghiem.invalid',
  crl: 'http://ca-thu-nghiem.invalid/crl/phat-hanh.crl',
  issuer: 'http://ca-thu-nghiem.invalid/crt/phat-hanh.crt',
}

const rootName = subjectName({ name: 'CA gốc thử nghiệm', organisation: 'Ấn Tín (chỉ để thử nghiệm)' })
const issuingName = subjectName({ name: 'CA thử nghiệm phục vụ các cơ quan', organisation: 'Ấn Tín (chỉ để thử nghiệm)' })

/**
 * Opens the authority kept in `folder`, or makes it at the first run: root.pem, root.key.pem, issuing.pem and
 * issuing.key.pem. Two programs must not make the same folder at the same time.
 */
export async function createAuthority(folder: string, publishedAt: Authority['publishedAt'] = { holders: nowhere }): Promise<Authority> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const root = await openOrMake(join(folder, 'root'), (key) => certifyAuthority(rootName, key, years(20), 1))
  const issuing = await openOrMake(join(folder, 'issuing'), (key) => certifyAuthority(issuingName, key, years(10), 0, root, publishedAt.authorities))
  return {
    root: certificateOf(root),
    issuing: certificateOf(issuing),
    signatories: { root, issuing },
    publishedAt,
    issue: (request) => issue(request, root, issuing, publishedAt.holders),
  }
}

async function issue(request: HolderRequest, root: Signatory, issuing: Signatory, publishedAt: PublishedAt): Promise<Credential> {
  const { notBefore, notAfter } = years(5)
  const key = await makeKeyPair(request.key ?? 'rsa-2048')
  const identity = request.identity ?? inventedIdentity(request)
  const certificate = await certifyHolder(
    subjectName({ ...request, identity }),
    key,
    { notBefore: request.notBefore ?? notBefore, notAfter: request.notAfter ?? notAfter },
    issuing,
    { email: request.email, usage: request.usage ?? 'signing', publishedAt },
  )
  const certificatePem = pemOf(certificate)
  const content = { privateKeyPem: key.privateKeyPem, certificatePem, chainPem: [pemOf(issuing.certificate)] }
  return {
    certificatePem,
    certificateDer: derOf(certificate),
    privateKeyPem: key.privateKeyPem,
    chainDer: [derOf(issuing.certificate), derOf(root.certificate)],
    writePkcs12: (path, password, friendlyName = request.name) => writePkcs12(path, password, { ...content, friendlyName }),
  }
}

/** A number of the right form that belongs to no one: the same name gets the same number. */
function inventedIdentity({ profile, name, organisation }: HolderRequest): string {
  let number = 0
  for (const character of `${name}${organisation}`) number = (number * 131 + (character.codePointAt(0) ?? 0)) % 999_999_937
  const digits = String(number).padStart(9, '0')
  return profile === 'agency' ? `MST:0${digits}` : `CCCD:000${digits}`
}

async function openOrMake(stem: string, certify: (key: KeyPair) => Promise<X509Certificate>): Promise<Signatory> {
  const keyPath = `${stem}.key.pem`
  const certificatePath = `${stem}.pem`
  // The certificate is written last: where it is, the key is too.
  if (await exists(certificatePath)) {
    return { key: keyPairFrom(await readFile(keyPath)), certificate: certificateFrom(await readFile(certificatePath, 'utf8')) }
  }
  const key = await makeKeyPair('rsa-2048')
  const certificate = await certify(key)
  await writeFile(keyPath, key.privateKeyPem, { mode: 0o600 })
  await writeFile(certificatePath, pemOf(certificate))
  return { key, certificate }
}

async function exists(path: string): Promise<boolean> {
  try {
    await access(path)
    return true
  } catch {
    return false
  }
}

function years(count: number): Validity {
  const notBefore = new Date(Math.floor(Date.now() / DAY_MS) * DAY_MS - DAY_MS)
  return { notBefore, notAfter: new Date(notBefore.getTime() + count * YEAR_MS) }
}

function certificateOf({ certificate }: Signatory): AuthorityCertificate {
  return { certificatePem: pemOf(certificate), certificateDer: derOf(certificate) }
}

function pemOf(certificate: X509Certificate): string {
  return `${certificate.toString('pem')}\n`
}

function derOf(certificate: X509Certificate): Uint8Array {
  return new Uint8Array(certificate.rawData)
}
