import type { FoundDocument } from '../../shared/messages/page.ts'
import type { BatchView, DocumentView } from '../../shared/protocol/sign.ts'
import type { BatchCursor, CursorDocument } from './cursor.ts'
import type { FoundTab } from './find-in-tab.ts'

/** How this browser opened a batch, and the agent's word on it, once there is one. */
export interface KnownBatch {
  cursor: BatchCursor
  view: BatchView | undefined
}

type Mark = NonNullable<FoundDocument['batch']>

/** The documents of a tab, with a mark on those that are in a batch of this browser or were signed in one: "all" must not mean them again. */
export function markBatched(found: FoundTab, batches: readonly KnownBatch[]): FoundTab {
  const marks = marksAt(found.site, batches)
  if (marks.size === 0) return found
  const documents = found.documents.map((document) => {
    const batch = marks.get(document.url ?? inPage(found.tabId, document.frameId, document.frameKey))
    return batch === undefined ? document : { ...document, batch }
  })
  return { ...found, documents }
}

/** Those that no batch has: what is asked for twice is signed once. */
export function notBatched(documents: readonly CursorDocument[], { pageOrigin, tabId }: BatchCursor, batches: readonly KnownBatch[]): CursorDocument[] {
  const marks = marksAt(pageOrigin, batches)
  return documents.filter(({ url, frameId, key }) => !marks.has(url ?? inPage(tabId, frameId, key)))
}

function marksAt(site: string, batches: readonly KnownBatch[]): Map<string, Mark> {
  const marks = new Map<string, Mark>()
  for (const { cursor, view } of batches) {
    if (cursor.pageOrigin !== site) continue
    const told = new Map(view?.documents.map((document) => [document.documentId, document]))
    for (const { documentId, key, frameId, url } of cursor.documents) {
      const mark = view === undefined ? 'open' : markOf(view.state, told.get(documentId))
      const name = url ?? inPage(cursor.tabId, frameId, key)
      if (mark !== undefined && marks.get(name) !== 'signed') marks.set(name, mark)
    }
  }
  return marks
}

/** What the page alone can produce is known in its own tab only; what has an address is the same in every tab. */
function inPage(tabId: number, frameId: number, frameKey: string): string {
  return `${tabId}|${frameId}|${frameKey}`
}

function markOf(state: BatchView['state'], document: DocumentView | undefined): Mark | undefined {
  if (document === undefined || document.state === 'refused') return undefined
  if (document.signedSha256 !== undefined) return 'signed'
  return state === 'done' || state === 'cancelled' ? undefined : 'open'
}
