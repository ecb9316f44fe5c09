import type { Browser } from 'webextension-polyfill'
import type { FindToPage, FoundDocument, FoundFromPage } from '../../shared/messages/page.ts'
import type { FoundView } from '../../shared/messages/view.ts'
import { originOf, scriptFile, type Sites } from './sites.ts'

/** A document that a tab shows, and the frame that it stands in. `key` is unique in the tab. */
export interface FoundInTab extends FoundDocument {
  frameId: number
  /** The key inside its frame. */
  frameKey: string
}

export interface FoundTab extends FoundView {
  documents: FoundInTab[]
}

/** Reads every frame of a tab. A tab of a site that is not listed is not read at all. */
export async function findInTab(browser: Browser, sites: Sites, tabId: number): Promise<FoundTab> {
  const site = originOf((await browser.tabs.get(tabId)).url)
  const empty = { tabId, site: site ?? '', siteName: site === undefined ? '' : new URL(site).host, documents: [] }
  if (site === undefined || !sites.isListed(site)) return { ...empty, listed: false }
  const frames = await startInFrames(browser, tabId)
  const answers = await Promise.allSettled(frames.map((frameId) => askFrame(browser, tabId, frameId)))
  const found = answers.flatMap((answer, index) =>
    answer.status === 'fulfilled' && isFound(answer.value) ? [{ frameId: frames[index] ?? 0, ...answer.value }] : [],
  )
  const siteName = found.find(({ frameId }) => frameId === 0)?.siteName ?? empty.siteName
  return { ...empty, listed: true, siteName, documents: mergeByUrl(found.flatMap(inTab)) }
}

/** Runs the content script in every frame that the extension may read; where it runs already, nothing happens. */
export async function startInFrames(browser: Browser, tabId: number): Promise<number[]> {
  const results = await browser.scripting.executeScript({ target: { tabId, allFrames: true }, files: [scriptFile] })
  return results.map(({ frameId }) => frameId)
}

function askFrame(browser: Browser, tabId: number, frameId: number): Promise<unknown> {
  return browser.tabs.sendMessage(tabId, { kind: 'find' } satisfies FindToPage, { frameId })
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
  return documents.filter(({ url }) => {
    if (url === undefined) return true
    if (seen.has(url)) return false
    seen.add(url)
    return true
  })
}
