import { refuse } from '../../shared/errors.ts'
import type { FoundDocument } from '../../shared/messages/page.ts'
import { limits } from '../../shared/protocol/limits.ts'
import type { BatchCursor, CursorDocument } from './cursor.ts'
import type { FoundInTab, FoundTab } from './find-in-tab.ts'
import { registeredOf } from './registered.ts'

/** The chosen documents of a tab, each once. Refuses with `batch-empty` and `batch-too-large`. */
export function chosenDocuments({ documents }: FoundTab, keys: readonly string[]): CursorDocument[] {
  const byKey = new Map(documents.map((document) => [document.key, document]))
  const chosen = [...new Set(keys)].map((key) => byKey.get(key)).filter((document) => document !== undefined)
  if (chosen.length === 0) refuse('batch-empty')
  if (chosen.length > limits.documentsPerBatch) refuse('batch-too-large', { count: String(chosen.length), limit: String(limits.documentsPerBatch) })
  return roomInFrame(chosen.map(toCursor))
}

/** Bytes for the head of the message that opens the batch. */
const headBytes = 16 * 1024
const shortName = 120

/** A thousand documents with the longest words would not fit into the one frame that opens a batch: titles go first, then the ends of names. */
function roomInFrame(documents: CursorDocument[]): CursorDocument[] {
  const size = (list: CursorDocument[]): number =>
    new TextEncoder().encode(JSON.stringify(list.map(({ documentId, name, registered }) => ({ documentId, name, registered })))).length
  if (size(documents) <= limits.frameBytes - headBytes) return documents
  const untitled = documents.map(({ registered: { title: _, ...registered } = {}, ...document }) => ({ ...document, registered }))
  if (size(untitled) <= limits.frameBytes - headBytes) return untitled
  return untitled.map((document) => ({ ...document, name: document.name.slice(0, shortName).toWellFormed() }))
}

/** A link that the clerk pointed at: as the page's finder knows it, or by its address alone. */
export function linkedDocument(found: FoundTab, url: string, frameId: number): FoundInTab {
  const plain = url.replace(/#.*$/, '')
  const name = new URL(plain).pathname.split('/').filter(Boolean).at(-1) ?? plain
  const byAddress: FoundDocument = { key: plain, url: plain, byPage: false, name, certainty: 'probable' }
  return found.documents.find((document) => document.url === plain) ?? { ...byAddress, frameId, frameKey: plain }
}

/** The same documents under new ids: an id is used once. */
export function chosenAgain({ documents }: BatchCursor, documentIds: ReadonlySet<string>): CursorDocument[] {
  return documents.filter(({ documentId }) => documentIds.has(documentId)).map((document) => ({ ...document, documentId: crypto.randomUUID() }))
}

export function toCursor({ frameKey, frameId, url, byPage, name, number, title, wayBack, next, ...row }: FoundInTab): CursorDocument {
  const registered = registeredOf({ number, title, ...row })
  return {
    documentId: crypto.randomUUID(),
    key: frameKey,
    frameId,
    byPage,
    // A label of the protocol; half a character at the end would be none. A thousand of them fit into one frame.
    name: name.slice(0, limits.nameCharacters).toWellFormed().replaceAll(/\p{Cc}/gu, ' '),
    ...(url === undefined ? {} : { url }),
    ...(number === undefined ? {} : { number }),
    ...(title === undefined ? {} : { title }),
    ...(Object.keys(registered).length === 0 ? {} : { registered }),
    ...(wayBack === undefined ? {} : { wayBack }),
    ...(next === undefined ? {} : { next }),
  }
}
