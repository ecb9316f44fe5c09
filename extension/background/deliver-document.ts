import { refusalOf, refuse } from '../../shared/errors.ts'
import type { SiteAnswer } from '../../shared/messages/page.ts'
import type { StoredHeader, WayBack, WayThroughPage } from '../../shared/messages/way-back.ts'
import { askStanding, confirmReturn, explainBrokenLine, type AskSite, type Digests } from './confirm-return.ts'
import type { CopyVerdict } from '../link/compare-copy.ts'
import type { BatchCursor, ConfirmedBy, CursorDocument, CursorStore, Delivery } from './cursor.ts'
import { LineLost } from '../../shared/messages/line-lost.ts'
import type { SiteApi } from './return-by-api.ts'

export interface DeliveryParts {
  api: SiteApi
  /** Gives the file to its page; undefined where only the tab sees the answer. */
  toPage: (cursor: BatchCursor, document: CursorDocument, way: WayThroughPage, signed: Blob) => Promise<SiteAnswer | undefined>
  save: (name: string, signed: Blob) => Promise<void>
  /** Asks the site with the header that its page keeps. */
  askPage: (cursor: BatchCursor, url: string, header: StoredHeader) => Promise<SiteAnswer>
  /** Whether a page of the site shows the row that confirms a delivery. */
  findRow: (cursor: BatchCursor, row: { url: string; selector: string }) => Promise<boolean>
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
  /** Reads what the document system holds now, and has the agent compare it. */
  readBack: () => Promise<CopyVerdict>
  /** The clerk looked and asked for it again. */
  again: boolean
}

/**
 * Returns one signed document to where it came from, once. That an upload began is on the disk before it begins, so that
 * whoever comes after an attempt with no known end asks the document system first, and leaves it to the clerk where that cannot say.
 */
export async function deliverDocument(parts: DeliveryParts, { cursor, document, digests, signed, readBack, again }: DocumentToDeliver): Promise<ConfirmedBy> {
  const { store, deliveries } = parts
  const { documentId, wayBack: way = { by: 'download' } } = document
  const earlier = deliveries.get(documentId)
  if (earlier?.state === 'through') return earlier.confirmedBy
  refuseElsewhere(way, cursor.pageOrigin)
  if (earlier?.state === 'begun' && way.by !== 'download') {
    const standing = await askStanding(way, digests, asksOf(parts, cursor).askPage)
    if (standing === 'signed') return note('digest')
    if (standing === 'unreachable') {
      await keep({ state: 'begun', isCut: true })
      throw new LineLost('unknown')
    }
    if (standing !== 'original' && !again) return note(await orReadBack(way, readBack, () => refuse('delivery-unconfirmed')))
  }
  const file = await signed()
  await keep({ state: 'begun' })
  try {
    return await note(await orReadBack(way, readBack, () => send(parts, cursor, document, way, file, digests)))
  } catch (error) {
    if (error instanceof LineLost) await keep(error.cutAt === 'unsent' ? { state: 'unsent' } : { state: 'begun', isCut: true })
    throw error
  }

  async function note(confirmedBy: ConfirmedBy): Promise<ConfirmedBy> {
    await keep({ state: 'through', confirmedBy })
    return confirmedBy
  }
  async function keep(delivery: Delivery): Promise<void> {
    deliveries.set(documentId, delivery)
    await store.putDelivery(documentId, delivery)
  }
}

/** What the system does not confirm is read back without a click only where the descriptor says that nobody sees it. */
async function orReadBack(way: WayBack, readBack: () => Promise<CopyVerdict>, attempt: () => ConfirmedBy | Promise<ConfirmedBy>): Promise<ConfirmedBy> {
  try {
    return await attempt()
  } catch (error) {
    const isSilent = way.by !== 'download' && way.readingIsSilent === true
    if (!isSilent || error instanceof LineLost || refusalOf(error).code !== 'delivery-unconfirmed') throw error
    // A file that cannot be read back leaves it as it was.
    const verdict = await readBack().catch(() => undefined)
    if (verdict === undefined) throw error
    return confirmedByCopy(verdict)
  }
}

/** What a file that was read back confirms. Refuses with `delivery-altered`, and with `delivery-unconfirmed` where the original is still there. */
export function confirmedByCopy(verdict: CopyVerdict): ConfirmedBy {
  switch (verdict) {
    case 'same':
      return 'copy'
    case 'extended':
      return 'extended'
    case 'broken':
      return refuse('delivery-altered')
    // The system may keep the signed file at another address.
    case 'original':
      return refuse('delivery-unconfirmed')
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
  if (way.by === 'download') {
    await parts.save(way.as ?? name, file)
    return 'none'
  }
  const asks = asksOf(parts, cursor)
  let answer: SiteAnswer | undefined
  try {
    answer = way.by === 'api' && way.authorization === undefined ? await parts.api.send(way, name, file) : await parts.toPage(cursor, document, way, file)
  } catch (error) {
    if (error instanceof LineLost && error.cutAt === 'unknown') return explainBrokenLine(way, digests, asks.askPage, error)
    throw error
  }
  return confirmReturn(way, answer, digests, asks)
}

function asksOf(parts: DeliveryParts, cursor: BatchCursor): AskSite {
  return {
    askPage: (url, header) => parts.askPage(cursor, url, header),
    findRow: (row) => parts.findRow(cursor, row).catch(() => false),
  }
}
