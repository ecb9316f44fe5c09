import { acroFormOf, fieldsOf } from './form-fields.ts'
import { asBuffer } from './characters.ts'
import { dict, name, PdfDict, PdfRef, PdfString } from './objects.ts'
import type { Box, Page, PdfDocument } from './open-document.ts'
import type { FinishedRevision, Revision } from './revision.ts'
import { dateString, textString } from './text-string.ts'

export interface SignatureFieldOptions {
  subFilter: 'ETSI.CAdES.detached' | 'ETSI.RFC3161'
  /** Reserve in bytes of DER. */
  contentsBytes: number
  /** Claimed time of signing; undefined for document time stamps. */
  m: Date | undefined
  name?: string
  reason?: string
  location?: string
  /** Page that carries the widget, from 0. */
  pageIndex: number
  /** In the page's own units; without it the signature is invisible. */
  rect?: Box
  /** Form XObject of the widget's normal appearance. */
  appearance?: PdfRef
  /** Annotations of the same revision, each on its page (from 0). */
  annotations?: readonly { pageIndex: number; ref: PdfRef }[]
  /** Makes this a certification signature: what may change afterwards (ISO 32000-2, 12.8.2.2). */
  docMdp?: 2 | 3
}

/** Absolute offsets in the finished file; each end is one past the last byte. */
export interface SignaturePlaceholder {
  /** The whole of `/ByteRange [0 /********** /********** /**********]`. */
  readonly byteRangeStart: number
  readonly byteRangeEnd: number
  /** The string `<00…>` with its brackets. */
  readonly contentsStart: number
  readonly contentsEnd: number
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
  const fieldName = freeFieldName(document)
  const signatureRef = revision.add(signatureDict(options))
  const fieldRef = revision.add(fieldDict(options, fieldName, signatureRef, page))
  const added = Map.groupBy([...(options.annotations ?? []), { pageIndex: page.index, ref: fieldRef }], ({ pageIndex }) => pageIndex)
  for (const [pageIndex, annotations] of added) addToPage(document, revision, document.page(pageIndex), annotations.map(({ ref }) => ref))
  addToForm(document, revision, fieldRef, options.docMdp === undefined ? undefined : signatureRef)
  return { fieldName, fieldRef, signatureRef, placeholderIn: (finished) => placeholderIn(finished, signatureRef) }
}

/** /ByteRange stands before /Contents, and both as @signpdf searches for them. */
function signatureDict(options: SignatureFieldOptions): PdfDict {
  const star = name('*'.repeat(10))
  const text = (value: string | undefined) => (value === undefined || value === '' ? undefined : textString(value))
  return dict({
    Type: name(options.subFilter === 'ETSI.RFC3161' ? 'DocTimeStamp' : 'Sig'),
    Filter: name('Adobe.PPKLite'),
    SubFilter: name(options.subFilter),
    ByteRange: [0, star, star, star],
    Contents: new PdfString(new Uint8Array(options.contentsBytes), true),
    M: options.m === undefined ? undefined : dateString(options.m),
    Name: text(options.name),
    Reason: text(options.reason),
    Location: text(options.location),
    Reference: options.docMdp === undefined ? undefined : [certificationReference(options.docMdp)],
  })
}

function certificationReference(permissions: 2 | 3): PdfDict {
  const parameters = dict({ Type: name('TransformParams'), P: permissions, V: name('1.2') })
  return dict({ Type: name('SigRef'), TransformMethod: name('DocMDP'), TransformParams: parameters })
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

/** `Signature1`, `Signature2` …: the first that no field has, not even as a part of its name. */
function freeFieldName(document: PdfDocument): string {
  const taken = new Set(fieldsOf(document).flatMap((field) => [field.name, field.partialName ?? '']))
  let number = 1
  while (taken.has(`Signature${number}`)) number++
  return `Signature${number}`
}

function addToPage(document: PdfDocument, revision: Revision, page: Page, refs: readonly PdfRef[]): void {
  const entry = page.dict.get('Annots')
  const annotations = [...(document.arrayOf(entry) ?? []), ...refs]
  if (entry instanceof PdfRef && document.arrayOf(entry) !== undefined) revision.replace(entry, annotations)
  else revision.replace(page.ref, new PdfDict(page.dict).set('Annots', annotations))
}

function addToForm(document: PdfDocument, revision: Revision, fieldRef: PdfRef, certificationRef: PdfRef | undefined): void {
  const form = acroFormOf(document)
  const changed = new PdfDict(form?.dict)
  const fields = changed.get('Fields')
  const flags = document.resolve(changed.get('SigFlags'))
  const listed = [...(document.arrayOf(fields) ?? []), fieldRef]
  const wanted = typeof flags === 'number' ? flags | signatureFlags : signatureFlags
  const fieldsApart = fields instanceof PdfRef && document.arrayOf(fields) !== undefined
  if (fieldsApart) revision.replace(fields, listed)
  else changed.set('Fields', listed)
  changed.set('SigFlags', wanted)

  const formChanged = !fieldsApart || flags !== wanted
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

/** Both are written by this file's `signatureDict`, so each stands once and in this order. */
function placeholderIn(finished: FinishedRevision, signatureRef: PdfRef): SignaturePlaceholder {
  const bytes = asBuffer(finished.bytes)
  const at = (text: string, from: number) => bytes.indexOf(text, from, 'latin1')
  const byteRange = at('/ByteRange [', finished.offsetOf(signatureRef) - finished.startOffset)
  const byteRangeEnd = at(']', byteRange) + 1
  const contents = at('<', at('/Contents ', byteRangeEnd))
  return {
    byteRangeStart: finished.startOffset + byteRange,
    byteRangeEnd: finished.startOffset + byteRangeEnd,
    contentsStart: finished.startOffset + contents,
    contentsEnd: finished.startOffset + at('>', contents) + 1,
  }
}
