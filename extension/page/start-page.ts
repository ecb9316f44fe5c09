import type { CountFromPage, FindToPage, FoundFromPage, SitesFromPage } from '../../shared/messages/page.ts'
import type { TalkPort } from '../../shared/messages/port-talk.ts'
import type { Site } from '../../shared/messages/site.ts'
import { answerPort } from './answer-port.ts'
import type { Page } from './find-by-site.ts'
import { findDocuments, type Found } from './find-documents.ts'
import type { Source } from './found.ts'
import { gatherFurther } from './gather-further.ts'
import { watchPage } from './watch-page.ts'

/** As much of the browser as a page needs. */
export interface PageRuntime {
  sendMessage(message: CountFromPage | SitesFromPage): Promise<unknown>
  onMessage: { addListener(listener: (message: unknown) => Promise<unknown> | undefined): void }
  onConnect: { addListener(listener: (port: TalkPort & { name: string }) => void): void }
}

/** The content script of one frame: answers the background, and tells it how many documents there are. */
export function startPage(page: Page, runtime: PageRuntime): void {
  const scanner = new Scanner(page)
  runtime.onMessage.addListener((message) => (isFind(message) ? scanner.answer(message) : undefined))
  runtime.onConnect.addListener((port) => {
    if (port.name !== 'document' && port.name !== 'return' && port.name !== 'row') return
    void answerPort(port.name, port, { page, sourceOf: (key) => scanner.sourceOf(key) })
  })
  void keepCount(scanner, page, runtime)
}

/** Counts whenever the page has changed. Ends where nobody listens: an extension that was updated or removed leaves its old scripts behind. */
async function keepCount(scanner: Scanner, page: Page, runtime: PageRuntime): Promise<void> {
  let told = 0
  let stop = (): void => undefined
  const count = async (): Promise<number> => {
    const { found, workedMs } = await scanner.find()
    if (found.documents.length !== told) {
      told = found.documents.length
      await runtime.sendMessage({ kind: 'count', count: told })
    }
    return workedMs
  }
  try {
    scanner.sites = (await runtime.sendMessage({ kind: 'sites' })) as Site[]
    await count()
    stop = watchPage(page.document, page.shadowRootOf, () => count().catch(() => (stop(), 0)))
  } catch {
    stop()
  }
}

class Scanner {
  /** Descriptors that may fit, as the background told them last. */
  sites: readonly Site[] = []
  private readonly page: Page
  private last: Found | undefined

  constructor(page: Page) {
    this.page = page
  }

  async find(): Promise<Found> {
    return (this.last = await findDocuments(this.sites, this.page))
  }

  async answer({ sites, further }: FindToPage): Promise<FoundFromPage> {
    this.sites = sites
    const found = await this.find()
    if (further === true) this.last = await gatherFurther(found, sites, this.page)
    return this.last?.found ?? found.found
  }

  async sourceOf(key: string): Promise<Source | undefined> {
    return this.last?.sources.get(key) ?? (await this.find()).sources.get(key)
  }
}

function isFind(message: unknown): message is FindToPage {
  return typeof message === 'object' && message !== null && 'kind' in message && message.kind === 'find'
}
