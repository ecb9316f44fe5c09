import type { Storage } from 'webextension-polyfill'
import type { NextOfDocument } from '../../shared/messages/page.ts'
import type { WayBack } from '../../shared/messages/way-back.ts'
import type { BatchState, CopyForm, Profile, RegisteredFacts, SignToAgent } from '../../shared/protocol/sign.ts'

/** What the extension alone knows of a document in a batch: where it came from and where it goes back to. */
export interface CursorDocument {
  documentId: string
  /** The page's own key, and the frame that it stands in. */
  key: string
  frameId: number
  url?: string
  byPage: boolean
  name: string
  number?: string
  title?: string
  /** What the document system has on register for it, as the agent is told. */
  registered?: RegisteredFacts
  wayBack?: WayBack
  next?: NextOfDocument
}

/** All that the worker needs to go on with a batch after it was ended. Everything else is the agent's. */
export interface BatchCursor {
  batchId: string
  tabId: number
  pageOrigin: string
  siteName: string
  profile: Profile
  certificateSha256: string
  /** The registrar's own key, beside the agency's; the kind of a copy; the words of a comment. */
  ownCertificateSha256?: string
  copyForm?: CopyForm
  comment?: string
  startedAt: string
  firstSignedAt?: string
  /** The notification for this end was shown. */
  notified?: BatchState
  documents: CursorDocument[]
}

export type ConfirmedBy = Extract<SignToAgent, { step: 'delivered' }>['confirmedBy']

/**
 * How far a delivery came: begun, and nobody knows, `isCut` where the line to the system broke; not even sent when it broke; or
 * through, and only the agent may not know it yet.
 */
export type Delivery = { state: 'begun'; isCut?: true } | { state: 'unsent' } | { state: 'through'; confirmedBy: ConfirmedBy }

/** The line broke under it: it is tried again without the clerk. */
export function wasCut(delivery: Delivery | undefined): boolean {
  return delivery?.state === 'unsent' || (delivery?.state === 'begun' && delivery.isCut === true)
}

/** The cursors on disk. What is written here outlives worker and browser; writing ends before anything that depends on it begins. */
export class CursorStore {
  private readonly area: Storage.StorageArea

  constructor(area: Storage.StorageArea) {
    this.area = area
  }

  async load(): Promise<{ cursors: BatchCursor[]; deliveries: Map<string, Delivery> }> {
    const entries = Object.entries(await this.area.get())
    const withPrefix = (prefix: string) => entries.filter(([key]) => key.startsWith(prefix))
    return {
      cursors: withPrefix(batchPrefix).map(([, value]) => value as BatchCursor),
      deliveries: new Map(withPrefix(deliveryPrefix).map(([key, value]) => [key.slice(deliveryPrefix.length), value as Delivery])),
    }
  }

  put(cursor: BatchCursor): Promise<void> {
    return this.area.set({ [batchPrefix + cursor.batchId]: cursor })
  }

  remove({ batchId, documents }: BatchCursor): Promise<void> {
    return this.area.remove([batchPrefix + batchId, ...documents.map(({ documentId }) => deliveryPrefix + documentId)])
  }

  putDelivery(documentId: string, delivery: Delivery): Promise<void> {
    return this.area.set({ [deliveryPrefix + documentId]: delivery })
  }
}

const batchPrefix = 'batch:'
const deliveryPrefix = 'delivery:'
