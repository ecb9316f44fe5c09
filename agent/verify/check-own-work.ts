import { createHash } from 'node:crypto'
import { refuse } from '../../shared/errors.ts'
import type { ByteSource } from '../pdf/byte-source.ts'
import { openDocument } from '../pdf/open-document.ts'
import { signaturesOf } from '../pdf/signatures.ts'
import type { SignatureInFile } from '../pdf/signatures.ts'
import { checkCoverage, chunkBytes, digestRanges } from './check-coverage.ts'
import { checkIntegrity } from './check-integrity.ts'
import { compareRevisions } from './compare-revisions.ts'

export interface OwnWork {
  original: ByteSource
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
 * added, every earlier signature stands as it stood, and the new one holds over the whole file. Both files are
 * read once, in chunks. Throws `signature-rejected`.
 */
export function checkOwnWork({ original, signed, fieldName, certificate, stamped = false }: OwnWork): void {
  const before = openDocument(original)
  const after = unlessUnreadable(() => openDocument(signed))
  const signatures = signaturesOf(after)
  const own = signatures.filter((signature) => signature.fieldName === fieldName)
  const [signature] = own
  if (signature === undefined || own.length !== 1) return reject('signature-missing')
  checkNewSignature(signature, original, signed, certificate)
  checkEarlierSignatures(signaturesOf(before), signatures.filter((other) => other !== signature))
  // A document that had to be repaired has no revisions to compare; its bytes are all there, as was just checked.
  if (!before.repaired && compareRevisions(before, after, 'ourselves').changes !== (stamped ? 'annotations' : 'signatures')) reject('document-changed')
}

function checkNewSignature(signature: SignatureInFile, original: ByteSource, signed: ByteSource, certificate: Uint8Array): void {
  const { coverage, ranges } = checkCoverage(signature, signed)
  // The hole lies behind the original, so that the digest passes over all of it.
  if (coverage !== 'whole-file' || (signature.contentsStart ?? 0) < original.sizeBytes) return reject('signature-not-over-whole-file')
  const integrity = checkIntegrity({
    contents: signature.contents,
    subFilter: signature.subFilter,
    extraCertificates: [],
    digestOf: (digest) => digestRanges(signed, ranges, digest, prefixComparer(original)),
  })
  if (integrity.findings.length > 0 || integrity.certificate === undefined) return reject('signature-wrong', integrity.findings.join(', '))
  if (integrity.certificate.sha256 !== createHash('sha256').update(certificate).digest('hex')) reject('certificate-wrong')
}

function prefixComparer(original: ByteSource): (offset: number, bytes: Uint8Array) => void {
  const chunk = new Uint8Array(chunkBytes)
  return (offset, bytes) => {
    const length = Math.min(bytes.length, original.sizeBytes - offset)
    if (length <= 0) return
    const expected = original.readInto(offset, chunk.subarray(0, length))
    if (Buffer.compare(expected, bytes.subarray(0, length)) !== 0) reject('original-changed')
  }
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
