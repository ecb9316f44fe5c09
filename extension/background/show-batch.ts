import type { Refusal } from '../../shared/errors.ts'
import type { BatchOnScreen } from '../../shared/messages/view.ts'
import type { BatchView } from '../../shared/protocol/sign.ts'
import type { BatchCursor } from './cursor.ts'

export interface ShownWith {
  /** When the worker began, for a batch that this browser did not open. */
  wokenAt: string
  awaitsLogin: Refusal | undefined
  nameOf: (pageOrigin: string) => string
}

/** The agent's word on a batch, with what only this browser knows of it. */
export function showBatch(view: BatchView, cursor: BatchCursor | undefined, { wokenAt, awaitsLogin, nameOf }: ShownWith): BatchOnScreen {
  const labels = (cursor?.documents ?? []).map(({ documentId, name, number, title }) => [documentId, { name, ...present({ number }), ...present({ title }) }])
  return {
    ...view,
    siteName: cursor?.siteName || nameOf(view.pageOrigin),
    labels: Object.fromEntries(labels) as BatchOnScreen['labels'],
    startedAt: cursor?.startedAt ?? wokenAt,
    ...(cursor === undefined ? {} : present({ next: nextOfAll(cursor, view) })),
    ...present({ awaitsLogin }),
    ...present({ firstSignedAt: cursor?.firstSignedAt }),
  }
}

/** Offered only where every document that can be signed has the same next step. */
function nextOfAll({ documents }: BatchCursor, view: BatchView): BatchOnScreen['next'] {
  const refused = new Set(view.documents.filter(({ state }) => state === 'refused').map(({ documentId }) => documentId))
  const signable = documents.filter(({ documentId }) => !refused.has(documentId))
  const label = signable[0]?.next?.label
  if (label === undefined || signable.some(({ next }) => next?.label !== label)) return undefined
  return { label, recipients: Object.fromEntries(signable.map(({ documentId, next }) => [documentId, next?.recipients ?? ''])) }
}

/** One optional field, left out where it holds nothing. */
export function present<Fields extends object>(field: Fields): { [Name in keyof Fields]?: NonNullable<Fields[Name]> } {
  return Object.values(field).every((value) => value === undefined) ? {} : (field)
}
