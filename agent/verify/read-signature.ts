import { createHash } from 'node:crypto'
import { RefusalError } from '../../shared/errors.ts'
import { oids } from '../cms/object-identifiers.ts'
import type { DigestName } from '../cms/signature-scheme.ts'
import { prefixSource } from '../pdf/byte-source.ts'
import { openDocument } from '../pdf/open-document.ts'
import type { PdfDocument } from '../pdf/open-document.ts'
import { signaturesOf } from '../pdf/signatures.ts'
import type { SignatureInFile } from '../pdf/signatures.ts'
import { unlessMalformed } from '../trust/check-signer.ts'
import { readTimeStampToken } from '../trust/time-stamp-token.ts'
import type { TimeStampToken } from '../trust/time-stamp-token.ts'
import { checkCoverage, digestRanges } from './check-coverage.ts'
import type { CoverageReport } from './check-coverage.ts'
import { checkIntegrity, checkTimeStampIntegrity, documentTimeStamp } from './check-integrity.ts'
import type { IntegrityReport } from './check-integrity.ts'
import { findings } from './report.ts'

/** What the bytes alone say of a signature: no time and no trust in it yet. */
export interface SignatureLook {
  readonly signature: SignatureInFile
  readonly coverage: CoverageReport
  /** The document as it was when this was signed, where something was appended later. */
  readonly earlier: PdfDocument | undefined
  /** undefined where the coverage is broken. */
  readonly integrity: IntegrityReport | undefined
  readonly isDocumentTimeStamp: boolean
  /** Tokens over the value of the signature; of a document time stamp the one that it is. */
  readonly stamps: readonly Stamp[]
}

export interface Stamp {
  readonly token: TimeStampToken
  /** Of what the token must be over. */
  readonly digestOf: (digest: DigestName) => Uint8Array
}

/** Covered bytes unchanged, and signed by the key of the certificate, whoever that is. */
export function isIntact({ coverage, integrity }: SignatureLook): boolean {
  if (coverage.coverage === 'broken' || integrity?.certificate === undefined) return false
  return !integrity.findings.some((finding) => findings[finding][0] === 'TOTAL-FAILED')
}

/** @param extraCertificates from elsewhere, DER */
export function readSignature(document: PdfDocument, signature: SignatureInFile, extraCertificates: readonly Uint8Array[]): SignatureLook {
  const { earlier, ...coverage } = checkPlace(document, signature)
  const isDocumentTimeStamp = signature.subFilter === documentTimeStamp
  const nothing = { signature, coverage, earlier, isDocumentTimeStamp, integrity: undefined, stamps: [] }
  if (coverage.coverage === 'broken') return nothing
  const digests = new Map<DigestName, Uint8Array>()
  const digestOf = (digest: DigestName): Uint8Array => {
    const known = digests.get(digest) ?? digestRanges(document.source, coverage.ranges, digest)
    digests.set(digest, known)
    return known
  }
  const input = { contents: signature.contents, subFilter: signature.subFilter, extraCertificates, digestOf }
  if (isDocumentTimeStamp) {
    const { token, ...integrity } = checkTimeStampIntegrity(input)
    return { ...nothing, integrity, stamps: token === undefined ? [] : [{ token, digestOf }] }
  }
  const integrity = checkIntegrity(input)
  return { ...nothing, integrity, stamps: stampsIn(integrity) }
}

/** RFC 3161, appendix A: tokens over the value of the signature. */
function stampsIn({ container }: IntegrityReport): Stamp[] {
  if (container === undefined) return []
  const digestOf = (digest: DigestName) => createHash(digest).update(container.signer.signature).digest()
  const tokens = container.signer.unsignedAttributes.get(oids.timeStampToken) ?? []
  return tokens.flatMap((der) => {
    const token = unlessMalformed(() => readTimeStampToken(der))
    return token === undefined ? [] : [{ token, digestOf }]
  })
}

type Place = CoverageReport & { earlier: PdfDocument | undefined }

/** With a revision that it covers, the document as it was then: it must open, and hold this very signature. */
function checkPlace(document: PdfDocument, signature: SignatureInFile): Place {
  const coverage = checkCoverage(signature, document.source)
  if (coverage.coverage !== 'revision') return { ...coverage, earlier: undefined }
  const earlier = openEarlier(document, coverage.endBytes)
  const isThis = (other: SignatureInFile) => other.fieldName === signature.fieldName && other.contentsStart === signature.contentsStart
  if (earlier && signaturesOf(earlier).some(isThis)) return { ...coverage, earlier }
  return { ...coverage, coverage: 'broken', findings: ['revision-incomplete'], earlier: undefined }
}

function openEarlier(document: PdfDocument, endBytes: number): PdfDocument | undefined {
  try {
    return openDocument(prefixSource(document.source, endBytes))
  } catch (thrown) {
    if (thrown instanceof RefusalError) return undefined
    throw thrown
  }
}
