import type { PdfDocument } from '../../pdf/open-document.ts'
import type { Landmarks } from '../placement/find-landmarks.ts'
import type { ShownPage } from '../placement/decide-places.ts'

/** What all ways of planning work from. */
export interface Reading {
  document: PdfDocument
  landmarks: Landmarks
  /** From 0; as it is shown. */
  page: (index: number) => ShownPage
}
