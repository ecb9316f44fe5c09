import { fieldsOf } from './form-fields.ts'
import type { FormField } from './form-fields.ts'
import { PdfDict, PdfName, PdfRef, PdfString } from './objects.ts'
import type { PdfObject } from './objects.ts'
import type { PdfDocument } from './open-document.ts'
import { parseAt } from './read-object.ts'
import { textOf } from './text-string.ts'

export { acroFormOf } from './form-fields.ts'
export type { AcroForm } from './form-fields.ts'

/** A signature as the file states it (ISO 32000-2, table 255); nothing here is checked. */
export interface SignatureInFile {
  readonly fieldName: string
  readonly fieldRef: PdfRef | undefined
  /** The signature dictionary; undefined when it is written directly in the field. */
  readonly dictRef: PdfRef | undefined
  readonly type: 'Sig' | 'DocTimeStamp'
  readonly subFilter: string
  /** As written; empty where there is none. What is no number stands as NaN. */
  readonly byteRange: readonly number[]
  /** The DER with its padding, as it stands in /Contents. */
  readonly contents: Uint8Array
  /** Absolute offsets of the string in the file: of `<`, and one past `>`. Undefined inside an object stream. */
  readonly contentsStart: number | undefined
  readonly contentsEnd: number | undefined
  /** The claimed time as written, `D:…`. */
  readonly m: string | undefined
  readonly name: string | undefined
  readonly reason: string | undefined
  readonly location: string | undefined
  readonly docMdp: Certification | undefined
  readonly fieldMdp: FieldLock | undefined
  /** What the field itself says that its signature locks. */
  readonly lock: FieldLock | undefined
}

/** What may change after a certification (12.8.2.2): 1 nothing, 2 form fields and signatures, 3 annotations too. */
export interface Certification {
  readonly permissions: 1 | 2 | 3
}

/** Fields that a signature locks (12.8.2.4; as /Lock of a signature field 12.7.5.5, table 236). */
export interface FieldLock {
  readonly action: 'All' | 'Include' | 'Exclude'
  readonly fields: readonly string[]
  /** What may change afterwards, as for a certification; undefined where it says nothing. */
  readonly permissions: 1 | 2 | 3 | undefined
}

/** Signed signature fields of the form, in the order in which their /Contents stand in the file. */
export function signaturesOf(document: PdfDocument): SignatureInFile[] {
  const signatures: SignatureInFile[] = []
  for (const field of fieldsOf(document)) {
    const dict = field.type === 'Sig' ? document.dictOf(field.dict.get('V')) : undefined
    if (dict !== undefined) signatures.push(signatureFrom(document, field, dict))
  }
  const placeOf = (signature: SignatureInFile) => signature.contentsStart ?? document.source.sizeBytes
  return signatures.sort((one, other) => placeOf(one) - placeOf(other))
}

/** The certification that the catalogue's /Perms names. */
export function certificationOf(document: PdfDocument): Certification | undefined {
  const signature = document.dictOf(document.dictOf(document.catalog.get('Perms'))?.get('DocMDP'))
  return signature === undefined ? undefined : (docMdpOf(document, signature) ?? { permissions: 2 })
}

function signatureFrom(document: PdfDocument, field: FormField, dict: PdfDict): SignatureInFile {
  const value = field.dict.get('V')
  const dictRef = value instanceof PdfRef ? value : undefined
  const contents = document.get(dict, 'Contents')
  const place = contents instanceof PdfString ? contentsPlace(document, field, dictRef) : undefined
  return {
    fieldName: field.name,
    fieldRef: field.ref,
    dictRef,
    type: nameOf(document.get(dict, 'Type')) === 'DocTimeStamp' ? 'DocTimeStamp' : 'Sig',
    subFilter: nameOf(document.get(dict, 'SubFilter')) ?? '',
    byteRange: (document.arrayOf(dict.get('ByteRange')) ?? []).map((item) => numberOf(document.resolve(item))),
    contents: contents instanceof PdfString ? contents.bytes : new Uint8Array(0),
    contentsStart: place?.start,
    contentsEnd: place?.end,
    m: textOf(document.get(dict, 'M')),
    name: textOf(document.get(dict, 'Name')),
    reason: textOf(document.get(dict, 'Reason')),
    location: textOf(document.get(dict, 'Location')),
    docMdp: docMdpOf(document, dict),
    fieldMdp: lockFrom(document, transformOf(document, dict, 'FieldMDP')),
    lock: lockOf(document, field),
  }
}

interface Place {
  readonly start: number
  readonly end: number
}

/** Finds /Contents in the signature dictionary, or in the /V of the field where that is written directly. */
function contentsPlace(document: PdfDocument, field: FormField, dictRef: PdfRef | undefined): Place | undefined {
  if (dictRef !== undefined) return entryPlace(document, offsetOf(document, dictRef), true, 'Contents')
  const value = entryPlace(document, offsetOf(document, field.ref), true, 'V')
  return entryPlace(document, value?.start, false, 'Contents')
}

function offsetOf(document: PdfDocument, ref: PdfRef | undefined): number | undefined {
  const entry = ref === undefined ? undefined : document.xref.table.get(ref.number)
  return entry?.kind === 'plain' ? document.xref.base + entry.offset : undefined
}

/** Where the value of a dictionary's entry stands; undefined where it is a reference. */
function entryPlace(document: PdfDocument, offset: number | undefined, indirect: boolean, key: string): Place | undefined {
  if (offset === undefined) return undefined
  return parseAt(document.source, offset, (parser) => {
    if (indirect && (parser.integer() === undefined || parser.integer() === undefined || !parser.word('obj'))) return undefined
    let place: Place | undefined
    parser.value(0, (entry, start, end, value) => {
      if (entry === key) place = value instanceof PdfRef ? undefined : { start: offset + start, end: offset + end }
    })
    return place
  })
}

function docMdpOf(document: PdfDocument, signature: PdfDict): Certification | undefined {
  const parameters = transformOf(document, signature, 'DocMDP')
  if (parameters === undefined) return undefined
  const permissions = document.get(parameters, 'P')
  return { permissions: permissions === 1 || permissions === 3 ? permissions : 2 }
}

/** The /Lock of a signature field. */
export function lockOf(document: PdfDocument, { dict }: FormField): FieldLock | undefined {
  return lockFrom(document, document.dictOf(dict.get('Lock')))
}

function lockFrom(document: PdfDocument, parameters: PdfDict | undefined): FieldLock | undefined {
  const action = parameters === undefined ? undefined : nameOf(document.get(parameters, 'Action'))
  if (parameters === undefined || (action !== 'All' && action !== 'Include' && action !== 'Exclude')) return undefined
  const fields = document.arrayOf(parameters.get('Fields')) ?? []
  const permissions = document.get(parameters, 'P')
  return {
    action,
    fields: fields.map((item) => textOf(document.resolve(item))).filter((text) => text !== undefined),
    permissions: permissions === 1 || permissions === 2 || permissions === 3 ? permissions : undefined,
  }
}

/** /TransformParams of the signature reference with this method (12.8.1, table 256). */
function transformOf(document: PdfDocument, signature: PdfDict, method: string): PdfDict | undefined {
  for (const item of document.arrayOf(signature.get('Reference')) ?? []) {
    const reference = document.dictOf(item)
    if (reference === undefined || nameOf(document.get(reference, 'TransformMethod')) !== method) continue
    return document.dictOf(reference.get('TransformParams')) ?? new PdfDict()
  }
  return undefined
}

function nameOf(object: PdfObject): string | undefined {
  return object instanceof PdfName ? object.value : undefined
}

function numberOf(object: PdfObject): number {
  return typeof object === 'number' ? object : Number.NaN
}
