import { createHash } from 'node:crypto'
import { parseSignedData } from '../cms/parse-signed-data.ts'
import type { SignedData, Signer } from '../cms/parse-signed-data.ts'
import { DerError, sameBytes } from '../cms/read-der.ts'
import { checkSignature } from '../cms/signature-scheme.ts'
import type { DigestName } from '../cms/signature-scheme.ts'
import { readCertificate } from '../trust/certificate.ts'
import type { Certificate } from '../trust/certificate.ts'
import type { Finding } from './report.ts'

/** Whether a container is a signature over a digest, and by which certificate. */
export interface IntegrityReport {
  readonly findings: readonly Finding[]
  readonly container: SignedData | undefined
  readonly certificate: Certificate | undefined
}

export interface IntegrityInput {
  /** The value of /Contents, padding included. */
  contents: Uint8Array
  subFilter: string
  /** Certificates from elsewhere, DER; the container's own come first. */
  extraCertificates: readonly Uint8Array[]
  digestOf: (digest: DigestName) => Uint8Array
}

const subFilters = { pades: 'ETSI.CAdES.detached', cms: 'adbe.pkcs7.detached' }

/** EN 319 102-1, 5.2.2 to 5.2.3 and 5.2.7, for one detached signature. */
export function checkIntegrity(input: IntegrityInput): IntegrityReport {
  if (input.subFilter !== subFilters.pades && input.subFilter !== subFilters.cms) return stopped('kind-unsupported')
  const container = unlessMalformed(() => parseSignedData(input.contents))
  if (container === undefined) return stopped('container-malformed')
  const { signer } = container
  if (signer.digest === undefined || signer.scheme.kind === 'unsupported') return stopped('algorithm-unsupported', container)
  if (!sameBytes(input.digestOf(signer.digest), signer.messageDigest)) return stopped('document-changed', container)
  const certificate = signerCertificate(signer, [...container.certificates, ...input.extraCertificates])
  if (certificate === undefined) return stopped('signer-certificate-missing', container)
  if (certificate.publicKey === undefined) return { ...stopped('algorithm-unsupported', container), certificate }
  if (!checkSignature(signer.scheme, certificate.publicKey, signer.signedAttributes, signer.signature)) {
    return { ...stopped('signature-wrong', container), certificate }
  }
  return { findings: bindingFindings(signer, certificate, input.subFilter), container, certificate }
}

function stopped(finding: Finding, container?: SignedData): IntegrityReport {
  return { findings: [finding], container, certificate: undefined }
}

function signerCertificate({ identifier }: Signer, candidates: readonly Uint8Array[]): Certificate | undefined {
  const certificates = candidates.map((der) => unlessMalformed(() => readCertificate(der)))
  return certificates.filter((certificate) => certificate !== undefined).find((certificate) =>
    identifier.kind === 'issuer-and-serial'
      ? sameBytes(certificate.issuer.raw, identifier.issuer) && sameBytes(certificate.serial, identifier.serial)
      : certificate.subjectKeyIdentifier !== undefined && sameBytes(certificate.subjectKeyIdentifier, identifier.keyIdentifier),
  )
}

/** The signed reference to the certificate: without it another certificate of the same key could be put in its place. */
function bindingFindings({ signingCertificate }: Signer, certificate: Certificate, subFilter: string): Finding[] {
  if (signingCertificate === undefined) return subFilter === subFilters.pades ? ['signer-certificate-unbound'] : []
  const { digest, certificateHash } = signingCertificate
  if (digest === undefined) return ['algorithm-unsupported']
  return sameBytes(createHash(digest).update(certificate.der).digest(), certificateHash) ? [] : ['signer-certificate-differs']
}

function unlessMalformed<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch (thrown) {
    if (thrown instanceof DerError) return undefined
    throw thrown
  }
}
