import { refusal, RefusalError, refuse } from '../../shared/errors.ts'
import type { SiteAnswer, WayBack } from '../../shared/messages/page.ts'
import { askStanding, confirmReturn, explainBrokenLine, type Digests } from './confirm-return.ts'
import type { BatchCursor, ConfirmedBy, CursorDocument, CursorStore, Delivery } from './cursor.ts'
import type { SiteApi } from './return-by-api.ts'

export interface DeliveryParts {
  api: SiteApi
  /** Gives the file to its page; undefined where only the tab sees the answer. */
  toPage: (cursor: BatchCursor, document: CursorDocument, way: Extract<WayBack, { by: 'form' | 'page' | 'drop' }>, signed: Blob) => Promise<SiteAnswer | undefined>
  save: (name: string, signed: Blob) => Promise<void>
  store: CursorStore
  /** What is on the disk of earlier deliveries, kept in step with the store. */
  deliveries: Map<string, Delivery>
}

export interface DocumentToDeliver {
  cursor: BatchCursor
  document: CursorDocument
  digests: Digests
  /** Brings the signed bytes from the agent; asked for only when they are needed. */
  signed: () => Promise<Blob>
  /** The clerk looked and asked for it again. */
  again: boolean
}

/**
 * Returns one signed document to where it came from, once. That an upload began is on the disk before it begins, so that
 * whoever comes after an attempt with no known end asks the document system first, and leaves it to the clerk where that cannot say.
 */
export async function deliverDocument(parts: DeliveryParts, { cursor, document, digests, signed, again }: DocumentToDeliver): Promise<ConfirmedBy> {
  const { store, deliveries } = parts
  const { documentId, wayBack: way = { by: 'download' } } = document
  const earlier = deliveries.get(documentId)
  if (earlier?.state === 'through') return earlier.confirmedBy
  refuseElsewhere(way, cursor.pageOrigin)
  if (earlier?.state === 'begun' && way.by !== 'download') {
    const standing = await askStanding(way, digests)
    if (standing === 'signed') return note('digest')
    if (standing !== 'original' && !again) throw new RefusalError(refusal('delivery-unconfirmed'))
  }
  const file = await signed()
  await keep({ state: 'begun' })
  return note(await send(parts, cursor, document, way, file, digests))

  async function note(confirmedBy: ConfirmedBy): Promise<ConfirmedBy> {
    await keep({ state: 'through', confirmedBy })
    return confirmedBy
  }
  async function keep(delivery: Delivery): Promise<void> {
    deliveries.set(documentId, delivery)
    await store.putDelivery(documentId, delivery)
  }
}

/** Signed file, session token and questions go to the page's own origin and nowhere else. */
function refuseElsewhere(way: WayBack, pageOrigin: string): void {
  if (way.by === 'download') return
  const addresses = [way.digestUrl, way.listRow?.url, 'url' in way ? way.url : undefined, way.by === 'api' ? way.token?.url : undefined]
  for (const address of addresses) {
    if (address === undefined) continue
    const { origin, host } = new URL(address)
    if (origin !== pageOrigin) refuse('delivery-elsewhere', { site: host })
  }
}

async function send(parts: DeliveryParts, cursor: BatchCursor, document: CursorDocument, way: WayBack, file: Blob, digests: Digests): Promise<ConfirmedBy> {
  const { name } = document
  switch (way.by) {
    case 'download':
      await parts.save(name, file)
      return 'none'
    case 'api': {
      let answer: SiteAnswer
      try {
        answer = await parts.api.send(way, name, file)
      } catch (error) {
        if (error instanceof RefusalError) throw error
        return explainBrokenLine(way, digests, error)
      }
      return confirmReturn(way, answer, digests)
    }
    case 'form':
    case 'page':
    case 'drop': {
      const answer = await parts.toPage(cursor, document, way, file)
      return confirmReturn(way, answer, digests)
    }
  }
}
