import type { ByteSource } from './byte-source.ts'
import type { PdfArray, PdfDict, PdfObject, PdfRef } from './objects.ts'

export interface Page {
  /** Counted from 0. */
  readonly index: number
  readonly ref: PdfRef
  readonly dict: PdfDict
  /** Inherited entries, resolved. Boxes as [left, bottom, right, top] in the page's own units. */
  readonly mediaBox: Box
  readonly cropBox: Box
  /** 0, 90, 180 or 270, clockwise. */
  readonly rotate: number
  readonly userUnit: number
  readonly resources: PdfDict
}

export type Box = readonly [left: number, bottom: number, right: number, top: number]

export interface PdfDocument {
  readonly source: ByteSource
  readonly trailer: PdfDict
  readonly catalog: PdfDict
  readonly catalogRef: PdfRef
  /** The cross-reference data was missing or wrong and was rebuilt by scanning the file. */
  readonly repaired: boolean
  readonly pageCount: number
  /** @param index from 0; throws `document-unreadable` where there is no such page */
  page(index: number): Page
  /** Follows references (to the end); `null` for what does not exist. */
  resolve(object: PdfObject | undefined): PdfObject
  /** A dictionary's entry, resolved. */
  get(dict: PdfDict, key: string): PdfObject
  dictOf(object: PdfObject | undefined): PdfDict | undefined
  arrayOf(object: PdfObject | undefined): PdfArray | undefined
}

export declare function openDocument(source: ByteSource): PdfDocument
