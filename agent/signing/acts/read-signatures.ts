import { createHash } from 'node:crypto'
import { parseSignedData } from '../../cms/parse-signed-data.ts'
import { fieldsOf, type FormField } from '../../pdf/form-fields.ts'
import { isName, PdfDict, PdfRef } from '../../pdf/objects.ts'
import type { PdfObject } from '../../pdf/objects.ts'
import type { Page, PdfDocument } from '../../pdf/open-document.ts'
import { certificationOf, signaturesOf, type SignatureInFile } from '../../pdf/signatures.ts'
import { roleOfCertificate, type Role } from '../../token/role.ts'
import type { SignatureReport } from '../../verify/report.ts'
import { verifyDocument } from '../../verify/verify-document.ts'
import { shownBox } from '../appearance/place-on-page.ts'
import { fit, type Size } from '../placement/decide-places.ts'
import type { Place } from '../appearance/appearance.ts'

/** A signature that the document carries already. */
export interface EarlierSignature {
  fieldName: string
  /** Its bytes are as they were signed, and nothing was changed afterwards that may not be. */
  holds: boolean
  role: Role | 'unknown'
  certificateSha256: string | undefined
  /** Where it is shown, if it is; where its image stands in it. */
  place: Place | undefined
  image: Place | undefined
}

/** Every signature of the document by the bytes alone: whether a certificate is trusted is a question for `antin verify`. */
export async function readSignatures(document: PdfDocument): Promise<EarlierSignature[]> {
  const { signatures } = await verifyDocument(document, { roots: [] })
  const inFile = new Map(signaturesOf(document).map((signature) => [signature.fieldName, signature]))
  const fields = new Map(fieldsOf(document).map((field) => [field.name, field]))
  return signatures.map((report) => {
    const field = fields.get(report.fieldName)
    const place = field && placeOf(document, field)
    return {
      fieldName: report.fieldName,
      holds: report.intact && !report.findings.includes('changed-after') && !report.findings.includes('change-forbidden'),
      role: roleOf(report, inFile.get(report.fieldName)),
      certificateSha256: report.signer?.certificateSha256,
      place,
      image: place && imageIn(document, field, place),
    }
  })
}

/** What a certification leaves open (ISO 32000-2, 12.8.2.2): P=2 allows further signatures, and nothing else that is drawn. */
export function allowsAnnotations(document: PdfDocument): boolean {
  const all = [certificationOf(document), ...signaturesOf(document).map(({ docMdp }) => docMdp)]
  return all.every((certification) => certification === undefined || certification.permissions === 3)
}

function roleOf({ signer }: SignatureReport, signature: SignatureInFile | undefined): EarlierSignature['role'] {
  if (!signer || !signature) return 'unknown'
  try {
    const { certificates } = parseSignedData(signature.contents)
    const own = certificates.find((certificate) => createHash('sha256').update(certificate).digest('hex') === signer.certificateSha256)
    return (own && roleOfCertificate(own)) ?? 'unknown'
  } catch {
    // A container of another kind, or a certificate that Node does not read: whose it is stays open.
    return 'unknown'
  }
}

function placeOf(document: PdfDocument, field: FormField): Place | undefined {
  const page = pageOf(document, field)
  const box = document.arrayOf(field.dict.get('Rect'))?.map((value) => document.resolve(value))
  const [x0, y0, x1, y1] = box ?? []
  if (!page || typeof x0 !== 'number' || typeof y0 !== 'number' || typeof x1 !== 'number' || typeof y1 !== 'number') return undefined
  const [left, bottom, right, top] = shownBox(page, [Math.min(x0, x1), Math.min(y0, y1), Math.max(x0, x1), Math.max(y0, y1)])
  return right - left < 1 || top - bottom < 1 ? undefined : { page: page.index + 1, x: left, y: bottom, width: right - left, height: top - bottom }
}

/** /P is optional (12.5.2): without it the page that lists the widget. */
function pageOf(document: PdfDocument, { dict, ref }: FormField): Page | undefined {
  const named = dict.get('P')
  for (let index = 0; index < document.pageCount; index++) {
    const page = document.page(index)
    if (named instanceof PdfRef ? page.ref.number === named.number : ref && listed(document, page, ref)) return page
  }
  return undefined
}

function listed(document: PdfDocument, page: Page, ref: PdfRef): boolean {
  return (document.arrayOf(page.dict.get('Annots')) ?? []).some((item) => item instanceof PdfRef && item.number === ref.number)
}

/** Tools fit an image into the middle of its rectangle and keep its ratio. */
function imageIn(document: PdfDocument, { dict }: FormField, place: Place): Place | undefined {
  const size = largestImage(document, document.dictOf(dict.get('AP'))?.get('N') ?? null, appearanceDepth)
  if (!size) return undefined
  const { width, height } = fit(size, place)
  return { page: place.page, x: place.x + (place.width - width) / 2, y: place.y + (place.height - height) / 2, width, height }
}

/** Field tools nest the image in forms of forms (`/FRM`, `/n2`). */
const appearanceDepth = 5

function largestImage(document: PdfDocument, object: PdfObject, depth: number): Size | undefined {
  const dict = document.dictOf(object)
  if (!dict || depth === 0) return undefined
  if (isName(document.get(dict, 'Subtype'), 'Image')) {
    const [width, height] = [document.get(dict, 'Width'), document.get(dict, 'Height')]
    return typeof width === 'number' && typeof height === 'number' && width > 0 && height > 0 ? { width, height } : undefined
  }
  const inner = document.dictOf(document.dictOf(dict.get('Resources'))?.get('XObject')) ?? new PdfDict()
  const sizes = [...inner.values()].map((item) => largestImage(document, item, depth - 1)).filter((size) => size !== undefined)
  return sizes.toSorted((one, other) => other.width * other.height - one.width * one.height)[0]
}
