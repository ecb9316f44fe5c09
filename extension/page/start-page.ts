import type { CountFromPage, FindToPage } from '../../shared/messages/page.ts'
import type { TalkPort } from '../../shared/messages/port-talk.ts'
import { answerPort } from './answer-port.ts'
import type { Page } from './find-by-site.ts'
import { findDocuments, type Found } from './find-documents.ts'
import type { Site } from './site.ts'
import { watchPage } from './watch-page.ts'

/** As much of the browser as a page needs. */
export interface PageRuntime {
  sendMessage(message: CountFromPage): Promise<unknown>
  onMessage: { addListener(listener: (message: unknown) => Promise<unknown> | undefined): void }
  onConnect: { addListener(listener: (port: TalkPort & { name: string }) => void): void }
}

/** The content script of one frame: answers the background, and tells it how many documents there are. */
export function startPage(sites: readonly Site[], page: Page, runtime: PageRuntime): void {
  let last: Found | undefined
  let told = 0
  const find = (): Found => (last = findDocuments(sites, page))

  runtime.onMessage.addListener((message) => (isFind(message) ? Promise.resolve(find().found) : undefined))
  runtime.onConnect.addListener((port) => {
    if (port.name !== 'document' && port.name !== 'return') return
    const sourceOf = (key: string) => last?.sources.get(key) ?? find().sources.get(key)
    void answerPort(port.name, port, { page, sourceOf })
  })

  const count = (): void => {
    const documents = find().found.documents.length
    if (documents === told) return
    told = documents
    // An extension that was updated or removed leaves its old scripts behind, with nobody to tell.
    runtime.sendMessage({ kind: 'count', count: documents }).catch(stop)
  }
  const stop = watchPage(page.document, page.shadowRootOf, count)
  count()
}

function isFind(message: unknown): message is FindToPage {
  return typeof message === 'object' && message !== null && 'kind' in message && message.kind === 'find'
}
