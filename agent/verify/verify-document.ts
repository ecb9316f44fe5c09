import { weaknessOf } from '../cms/signature-scheme.ts'
import { prefixSource } from '../pdf/byte-source.ts'
import { openDocument } from '../pdf/open-document.ts'
import type { PdfDocument } from '../pdf/open-document.ts'
import { signaturesOf } from '../pdf/signatures.ts'
import type { FieldLock, SignatureInFile } from '../pdf/signatures.ts'
import { RefusalError } from '../../shared/errors.ts'
import { buildChain } from '../trust/build-chain.ts'
import type { ChainReport } from '../trust/build-chain.ts'
import { maySign, readCertificate } from '../trust/certificate.ts'
import type { Certificate } from '../trust/certificate.ts'
import { displayName, nameValue } from '../trust/distinguished-name.ts'
import { checkCoverage, digestRanges } from './check-coverage.ts'
import type { CoverageReport } from './check-coverage.ts'
import { checkIntegrity } from './check-integrity.ts'
import type { IntegrityReport } from './check-integrity.ts'
import { claimedTime } from './claimed-time.ts'
import { compareRevisions } from './compare-revisions.ts'
import type { RevisionDifference } from './compare-revisions.ts'
import { findings, gravest, laterChanges } from './report.ts'
import type { Finding, Indication, SignatureReport, SignerFacts, VerificationReport } from './report.ts'

export interface VerificationOptions {
  /** The anchors, DER; without one every chain is unknown. Throws DerError for what is no certificate. */
  roots: readonly Uint8Array[]
  /** Intermediates from elsewhere, DER. They help, and are not believed. */
  extraCertificates?: readonly Uint8Array[]
  /** The time that certificates are judged at. Default: now. */
  at?: Date
}

/**
 * Judges every signature of a document (ETSI EN 319 102-1, for signatures without a time stamp), and what became of
 * the document after them. Revocation is not asked yet, and document time stamps are not read yet: those stay INDETERMINATE.
 */
export function verifyDocument(document: PdfDocument, options: VerificationOptions): Promise<VerificationReport> {
  const roots = options.roots.map(readCertificate)
  const trust = { roots, intermediates: options.extraCertificates ?? [], at: options.at ?? new Date() }
  const signatures = signaturesOf(document).map((signature) => verifySignature(document, signature, trust))
  const { sizeBytes } = document.source
  const coveredTo = Math.max(0, ...signatures.filter(({ intact }) => intact).map(({ coveredToBytes }) => coveredToBytes))
  const uncoveredBytes = sizeBytes - coveredTo
  const changedAfter = signatures.length > 0 && uncoveredBytes > 0
  const indications: Indication[] = signatures.map(({ indication }) => indication)
  const indication = gravest(changedAfter ? [...indications, 'INDETERMINATE'] : indications)
  return Promise.resolve({ indication, signatures, sizeBytes, uncoveredBytes, changedAfter })
}

interface Trust {
  roots: readonly Certificate[]
  intermediates: readonly Uint8Array[]
  at: Date
}

function verifySignature(document: PdfDocument, signature: SignatureInFile, trust: Trust): SignatureReport {
  const coverage = checkPlace(document, signature)
  const integrity = coverage.coverage === 'broken' ? undefined : integrityOf(document, signature, coverage, trust.intermediates)
  const { certificate } = integrity ?? {}
  const chain = certificate && chainOf(certificate, integrity?.container?.certificates ?? [], trust)
  const difference = coverage.earlier === undefined ? undefined : compareRevisions(coverage.earlier, document, 'anyone')
  const found = [
    ...coverage.findings,
    ...(integrity?.findings ?? []),
    ...(certificate && chain ? certificateFindings(certificate, chain, integrity) : []),
    ...(difference ? changeFindings(signature, difference) : []),
  ]
  const inOrder = (Object.keys(findings) as Finding[]).filter((finding) => found.includes(finding))
  const [first] = inOrder
  return {
    fieldName: signature.fieldName,
    kind: signature.type === 'DocTimeStamp' ? 'document-timestamp' : signature.docMdp ? 'certification' : 'approval',
    subFilter: signature.subFilter,
    indication: first === undefined ? 'TOTAL-PASSED' : findings[first][0],
    subIndication: first === undefined ? undefined : findings[first][1],
    findings: inOrder,
    coverage: coverage.coverage,
    coveredToBytes: coverage.coverage === 'broken' ? 0 : coverage.endBytes,
    laterChanges: difference?.changes ?? (coverage.coverage === 'broken' ? 'other' : 'none'),
    intact: certificate !== undefined && !inOrder.some((finding) => findings[finding][0] === 'TOTAL-FAILED'),
    signer: certificate && signerFacts(certificate),
    chain: chain && { status: chain.status, problems: chain.problems, weaknesses: chain.weaknesses, revocation: chain.revocation },
    claimedAt: claimedTime(signature.m) ?? integrity?.container?.signer.signingTime,
    reason: signature.reason,
    location: signature.location,
    permissions: signature.docMdp?.permissions,
  }
}

/** With a revision that it covers, the document as it was then: it must open, and hold this very signature. */
function checkPlace(document: PdfDocument, signature: SignatureInFile): CoverageReport & { earlier: PdfDocument | undefined } {
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

function integrityOf(
  document: PdfDocument,
  signature: SignatureInFile,
  { ranges }: CoverageReport,
  extraCertificates: readonly Uint8Array[],
): IntegrityReport {
  return checkIntegrity({
    contents: signature.contents,
    subFilter: signature.subFilter,
    extraCertificates,
    digestOf: (digest) => digestRanges(document.source, ranges, digest),
  })
}

function chainOf(leaf: Certificate, carried: readonly Uint8Array[], { roots, intermediates, at }: Trust): ChainReport {
  return buildChain({ leaf, intermediates: [...carried, ...intermediates], roots, at })
}

function certificateFindings(certificate: Certificate, chain: ChainReport, integrity: IntegrityReport | undefined): Finding[] {
  const found = chain.problems.map(({ code }): Finding => {
    if (code === 'no-issuer') return 'chain-unknown'
    if (code === 'expired' || code === 'not-yet-valid') return 'certificate-out-of-time'
    return chain.status === 'unknown' ? 'chain-undecided' : 'chain-broken'
  })
  if (!maySign(certificate)) found.push('certificate-not-for-signing')
  const scheme = integrity?.container?.signer.scheme
  const weak = scheme && certificate.publicKey && weaknessOf(scheme, certificate.publicKey)
  if (weak !== undefined || chain.weaknesses.length > 0) found.push('algorithm-weak')
  return found
}

/** What a certification with permissions 1, 2, 3 puts up with (ISO 32000-2, table 257); evidence counts as no change. */
const allowedByPermission = { 1: 'none', 2: 'forms', 3: 'annotations' } as const

function changeFindings({ docMdp, fieldMdp }: SignatureInFile, { changes, fields }: RevisionDifference): Finding[] {
  const allowed = docMdp === undefined ? 'annotations' : allowedByPermission[docMdp.permissions]
  const found: Finding[] = []
  if (laterChanges.indexOf(changes) > laterChanges.indexOf(allowed)) found.push(docMdp === undefined ? 'changed-after' : 'change-forbidden')
  if (fieldMdp !== undefined && fields.some((field) => isLocked(field, fieldMdp))) found.push('change-forbidden')
  return found
}

/** A name stands for the field and all below it (ISO 32000-2, table 259). */
function isLocked(field: string, { action, fields }: FieldLock): boolean {
  const isNamed = fields.some((name) => field === name || field.startsWith(`${name}.`))
  return action === 'All' || isNamed === (action === 'Include')
}

function signerFacts(certificate: Certificate): SignerFacts {
  const { subject, issuer, serial, notBefore, notAfter, sha256 } = certificate
  return {
    holder: displayName(subject),
    organisation: nameValue(subject, 'organisation'),
    unit: nameValue(subject, 'organisationalUnit'),
    title: nameValue(subject, 'title'),
    identity: nameValue(subject, 'userId'),
    issuer: displayName(issuer),
    serial: Buffer.from(serial).toString('hex'),
    notBefore,
    notAfter,
    certificateSha256: sha256,
  }
}
