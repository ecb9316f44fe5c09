import { isLocked, locksOf, refuseLocked } from './field-locks.ts'
import { acroFormOf, fieldsOf } from './form-fields.ts'
import { dict, name, PdfDict, PdfRef } from './objects.ts'
import type { Box, Page, PdfDocument } from './open-document.ts'
import type { FinishedRevision, Revision } from './revision.ts'
import { placeholderIn, signatureDict } from './signature-dict.ts'
import type { SignatureOptions, SignaturePlaceholder } from './signature-dict.ts'
import { signaturesOf } from './signatures.ts'
import { textString } from './text-string.ts'

export interface SignatureFieldOptions extends SignatureOptions {
  /** Page that carries the widget, from 0. */
  pageIndex: number
  /** In the page's own units; without it the signature is invisible. */
  rect?: Box
  /** Form XObject of the widget's normal appearance. */
  appearance?: PdfRef
  /** Annotations of the same revision, each on its page (from 0). */
  annotations?: readonly Annotation[]
}

export interface Annotation {
  pageIndex: number
  ref: PdfRef
}

export interface AddedSignatureField {
  readonly fieldName: string
  readonly fieldRef: PdfRef
  readonly signatureRef: PdfRef
  placeholderIn(finished: FinishedRevision): SignaturePlaceholder
}

/** Annotation flags Print and Locked (12.5.3). */
const widgetFlags = 4 + 128
/** SignaturesExist and AppendOnly (12.7.3). */
const signatureFlags = 3

/**
 * Adds a signature field of a new name, merged with its widget, and an empty signature that @signpdf/signpdf
 * or `fill-signature.ts` can fill. Touches the page (or its /Annots), the form (or its /Fields) and the
 * catalogue only as far as they have to change.
 */
export function addSignatureField(document: PdfDocument, revision: Revision, options: SignatureFieldOptions): AddedSignatureField {
  const page = document.page(options.pageIndex)
  const fieldName = freeFieldName(document, options.subFilter)
  const signatureRef = revision.add(signatureDict(options, { catalogRef: document.catalogRef }))
  const fieldRef = revision.add(fieldDict(options, fieldName, signatureRef, page))
  addAnnotations(document, revision, [...(options.annotations ?? []), { pageIndex: page.index, ref: fieldRef }])
  addToForm(document, revision, fieldRef, options.docMdp === undefined ? undefined : signatureRef)
  return { fieldName, fieldRef, signatureRef, placeholderIn: (finished) => placeholderIn(finished, signatureRef) }
}

function fieldDict(options: SignatureFieldOptions, fieldName: string, signatureRef: PdfRef, page: Page): PdfDict {
  return dict({
    Type: name('Annot'),
    Subtype: name('Widget'),
    FT: name('Sig'),
    T: textString(fieldName),
    V: signatureRef,
    F: widgetFlags,
    Rect: [...(options.rect ?? [0, 0, 0, 0])],
    P: page.ref,
    AP: options.appearance === undefined ? undefined : dict({ N: options.appearance }),
  })
}

/**
 * `Signature1`, `Signature2` …: the first that no field has, not even as a part of its name, and that no earlier signature
 * locks by its name. Throws `document-locked` where all names are locked; a document time stamp is evidence and fills nothing in.
 */
export function freeFieldName(document: PdfDocument, subFilter: SignatureOptions['subFilter']): string {
  const taken = new Set(fieldsOf(document).flatMap((field) => [field.name, field.partialName ?? '']))
  const signatures = signaturesOf(document)
  const named = signatures.flatMap(locksOf).filter(({ action }) => action === 'Include')
  let number = 1
  while (taken.has(`Signature${number}`) || named.some((lock) => isLocked(`Signature${number}`, lock))) number++
  if (subFilter !== 'ETSI.RFC3161') refuseLocked(signatures, `Signature${number}`)
  return `Signature${number}`
}

export function addAnnotations(document: PdfDocument, revision: Revision, annotations: readonly Annotation[]): void {
  const byPage = Map.groupBy(annotations, ({ pageIndex }) => pageIndex)
  for (const [pageIndex, added] of byPage) addToPage(document, revision, document.page(pageIndex), added.map(({ ref }) => ref))
}

function addToPage(document: PdfDocument, revision: Revision, page: Page, refs: readonly PdfRef[]): void {
  const entry = page.dict.get('Annots')
  const annotations = [...(document.arrayOf(entry) ?? []), ...refs]
  if (entry instanceof PdfRef && document.arrayOf(entry) !== undefined) revision.replace(entry, annotations)
  else revision.replace(page.ref, new PdfDict(page.dict).set('Annots', annotations))
}

/** @param fieldRef the field that the form has not listed yet */
export function addToForm(document: PdfDocument, revision: Revision, fieldRef: PdfRef | undefined, certificationRef: PdfRef | undefined): void {
  const form = acroFormOf(document)
  const changed = new PdfDict(form?.dict)
  const fields = changed.get('Fields')
  const flags = document.resolve(changed.get('SigFlags'))
  const listed = [...(document.arrayOf(fields) ?? []), ...(fieldRef === undefined ? [] : [fieldRef])]
  const wanted = typeof flags === 'number' ? flags | signatureFlags : signatureFlags
  const fieldsApart = fields instanceof PdfRef && document.arrayOf(fields) !== undefined
  if (fieldsApart && fieldRef !== undefined) revision.replace(fields, listed)
  else if (!fieldsApart) changed.set('Fields', listed)
  changed.set('SigFlags', wanted)

  const formChanged = (!fieldsApart && fieldRef !== undefined) || flags !== wanted
  if (form?.ref !== undefined && formChanged) revision.replace(form.ref, changed)
  const catalog = new PdfDict(document.catalog)
  if (form === undefined) catalog.set('AcroForm', revision.add(changed))
  else if (form.ref === undefined && formChanged) catalog.set('AcroForm', changed)
  if (certificationRef !== undefined) {
    catalog.set('Perms', new PdfDict(document.dictOf(catalog.get('Perms'))).set('DocMDP', certificationRef))
  }
  const catalogChanged = form === undefined || (form.ref === undefined && formChanged) || certificationRef !== undefined
  if (catalogChanged) revision.replace(document.catalogRef, catalog)
}

