import type { PdfRef } from './objects.ts'
import type { Box, PdfDocument } from './open-document.ts'
import type { FinishedRevision, Revision } from './revision.ts'

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
  /** In the page's own units; undefined makes an invisible signature. */
  rect?: Box
  /** Form XObject of the widget's normal appearance. */
  appearance?: PdfRef
  /** Makes this a certification signature. */
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

export declare function addSignatureField(document: PdfDocument, revision: Revision, options: SignatureFieldOptions): AddedSignatureField
