import { RefusalError } from '../../shared/errors.ts'
import { fileSource, type ByteSource } from '../pdf/byte-source.ts'
import { openDocument } from '../pdf/open-document.ts'
import { signaturesOf } from '../pdf/signatures.ts'
import { isIntact, readSignature, type SignatureLook } from './read-signature.ts'

/**
 * What a document system made of a signed file: `extended`, where every signature that held still covers its revision, whatever was
 * appended behind it; `broken`, where one is gone, is another, or holds no more. Reads both files; the copy may be anything.
 */
export function compareCopy(signedFile: string, copyFile: string): 'extended' | 'broken' {
  const held = looksIn(signedFile)?.filter(isIntact) ?? []
  const kept = looksIn(copyFile)?.filter(isIntact) ?? []
  const isKept = (look: SignatureLook): boolean => kept.some((other) => isSameRevision(look, other))
  return held.length > 0 && held.every(isKept) ? 'extended' : 'broken'
}

function looksIn(file: string): SignatureLook[] | undefined {
  let source: ByteSource | undefined
  try {
    source = fileSource(file)
    const document = openDocument(source)
    return signaturesOf(document).map((signature) => readSignature(document, signature, []))
  } catch (thrown) {
    if (thrown instanceof RefusalError) return undefined
    throw thrown
  } finally {
    source?.close()
  }
}

/** The same container over the same places: where both are intact, the covered bytes are the same too. */
function isSameRevision({ signature: one }: SignatureLook, { signature: other }: SignatureLook): boolean {
  return one.fieldName === other.fieldName && one.byteRange.join() === other.byteRange.join() && Buffer.compare(one.contents, other.contents) === 0
}
