import { createHash } from 'node:crypto'
import { refuse } from '../../shared/errors.ts'
import type { ByteSource } from '../pdf/byte-source.ts'
import { openDocument } from '../pdf/open-document.ts'
import { signaturesOf } from '../pdf/signatures.ts'
import type { SignatureInFile } from '../pdf/signatures.ts'
import { checkCoverage, digestRanges } from './check-coverage.ts'
import type { OnDigested } from './check-coverage.ts'
import { checkIntegrity } from './check-integrity.ts'
import { compareRevisions } from './compare-revisions.ts'

export interface OwnWork {
  original: ByteSource
  /** SHA-256 of the original as it was when its bytes were taken for the signed file: what the clerk agreed to. */
  originalSha256: Uint8Array
  signed: ByteSource
  /** The field that was just signed. */
  fieldName: string
  /** Stamps were drawn in the same revision, as annotations. */
  stamped?: boolean
  /** The certificate that the clerk chose, DER. */
  certificate: Uint8Array
}

/** Why a file that we signed ourselves must not leave: the `reason` of `signature-rejected`. */
export type OwnWorkFault =
  | 'signed-file-unreadable'
  | 'original-changed'
  | 'document-changed'
  | 'earlier-signature-changed'
  | 'signature-missing'
  | 'signature-not-over-whole-file'
  | 'signature-wrong'
  | 'certificate-wrong'

/**
 * The last check before a file counts as signed: it begins with the original byte for byte, nothing but a signature was
 * added, every earlier signature stands as it stood, and the new one holds over the whole file. The signed file is read
 * once, in chunks: one pass digests what the signature covers and, at the end of the original, what that was.
 * Throws `signature-rejected`.
 */
export function checkOwnWork({ original, originalSha256, signed, fieldName, certificate, stamped = false }: OwnWork): void {
  const before = openDocument(original)
  const after = unlessUnreadable(() => openDocument(signed))
  const signatures = signaturesOf(after)
  const own = signatures.filter((signature) => signature.fieldName === fieldName)
  const [signature] = own
  if (signature === undefined || own.length !== 1) return reject('signature-missing')
  checkNewSignature(signature, { original, originalSha256, signed, certificate })
  checkEarlierSignatures(signaturesOf(before), signatures.filter((other) => other !== signature))
  const { changes } = compareRevisions(before, after, 'ourselves')
  // A document that had to be repaired, be it on the way, has no revisions to compare; its bytes are all there, as was just checked.
  if (!before.repaired && changes !== (stamped ? 'annotations' : 'signatures')) reject('document-changed')
}

type SignedWork = Omit<OwnWork, 'fieldName' | 'stamped'>

function checkNewSignature(signature: SignatureInFile, { original, originalSha256, signed, certificate }: SignedWork): void {
  const { coverage, ranges } = checkCoverage(signature, signed)
  // The hole lies behind the original, so that the digest passes over all of it.
  if (coverage !== 'whole-file' || (signature.contentsStart ?? 0) < original.sizeBytes) return reject('signature-not-over-whole-file')
  const found: Uint8Array[] = []
  const prefix: OnDigested = { at: original.sizeBytes, sha256: (digest) => void found.push(digest) }
  const integrity = checkIntegrity({
    contents: signature.contents,
    subFilter: signature.subFilter,
    extraCertificates: [],
    digestOf: (digest) => digestRanges(signed, ranges, digest, prefix),
  })
  if (Buffer.compare(found[0] ?? new Uint8Array(0), originalSha256) !== 0) return reject('original-changed')
  if (integrity.findings.length > 0 || integrity.certificate === undefined) return reject('signature-wrong', integrity.findings.join(', '))
  if (integrity.certificate.sha256 !== createHash('sha256').update(certificate).digest('hex')) reject('certificate-wrong')
}

/** Over the same bytes, the same container and ranges give the same verdict: there is nothing to compute again. */
function checkEarlierSignatures(before: readonly SignatureInFile[], after: readonly SignatureInFile[]): void {
  const allStand = before.length === after.length && before.every((signature, index) => isSame(signature, after[index]))
  if (!allStand) reject('earlier-signature-changed')
}

function isSame(one: SignatureInFile, other: SignatureInFile | undefined): boolean {
  return (
    one.fieldName === other?.fieldName &&
    one.subFilter === other.subFilter &&
    one.contentsStart === other.contentsStart &&
    one.contentsEnd === other.contentsEnd &&
    one.byteRange.join() === other.byteRange.join() &&
    Buffer.compare(one.contents, other.contents) === 0
  )
}

function unlessUnreadable<T>(open: () => T): T {
  try {
    return open()
  } catch (thrown) {
    return reject('signed-file-unreadable', thrown)
  }
}

function reject(reason: OwnWorkFault, cause?: unknown): never {
  return refuse('signature-rejected', { reason }, cause)
}
