import type { PdfDocument } from './open-document.ts'
import type { PdfDict, PdfRef } from './objects.ts'

/** A signature as the file states it; nothing here is checked. */
export interface SignatureInFile {
  readonly fieldName: string
  readonly fieldRef: PdfRef | undefined
  /** The signature dictionary; undefined when it is written directly in the field. */
  readonly dictRef: PdfRef | undefined
  readonly type: 'Sig' | 'DocTimeStamp'
  readonly subFilter: string
  readonly byteRange: readonly number[]
  /** The DER with its padding, as it stands in /Contents. */
  readonly contents: Uint8Array
  /** Absolute offsets of the `<…>` string: of `<`, and one past `>`. */
  readonly contentsStart: number | undefined
  readonly contentsEnd: number | undefined
  readonly m: string | undefined
  readonly name: string | undefined
  readonly reason: string | undefined
  readonly location: string | undefined
  readonly docMdp: { readonly permissions: 1 | 2 | 3 } | undefined
  readonly fieldMdp: { readonly action: 'All' | 'Include' | 'Exclude'; readonly fields: readonly string[] } | undefined
}

export interface AcroForm {
  readonly dict: PdfDict
  readonly ref: PdfRef | undefined
}

export declare function signaturesOf(document: PdfDocument): SignatureInFile[]
export declare function certificationOf(document: PdfDocument): { readonly permissions: 1 | 2 | 3 } | undefined
export declare function acroFormOf(document: PdfDocument): AcroForm | undefined
