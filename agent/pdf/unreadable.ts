import { refuse } from '../../shared/errors.ts'

/** Why a document cannot be read or appended to: the `reason` of `document-unreadable`. */
export type UnreadableReason =
  | 'catalogue-missing'
  | 'several-catalogues'
  | 'pages-missing'
  | 'page-missing'
  | 'nested-too-deeply'
  | 'object-too-large'
  | 'inflates-too-far'
  | 'stream-damaged'
  | 'filter-unknown'
  | 'xref-outside'
  | 'structure-damaged'

export function unreadable(reason: UnreadableReason, cause?: unknown): never {
  return refuse('document-unreadable', { reason }, cause)
}
