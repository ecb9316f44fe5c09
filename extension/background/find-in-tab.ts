import type { Browser } from 'webextension-polyfill'
import type { FindToPage, FoundDocument, FoundFromPage } from '../../shared/messages/page.ts'
import type { FoundView } from '../../shared/messages/view.ts'
import type { SiteBook } from './site-book.ts'
import { originOf, scriptFile, type Sites } from './sites.ts'

/** A document that a tab shows, and the frame that it stands in. `key` is unique in the tab. */
export interface FoundInTab extends FoundDocument {
  frameId: number
  /** The key inside its frame. */
  frameKey: string
}

export interface FoundTab extends FoundView {
  documents: FoundInTab[]
  /** Opening a file marks it as read there. */
  opensLoudly: boolean
}

export interface FindParts {
  browser: Browser
  sites: Sites
  book: SiteBook
}

/** Reads every frame of a tab. A tab of a site that is not listed is not read at all. */
export async function findInTab({ browser, sites, book }: FindParts, tabId: number, further = false): Promise<FoundTab> {
  const site = originOf((await browser.tabs.get(tabId)).url)
  const empty = { tabId, site: site ?? '', siteName: site === undefined ? '' : new URL(site).host, documents: [], opensLoudly: false }
  if (site === undefined || !sites.isListed(site)) return { ...empty, listed: false }
  const frames = await startInFrames(browser, tabId)
  const question: FindToPage = { kind: 'find', sites: book.fitting(site), further }
  const answers = await Promise.allSettled(frames.map((frameId) => browser.tabs.sendMessage(tabId, question, { frameId })))
  const found = answers.flatMap((answer, index) =>
    answer.status === 'fulfilled' && isFound(answer.value) ? [{ frameId: frames[index] ?? 0, ...answer.value }] : [],
  )
  const top = found.find(({ frameId }) => frameId === 0)
  const known = found.find(({ siteId }) => siteId !== undefined)
  const first = <Name extends 'health' | 'hasFurther' | 'refusal'>(name: Name): Partial<Pick<FoundFromPage, Name>> => {
    const value = found.find((each) => each[name] !== undefined)?.[name]
    return value === undefined ? {} : ({ [name]: value } as Pick<FoundFromPage, Name>)
  }
  return {
    ...empty,
    listed: true,
    siteName: (top?.siteId === undefined ? known : top)?.siteName ?? top?.siteName ?? empty.siteName,
    documents: mergeByUrl(found.flatMap(inTab)),
    opensLoudly: found.some(({ opensLoudly }) => opensLoudly === true),
    ...first('health'),
    ...first('hasFurther'),
    ...first('refusal'),
  }
}

/** Runs the content script in every frame that the extension may read; where it runs already, nothing happens. */
export async function startInFrames(browser: Browser, tabId: number): Promise<number[]> {
  const results = await browser.scripting.executeScript({ target: { tabId, allFrames: true }, files: [scriptFile] })
  return results.map(({ frameId }) => frameId)
}

function isFound(answer: unknown): answer is FoundFromPage {
  return typeof answer === 'object' && answer !== null && 'documents' in answer && Array.isArray(answer.documents)
}

function inTab({ frameId, documents }: { frameId: number } & FoundFromPage): FoundInTab[] {
  return documents.map((document) => ({ ...document, frameId, frameKey: document.key, key: `${frameId}|${document.key}` }))
}

/** The same address in two frames is one document. */
function mergeByUrl(documents: readonly FoundInTab[]): FoundInTab[] {
  const seen = new Set<string>()
  return documents.filter(({ url, frameKey }) => {
    // A viewer's frame names the same blob as the page around it.
    const address = url ?? (/^(blob|data):/.test(frameKey) ? frameKey : undefined)
    if (address === undefined) return true
    if (seen.has(address)) return false
    seen.add(address)
    return true
  })
}
