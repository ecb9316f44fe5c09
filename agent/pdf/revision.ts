import type { PdfDict, PdfObject, PdfRef } from './objects.ts'
import type { PdfDocument } from './open-document.ts'

/** What is appended: `bytes` start at `startOffset`, the size of the original. */
export interface FinishedRevision {
  readonly startOffset: number
  readonly bytes: Uint8Array
  /** Absolute offset of the object (of its `12 0 obj`). */
  offsetOf(ref: PdfRef): number
}

export interface Revision {
  reserve(): PdfRef
  add(object: PdfObject): PdfRef
  addStream(dict: PdfDict, bytes: Uint8Array): PdfRef
  /** Writes a new version of an object that exists or was reserved. */
  replace(ref: PdfRef, object: PdfObject): void
  finish(): FinishedRevision
}

/** Throws `document-certified` for DocMDP P=1, `document-unreadable` where an append would be ambiguous. */
export declare function startRevision(document: PdfDocument): Revision
