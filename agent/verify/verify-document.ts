import type { PdfDocument } from '../pdf/open-document.ts'
import { isLocked, locksOf, permissionsAfter } from '../pdf/field-locks.ts'
import { securityStoreOf } from '../pdf/security-store.ts'
import { signaturesOf } from '../pdf/signatures.ts'
import type { SignatureInFile } from '../pdf/signatures.ts'
import { readCertificate } from '../trust/certificate.ts'
import type { Certificate } from '../trust/certificate.ts'
import { displayName, nameValue } from '../trust/distinguished-name.ts'
import { claimedTime } from './claimed-time.ts'
import { compareRevisions, signedFields } from './compare-revisions.ts'
import type { RevisionDifference } from './compare-revisions.ts'
import { judgeCertificate } from './judge-certificate.ts'
import { isArchive, levelOf } from './level-of.ts'
import { proveTimes } from './prove-times.ts'
import type { ProvenTimes, Trust } from './prove-times.ts'
import { isIntact, readSignature } from './read-signature.ts'
import type { SignatureLook } from './read-signature.ts'
import { findings, gravest, laterChanges } from './report.ts'
import type { Finding, Indication, SignatureReport, SignerFacts, VerificationReport } from './report.ts'

export interface VerificationOptions {
  /** The anchors, DER; without one every chain is unknown. Throws DerError for what is no certificate. */
  roots: readonly Uint8Array[]
  /** Intermediates from elsewhere, DER. They help, and are not believed. */
  extraCertificates?: readonly Uint8Array[]
  /** The time that certificates are judged at where no time stamp proves an earlier one. Default: now. */
  at?: Date
}

/**
 * Judges every signature of a document (ETSI EN 319 102-1) by what the document itself holds: time stamps prove when,
 * the security store what was revoked. Nobody is asked. Without evidence revocation is not checked, which is no finding.
 */
export function verifyDocument(document: PdfDocument, options: VerificationOptions): Promise<VerificationReport> {
  const store = securityStoreOf(document)
  const known = [...(options.extraCertificates ?? []), ...store.certificates]
  const looks = signaturesOf(document).map((signature) => readSignature(document, signature, known))
  const trust: Trust = {
    roots: options.roots.map(readCertificate),
    intermediates: pooled([...known, ...looks.flatMap(certificatesIn)]),
    evidence: store,
    at: options.at ?? new Date(),
  }
  const proven = proveTimes(looks, trust)
  const archives = proven.map((times) => isArchive(times, document))
  const intact = signedFields(looks.filter(isIntact).map(({ signature }) => signature))
  const signatures = proven.map((times, index) => reportOf(document, times, trust, { isArchived: archives.lastIndexOf(true) > index, intact }))
  const { sizeBytes } = document.source
  const coveredTo = Math.max(0, ...signatures.filter(({ intact }) => intact).map(({ coveredToBytes }) => coveredToBytes))
  const uncoveredBytes = sizeBytes - coveredTo
  const changedAfter = signatures.length > 0 && uncoveredBytes > 0
  const indications: Indication[] = signatures.map(({ indication }) => indication)
  const indication = gravest(changedAfter ? [...indications, 'INDETERMINATE'] : indications)
  return Promise.resolve({ indication, signatures, sizeBytes, uncoveredBytes, changedAfter })
}

/** No document needs more, and each is read for every chain. */
const certificatesAtMost = 500

/** What one signature carries helps all of them. */
function pooled(certificates: readonly Uint8Array[]): Uint8Array[] {
  const distinct = new Map(certificates.map((der) => [Buffer.from(der).toString('latin1'), der]))
  return [...distinct.values()].slice(0, certificatesAtMost)
}

function certificatesIn({ integrity, stamps }: SignatureLook): readonly Uint8Array[] {
  return [integrity?.container, ...stamps.map(({ token }) => token.signedData)].flatMap((container) => container?.certificates ?? [])
}

interface Company {
  /** A document time stamp covers it and the evidence. */
  readonly isArchived: boolean
  /** Fields of the document whose signatures are intact. */
  readonly intact: ReadonlySet<number>
}

function reportOf(document: PdfDocument, times: ProvenTimes, trust: Trust, { isArchived, intact }: Company): SignatureReport {
  const { look, timeStamp, proof } = times
  const { signature, coverage, integrity, earlier } = look
  const certificate = integrity?.certificate
  const judgement = certificate && judgeCertificate(certificate, times, trust)
  const difference = earlier === undefined ? undefined : compareRevisions(earlier, document, 'anyone', intact)
  const found = [
    ...coverage.findings,
    ...(integrity?.findings ?? []),
    ...(judgement?.findings ?? []),
    ...(difference ? changeFindings(signature, difference) : []),
  ]
  const inOrder = (Object.keys(findings) as Finding[]).filter((finding) => found.includes(finding))
  const [first] = inOrder
  const { chain, revocation } = judgement ?? {}
  return {
    fieldName: signature.fieldName,
    kind: kindOf(look),
    subFilter: signature.subFilter,
    indication: first === undefined ? 'TOTAL-PASSED' : findings[first][0],
    subIndication: first === undefined ? undefined : findings[first][1],
    findings: inOrder,
    coverage: coverage.coverage,
    coveredToBytes: coverage.coverage === 'broken' ? 0 : coverage.endBytes,
    laterChanges: difference?.changes ?? (coverage.coverage === 'broken' ? 'other' : 'none'),
    intact: isIntact(look),
    signer: certificate && signerFacts(certificate),
    chain: chain && revocation && { status: chain.status, problems: chain.problems, weaknesses: chain.weaknesses, revocation },
    timeStamp,
    existedAt: proof?.at,
    level: levelOf(times, judgement, isArchived),
    claimedAt: claimedTime(signature.m) ?? (look.isDocumentTimeStamp ? undefined : integrity?.container?.signer.signingTime),
    reason: signature.reason,
    location: signature.location,
    permissions: signature.docMdp?.permissions,
  }
}

function kindOf({ signature, isDocumentTimeStamp }: SignatureLook): SignatureReport['kind'] {
  if (isDocumentTimeStamp || signature.type === 'DocTimeStamp') return 'document-timestamp'
  return signature.docMdp ? 'certification' : 'approval'
}

/** What a certification with permissions 1, 2, 3 puts up with (ISO 32000-2, table 257); evidence counts as no change. */
const allowedByPermission = { 1: 'none', 2: 'forms', 3: 'annotations' } as const

function changeFindings(signature: SignatureInFile, { changes, fields }: RevisionDifference): Finding[] {
  const permissions = permissionsAfter(signature)
  const allowed = permissions === undefined ? 'annotations' : allowedByPermission[permissions]
  const found: Finding[] = []
  if (laterChanges.indexOf(changes) > laterChanges.indexOf(allowed)) found.push(permissions === undefined ? 'changed-after' : 'change-forbidden')
  if (locksOf(signature).some((lock) => fields.some((field) => isLocked(field, lock)))) found.push('change-forbidden')
  return found
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
