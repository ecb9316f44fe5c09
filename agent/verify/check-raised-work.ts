import { refuse } from '../../shared/errors.ts'
import type { ByteSource } from '../pdf/byte-source.ts'
import { openDocument } from '../pdf/open-document.ts'
import { signaturesOf } from '../pdf/signatures.ts'
import { chunkBytes } from './check-coverage.ts'
import { compareRevisions } from './compare-revisions.ts'
import { gravest, levels } from './report.ts'
import type { Level, SignatureReport } from './report.ts'
import { verifyDocument } from './verify-document.ts'
import type { VerificationOptions } from './verify-document.ts'

export interface RaisedWork extends VerificationOptions {
  original: ByteSource
  raised: ByteSource
  level: Level
  /** The newest signature got its time stamp where it stands, so that the padding behind it is used up. */
  intoSignature: boolean
}

/** Why a file that we added to must not leave: the `reason` of `signature-rejected`. */
export type RaisedWorkFault = 'original-changed' | 'document-changed' | 'earlier-signature-changed' | 'time-stamp-wrong' | 'level-not-reached'

/**
 * The last check before a raised file counts: it begins with the original byte for byte (but for the room that a
 * signature keeps for its time stamp), no signature is worse than before, what was added is a trusted time stamp or
 * evidence, and every signature reaches the level. Throws `signature-rejected`.
 */
export async function checkRaisedWork({ original, raised, level, intoSignature, ...options }: RaisedWork): Promise<void> {
  const [before, after] = [openDocument(original), openDocument(raised)]
  const newest = signaturesOf(before).at(-1)
  const hole = intoSignature ? { start: newest?.contentsStart ?? 0, end: newest?.contentsEnd ?? 0 } : { start: 0, end: 0 }
  comparePrefix(original, raised, hole)
  if (!before.repaired && !['none', 'signatures'].includes(compareRevisions(before, after, 'ourselves').changes)) reject('document-changed')
  const [earlier, now] = [(await verifyDocument(before, options)).signatures, (await verifyDocument(after, options)).signatures]
  if (now.length < earlier.length || !earlier.every((signature, index) => isNoWorse(signature, now[index]))) reject('earlier-signature-changed')
  if (!now.slice(earlier.length).every(isTrustedStamp)) reject('time-stamp-wrong')
  if (!now.slice(0, earlier.length).every((signature) => reaches(signature, level))) reject('level-not-reached')
}

function isNoWorse(before: SignatureReport, after: SignatureReport | undefined): boolean {
  if (after === undefined || after.fieldName !== before.fieldName || after.intact !== before.intact) return false
  return after.indication === before.indication || gravest([before.indication, after.indication]) === before.indication
}

function isTrustedStamp({ kind, indication, timeStamp }: SignatureReport): boolean {
  return kind === 'document-timestamp' && indication === 'TOTAL-PASSED' && timeStamp?.trusted === true
}

/** A signature of the older kind has no level: its time must be proven all the same. */
function reaches({ kind, level, existedAt }: SignatureReport, wanted: Level): boolean {
  if (kind === 'document-timestamp') return true
  return level === undefined ? existedAt !== undefined : levels.indexOf(level) >= levels.indexOf(wanted)
}

function comparePrefix(original: ByteSource, raised: ByteSource, hole: { start: number; end: number }): void {
  const [one, other] = [new Uint8Array(chunkBytes), new Uint8Array(chunkBytes)]
  for (let offset = 0; offset < original.sizeBytes; offset += chunkBytes) {
    const [expected, found] = [original.readInto(offset, one), raised.readInto(offset, other).subarray(0, original.sizeBytes - offset)]
    const [start, end] = [Math.max(0, hole.start - offset), Math.max(0, hole.end - offset)]
    if (end > start) for (const bytes of [expected, found]) bytes.fill(0, start, end)
    if (Buffer.compare(expected, found) !== 0) reject('original-changed')
  }
}

function reject(reason: RaisedWorkFault): never {
  return refuse('signature-rejected', { reason })
}
