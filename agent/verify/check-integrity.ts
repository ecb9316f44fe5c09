import { createHash } from 'node:crypto'
import { parseSignedData } from '../cms/parse-signed-data.ts'
import type { SignedData } from '../cms/parse-signed-data.ts'
import { sameBytes } from '../cms/read-der.ts'
import type { DigestName } from '../cms/signature-scheme.ts'
import type { Certificate } from '../trust/certificate.ts'
import { checkSigner, unlessMalformed } from '../trust/check-signer.ts'
import { readTimeStampToken } from '../trust/time-stamp-token.ts'
import type { TimeStampToken } from '../trust/time-stamp-token.ts'
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

/** The /SubFilter of a document time stamp (ISO 32000-2, 12.8.5). */
export const documentTimeStamp = 'ETSI.RFC3161'

/** The same for a document time stamp, whose token is over the bytes by its imprint. */
export function checkTimeStampIntegrity(input: IntegrityInput): IntegrityReport & { token: TimeStampToken | undefined } {
  const token = unlessMalformed(() => readTimeStampToken(input.contents))
  if (token === undefined) return { ...stopped('container-malformed'), token }
  const { signedData, imprint } = token
  const { signer, content } = signedData
  if (imprint.digest === undefined || signer.digest === undefined) return { ...stopped('algorithm-unsupported', signedData), token }
  if (!sameBytes(input.digestOf(imprint.digest), imprint.hash)) return { ...stopped('document-changed', signedData), token }
  const isOverInfo = sameBytes(createHash(signer.digest).update(content).digest(), signer.messageDigest)
  const { certificate, fault } = checkSigner(signedData, input.extraCertificates)
  return { findings: isOverInfo ? (fault === undefined ? [] : [fault]) : ['signature-wrong'], container: signedData, certificate, token }
}

/** EN 319 102-1, 5.2.2 to 5.2.3 and 5.2.7, for one detached signature. */
export function checkIntegrity(input: IntegrityInput): IntegrityReport {
  if (input.subFilter !== subFilters.pades && input.subFilter !== subFilters.cms) return stopped('kind-unsupported')
  const container = unlessMalformed(() => parseSignedData(input.contents))
  if (container === undefined) return stopped('container-malformed')
  const { signer } = container
  if (signer.digest === undefined || signer.scheme.kind === 'unsupported') return stopped('algorithm-unsupported', container)
  if (!sameBytes(input.digestOf(signer.digest), signer.messageDigest)) return stopped('document-changed', container)
  const { certificate, fault } = checkSigner(container, input.extraCertificates)
  // The older kind of signature need not name its certificate.
  const excused = fault === 'signer-certificate-unbound' && input.subFilter === subFilters.cms
  return { findings: fault === undefined || excused ? [] : [fault], container, certificate }
}

function stopped(finding: Finding, container?: SignedData): IntegrityReport {
  return { findings: [finding], container, certificate: undefined }
}
