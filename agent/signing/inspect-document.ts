import { refuse } from '../../shared/errors.ts'
import { limits } from '../../shared/protocol/limits.ts'
import type { DocumentFacts, Secrecy } from '../../shared/protocol/sign.ts'
import { fileSource } from '../pdf/byte-source.ts'
import { isName } from '../pdf/objects.ts'
import { openDocument, type PdfDocument } from '../pdf/open-document.ts'
import { certificationOf } from '../pdf/signatures.ts'
import { textOf } from '../pdf/text-string.ts'
import { verifyDocument } from '../verify/verify-document.ts'
import { shownSize } from './appearance/place-on-page.ts'
import { scanFaults } from './measure-scan.ts'
import { openForSigning } from './open-for-signing.ts'
import { gradeOf } from './placement/find-secrecy.ts'
import type { InspectOptions } from './sign-document.ts'

/** What a document is and who signed it, in the worker. Refuses what cannot or must not be signed. */
export async function inspectDocument(path: string, { field, insist = false, asOriginal = false }: InspectOptions = {}): Promise<DocumentFacts> {
  const source = fileSource(path)
  try {
    if (source.sizeBytes > limits.documentBytes) {
      refuse('document-too-large', { size: megabytes(source.sizeBytes), limit: megabytes(limits.documentBytes) })
    }
    const document = openDocument(source)
    openForSigning(document, field)
    document.page(document.pageCount - 1)
    const { signatures, isBroken } = await signaturesIn(document)
    if (isBroken && !insist) refuse('document-signature-broken')
    const secrecy = stampedSecrecy(document)
    return {
      ...{ pages: document.pageCount, number: '', subject: '', title: titleOf(document), signatures, warnings: [...(isBroken ? (['signature-broken'] as const) : []), ...warningsOf(document), ...(asOriginal ? scanFaults(document) : [])] },
      pageSizes: pageSizes(document),
      ...(secrecy ? { secrecy } : {}),
    }
  } finally {
    source.close()
  }
}

/**
 * Who signed, by the bytes alone: whose certificate it is and whether to trust it is a question for `antin verify`.
 * A document whose newest signature is broken was rewritten, and a further signature would hide that: the clerk has to insist.
 */
async function signaturesIn(document: PdfDocument): Promise<{ signatures: DocumentFacts['signatures']; isBroken: boolean }> {
  const { signatures } = await verifyDocument(document, { roots: [] })
  const isBroken = signatures.at(-1)?.indication === 'TOTAL-FAILED'
  const told = signatures.map(({ signer, claimedAt, intact, findings }) => ({
    holder: plainLine(signer?.holder ?? ''),
    ...(claimedAt === undefined ? {} : { signedAt: claimedAt.toISOString() }),
    valid: intact && !findings.includes('changed-after') && !findings.includes('change-forbidden'),
  }))
  return { signatures: told, isBroken }
}

/** Where the size changes; of the first pages only, since a mark is never moved by hand to one behind them. */
function pageSizes(document: PdfDocument): NonNullable<DocumentFacts['pageSizes']> {
  const sizes: NonNullable<DocumentFacts['pageSizes']> = []
  for (let index = 0; index < Math.min(document.pageCount, sizedPages); index++) {
    const { width, height } = shownSize(document.page(index))
    const last = sizes.at(-1)
    if (last?.width !== width || last.height !== height) sizes.push({ from: index + 1, width, height })
  }
  return sizes
}

const sizedPages = 1_000

/** A mark of secrecy that was put on page 1 as an annotation: what the text of the page does not hold. */
function stampedSecrecy(document: PdfDocument): Secrecy | undefined {
  for (const item of document.arrayOf(document.page(0).dict.get('Annots')) ?? []) {
    const annotation = document.dictOf(item)
    const isDrawn = annotation && (isName(document.get(annotation, 'Subtype'), 'Stamp') || isName(document.get(annotation, 'Subtype'), 'FreeText'))
    const grade = isDrawn ? gradeOf(textOf(document.get(annotation, 'Contents')) ?? '') : undefined
    if (grade) return grade
  }
  return undefined
}

function titleOf(document: PdfDocument): string {
  const info = document.dictOf(document.trailer.get('Info'))
  return plainLine((info && textOf(document.get(info, 'Title'))) ?? '')
}

function warningsOf(document: PdfDocument): DocumentFacts['warnings'] {
  const warnings: DocumentFacts['warnings'] = []
  if (runsJavaScript(document)) warnings.push('javascript')
  if (certificationOf(document)) warnings.push('certified')
  if (document.repaired) warnings.push('repaired')
  return warnings
}

/** Where a viewer would run a script by itself (ISO 32000-2, 7.7.2): at opening, at closing, saving, printing. */
function runsJavaScript(document: PdfDocument): boolean {
  const { catalog } = document
  const names = document.dictOf(catalog.get('Names'))
  if (names && document.dictOf(names.get('JavaScript'))) return true
  const occasions = [...(document.dictOf(catalog.get('AA'))?.values() ?? []), catalog.get('OpenAction')]
  return occasions.some((action) => {
    const dict = document.dictOf(action)
    return dict !== undefined && isName(document.get(dict, 'S'), 'JavaScript')
  })
}

function plainLine(text: string): string {
  return text.normalize('NFC').replaceAll(/[\s\p{Cc}\p{Cf}]+/gu, ' ').trim().slice(0, limits.nameCharacters)
}

function megabytes(bytes: number): string {
  return `${(bytes / 1024 / 1024).toFixed(0)} MB`
}
