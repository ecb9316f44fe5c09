import { refuse } from '../../shared/errors.ts'
import { refuseLocked } from './field-locks.ts'
import { fieldsOf } from './form-fields.ts'
import type { FormField } from './form-fields.ts'
import { dict, isName, PdfDict, PdfRef } from './objects.ts'
import type { Box, PdfDocument } from './open-document.ts'
import type { Revision } from './revision.ts'
import { unmetDemand } from './seed-value.ts'
import type { SeedAnswer } from './seed-value.ts'
import { placeholderIn, signatureDict } from './signature-dict.ts'
import type { SignatureOptions } from './signature-dict.ts'
import { addAnnotations, addToForm } from './signature-field.ts'
import type { AddedSignatureField, Annotation } from './signature-field.ts'
import { lockOf, signaturesOf } from './signatures.ts'

/** A signature field that waits for its signature. */
export interface EmptyField {
  readonly name: string
  readonly ref: PdfRef
  readonly field: FormField
  /** Where it shows; undefined where it stands on no page, or has no area. */
  readonly widget: { readonly ref: PdfRef; readonly dict: PdfDict; readonly pageIndex: number; readonly rect: Box } | undefined
}

const readOnlyFlag = 1

/**
 * The field of this full name. Throws `field-missing` where the form has no such signature field or where it is signed or closed to
 * filling, and `document-locked` where an earlier signature locks it: nobody signs in a place that is not theirs.
 */
export function emptyFieldOf(document: PdfDocument, name: string): EmptyField {
  const all = fieldsOf(document)
  const named = all.filter((other) => other.name === name && other.partialName !== undefined)
  const [field] = named
  const isUsable = field?.type === 'Sig' && field.ref !== undefined && document.get(field.dict, 'V') === null && !isReadOnly(document, field)
  if (named.length !== 1 || !isUsable) return refuse('field-missing', { field: name })
  refuseLocked(signaturesOf(document), name)
  const widgets = [field, ...all.filter((other) => other.partialName === undefined && refersTo(other.dict.get('Parent'), field.ref))]
  return { name, ref: field.ref, field, widget: widgets.map((widget) => shownWidget(document, widget)).find((widget) => widget !== undefined) }
}

export interface FillOptions extends SignatureOptions {
  /** Form XObject that fills the widget's rectangle. */
  appearance?: PdfRef
  certificates: SeedAnswer['certificates']
  digest: SeedAnswer['digest']
  /** Of the same revision. */
  annotations?: readonly Annotation[]
}

/**
 * Signs where the document keeps a place: the field's own value, locks and demands, and an appearance for its widget. Throws
 * `field-demands` where its seed value asks for what this signature is not.
 */
export function fillEmptyField(
  document: PdfDocument,
  revision: Revision,
  { name: fieldName, ref: fieldRef, field, widget }: EmptyField,
  { appearance, certificates, digest, annotations = [], ...options }: FillOptions,
): AddedSignatureField {
  const demand = unmetDemand(document, document.dictOf(field.dict.get('SV')), { certificates, digest, reason: options.reason, docMdp: options.docMdp })
  if (demand !== undefined) refuse('field-demands', { field: fieldName, demand })
  const signatureRef = revision.add(signatureDict(options, { catalogRef: document.catalogRef, lock: lockOf(document, field) }))
  const filled = new PdfDict(field.dict).set('V', signatureRef)
  const shows = appearance === undefined ? undefined : dict({ N: appearance })
  if (shows !== undefined && widget !== undefined) {
    if (widget.ref.number === fieldRef.number) filled.set('AP', shows)
    else revision.replace(widget.ref, new PdfDict(widget.dict).set('AP', shows))
  }
  revision.replace(fieldRef, filled)
  addAnnotations(document, revision, annotations)
  addToForm(document, revision, undefined, options.docMdp === undefined ? undefined : signatureRef)
  return { fieldName, fieldRef, signatureRef, placeholderIn: (finished) => placeholderIn(finished, signatureRef) }
}

function isReadOnly(document: PdfDocument, { dict }: FormField): boolean {
  const flags = document.get(dict, 'Ff')
  return typeof flags === 'number' && (flags & readOnlyFlag) !== 0
}

function shownWidget(document: PdfDocument, { ref, dict }: FormField): EmptyField['widget'] {
  if (ref === undefined || !isName(document.get(dict, 'Subtype'), 'Widget')) return undefined
  const corners = (document.arrayOf(dict.get('Rect')) ?? []).map((corner) => document.resolve(corner))
  const [x0, y0, x1, y1] = corners
  if (typeof x0 !== 'number' || typeof y0 !== 'number' || typeof x1 !== 'number' || typeof y1 !== 'number') return undefined
  const rect: Box = [Math.min(x0, x1), Math.min(y0, y1), Math.max(x0, x1), Math.max(y0, y1)]
  const pageIndex = pageOf(document, ref)
  return pageIndex === undefined || rect[0] === rect[2] || rect[1] === rect[3] ? undefined : { ref, dict, pageIndex, rect }
}

/** The page that lists it: what the widget says itself (/P) may be wrong. */
function pageOf(document: PdfDocument, ref: PdfRef): number | undefined {
  for (let index = 0; index < document.pageCount; index++) {
    if ((document.arrayOf(document.page(index).dict.get('Annots')) ?? []).some((item) => refersTo(item, ref))) return index
  }
  return undefined
}

function refersTo(object: unknown, ref: PdfRef | undefined): boolean {
  return object instanceof PdfRef && ref !== undefined && object.number === ref.number && object.generation === ref.generation
}
