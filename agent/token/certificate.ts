import { createHash, X509Certificate } from 'node:crypto'
import { refusal, type Refusal } from '../../shared/errors.ts'
import { readElement, readElements } from './der.ts'
import { verifyEcdsa } from './ecdsa.ts'
import { usualScheme, type KeyInfo, type SignatureScheme } from './key-source.ts'
import { verifyPkcs1 } from './pkcs1.ts'
import { verifyPss } from './pss.ts'

/** What people and programs want to know of a signer's certificate. */
export interface CertificateFacts {
  holder: string
  organisation: string
  issuer: string
  /** Hexadecimal. */
  serialNumber: string
  validFrom: Date
  validTo: Date
  /** Such as RSA-2048 or P-256. */
  key: string
}

export function certificateFacts(der: Uint8Array): CertificateFacts {
  const certificate = new X509Certificate(der)
  const { subject, issuer } = certificate.toLegacyObject()
  return {
    holder: nameIn(subject, 'CN', 'O', 'OU'),
    organisation: nameIn(subject, 'O', 'OU'),
    issuer: nameIn(issuer, 'CN', 'O', 'OU'),
    serialNumber: certificate.serialNumber.toLowerCase(),
    validFrom: certificate.validFromDate,
    validTo: certificate.validToDate,
    key: keyName(certificate),
  }
}

/** Why the certificate cannot sign documents at that time, by itself: its chain and its revocation are not asked here. */
export function whyUnusable(der: Uint8Array, at: Date): Refusal | undefined {
  const { holder, validFrom, validTo, key } = certificateFacts(der)
  if (at < validFrom) return refusal('certificate-not-yet-valid', { holder, validFrom: day(validFrom) })
  if (at > validTo) return refusal('certificate-expired', { holder, validTo: day(validTo) })
  if (isWeak(der)) return refusal('key-too-weak', { holder, key })
  return maySign(der) ? undefined : refusal('certificate-not-for-signing', { holder })
}

/** RSA below 2,048 bits (Thông tư 22/2020 and ETSI TS 119 312 ask for more). */
export function isWeak(der: Uint8Array): boolean {
  const { asymmetricKeyDetails } = new X509Certificate(der).publicKey
  return asymmetricKeyDetails?.modulusLength !== undefined && asymmetricKeyDetails.modulusLength < 2_048
}

/** Undefined for a kind of key that the agent does not sign with. */
export function algorithmOf(certificate: X509Certificate): KeyInfo['algorithm'] | undefined {
  const { asymmetricKeyType, asymmetricKeyDetails } = certificate.publicKey
  if (asymmetricKeyType === 'rsa') return 'rsa'
  if (asymmetricKeyDetails?.namedCurve === 'prime256v1') return 'ecdsa-p256'
  return asymmetricKeyDetails?.namedCurve === 'secp384r1' ? 'ecdsa-p384' : undefined
}

/** Whether `signature` is one of the certificate's key over this digest, made in this way. */
export function isSignatureOf(der: Uint8Array, digest: Uint8Array, signature: Uint8Array, scheme: SignatureScheme = usualScheme): boolean {
  const { publicKey } = new X509Certificate(der)
  if (publicKey.asymmetricKeyType !== 'rsa') return verifyEcdsa(publicKey, digest, signature)
  return (scheme.padding === 'pss' ? verifyPss : verifyPkcs1)(publicKey, digest, signature, scheme.digest)
}

/** The intermediate certificates above `leaf`, nearest first. Roots stay out: to trust one is the office's decision. */
export function chainAbove(leaf: X509Certificate, others: readonly X509Certificate[]): X509Certificate[] {
  const issuer = others.find((other) => other.ca && leaf.checkIssued(other) && leaf.verify(other.publicKey))
  if (issuer === undefined || issuer.checkIssued(issuer)) return []
  return [issuer, ...chainAbove(issuer, others.filter((other) => other !== issuer))]
}

export function sha256Of(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}

function keyName({ publicKey: { asymmetricKeyType, asymmetricKeyDetails } }: X509Certificate): string {
  const { namedCurve, modulusLength } = asymmetricKeyDetails ?? {}
  if (namedCurve !== undefined) return { prime256v1: 'P-256', secp384r1: 'P-384' }[namedCurve] ?? namedCurve
  const type = (asymmetricKeyType ?? 'unknown').toUpperCase()
  return modulusLength === undefined ? type : `${type}-${modulusLength}`
}

/** A name may hold an attribute several times; the first is the nearest to the person. */
function nameIn(name: NodeJS.Dict<string | string[]>, ...attributes: string[]): string {
  const values = attributes.flatMap((attribute) => name[attribute] ?? [])
  return values[0] ?? ''
}

function day(date: Date): string {
  const two = (number: number): string => String(number).padStart(2, '0')
  return `${two(date.getDate())}/${two(date.getMonth() + 1)}/${date.getFullYear()}`
}

const oidKeyUsage = Uint8Array.of(0x55, 0x1d, 0x0f)

/** digitalSignature or nonRepudiation (RFC 5280, 4.2.1.3); a certificate without the extension may do everything. */
function maySign(der: Uint8Array): boolean {
  const [tbs] = readElements(readElement(der, 0x30).content)
  const wrapped = readElements(tbs?.content ?? new Uint8Array()).find(({ tag }) => tag === 0xa3)
  if (wrapped === undefined) return true
  for (const extension of readElements(readElement(wrapped.content, 0x30).content)) {
    const parts = readElements(extension.content)
    if (Buffer.compare(parts[0]?.content ?? new Uint8Array(), oidKeyUsage) !== 0) continue
    const bits = readElement(parts.at(-1)?.content ?? new Uint8Array(), 0x03).content
    return ((bits[1] ?? 0) & 0xc0) !== 0
  }
  return true
}
