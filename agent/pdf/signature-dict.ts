import { asBuffer } from './characters.ts'
import { dict, name, PdfString } from './objects.ts'
import type { PdfDict, PdfRef } from './objects.ts'
import type { FinishedRevision } from './revision.ts'
import type { FieldLock } from './signatures.ts'
import { dateString, textString } from './text-string.ts'

/** What a signature states about itself. */
export interface SignatureOptions {
  subFilter: 'ETSI.CAdES.detached' | 'ETSI.RFC3161'
  /** Reserve in bytes of DER. */
  contentsBytes: number
  /** Claimed time of signing; undefined for document time stamps. */
  m: Date | undefined
  name?: string
  reason?: string
  location?: string
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

/** What a signature dictionary refers to. */
export interface SignatureContext {
  catalogRef: PdfRef
  /** What the field demands to be locked. */
  lock?: FieldLock | undefined
}

/** /ByteRange stands before /Contents, and both as @signpdf searches for them. */
export function signatureDict(options: SignatureOptions, { catalogRef, lock }: SignatureContext): PdfDict {
  const references = [
    ...(options.docMdp === undefined ? [] : [certificationReference(options.docMdp)]),
    ...(lock === undefined ? [] : [lockReference(lock, catalogRef)]),
  ]
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
    Reference: references.length === 0 ? undefined : references,
  })
}

function certificationReference(permissions: 2 | 3): PdfDict {
  const parameters = dict({ Type: name('TransformParams'), P: permissions, V: name('1.2') })
  return dict({ Type: name('SigRef'), TransformMethod: name('DocMDP'), TransformParams: parameters })
}

/** The transform that the /Lock of a field asks for (12.8.2.4), over the whole document. */
function lockReference({ action, fields, permissions }: FieldLock, catalogRef: PdfRef): PdfDict {
  const parameters = dict({
    Type: name('TransformParams'),
    Action: name(action),
    Fields: action === 'All' ? undefined : fields.map(textString),
    P: permissions,
    V: name('1.2'),
  })
  return dict({ Type: name('SigRef'), TransformMethod: name('FieldMDP'), TransformParams: parameters, Data: catalogRef })
}

/** Both are written by this file's `signatureDict`, so each stands once and in this order. */
export function placeholderIn(finished: FinishedRevision, signatureRef: PdfRef): SignaturePlaceholder {
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
