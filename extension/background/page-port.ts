import type { Browser } from 'webextension-polyfill'
import { refusalOf, refuse } from '../../shared/errors.ts'
import type { SiteAnswer } from '../../shared/messages/page.ts'
import type { StoredHeader, WayThroughPage } from '../../shared/messages/way-back.ts'
import type { StepWay } from '../../shared/messages/site.ts'
import { partsOf, PortTalk } from '../../shared/messages/port-talk.ts'
import type { BatchCursor, CursorDocument } from './cursor.ts'
import { startInFrames } from './find-in-tab.ts'
import { sitePattern } from './site-pattern.ts'
import { originOf } from './sites.ts'

type Place = Pick<BatchCursor, 'tabId' | 'pageOrigin'>

/** The bytes of a document that only its page can get. */
export async function* fetchByPage(browser: Browser, place: Place, document: CursorDocument, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  const port = browser.tabs.connect(await tabOf(browser, place), { name: 'document', frameId: document.frameId })
  const talk = new PortTalk(port, new URL(place.pageOrigin).host)
  const stop = (): void => port.disconnect()
  signal.addEventListener('abort', stop)
  try {
    talk.say({ kind: 'fetch', key: document.key })
    yield* talk.receiveBytes()
  } finally {
    signal.removeEventListener('abort', stop)
    port.disconnect()
  }
}

/** Gives a signed file to its page. The answer of the site; undefined where only the tab sees it. */
export async function returnByPage(
  browser: Browser,
  place: Place,
  { name, frameId, wayBack, signed }: { name: string; frameId: number; wayBack: WayThroughPage; signed: Blob },
): Promise<SiteAnswer | undefined> {
  const tabId = await tabOf(browser, place)
  // A form is fetched anew and a call needs no place, so any frame of the site will do; an input or a place to drop stands in its own.
  const port = browser.tabs.connect(tabId, { name: 'return', frameId: wayBack.by === 'form' || wayBack.by === 'api' ? 0 : frameId })
  try {
    const talk = new PortTalk(port, new URL(place.pageOrigin).host)
    talk.say({ kind: 'return', name, wayBack })
    await talk.sendBytes(partsOf(signed.stream()))
    const answer = await talk.hear()
    if (answer.kind === 'submitted') return undefined
    return answer.kind === 'answered' ? answer.answer : refuse('message-malformed', { kind: answer.kind })
  } finally {
    port.disconnect()
  }
}

/** Has the page send a form of the site, or make a call. Undefined where it went away, and nobody knows what became of it. */
export async function stepByPage(browser: Browser, place: Place, way: Extract<StepWay, { by: 'form' | 'api' }>): Promise<SiteAnswer | undefined> {
  const tabId = await tabOf(browser, place)
  return stepInTab(browser, tabId, place.pageOrigin, way).catch((error: unknown) => {
    if (refusalOf(error).code === 'page-gone') return undefined
    throw error
  })
}

/** Opens the page of the step in a tab of its own and presses its button. What comes of it is asked for afterwards. */
export async function stepByClick(browser: Browser, { pageOrigin }: Place, way: Extract<StepWay, { by: 'click' }>): Promise<void> {
  const { id: tabId } = await browser.tabs.create({ url: way.url, active: false })
  if (tabId === undefined) return refuse('page-gone', { site: new URL(pageOrigin).host })
  try {
    await nextPage(browser, tabId, async () => (await browser.tabs.get(tabId)).status === 'complete')
    await startInFrames(browser, tabId)
    const pressed = nextPage(browser, tabId, () => Promise.resolve(false))
    await stepInTab(browser, tabId, pageOrigin, way)
    await pressed
  } finally {
    await browser.tabs.remove(tabId)
  }
}

async function stepInTab(browser: Browser, tabId: number, pageOrigin: string, way: StepWay): Promise<SiteAnswer | undefined> {
  const port = browser.tabs.connect(tabId, { name: 'return', frameId: 0 })
  try {
    const talk = new PortTalk(port, new URL(pageOrigin).host)
    talk.say({ kind: 'step', way })
    const answer = await talk.hear()
    return answer.kind === 'answered' ? answer.answer : undefined
  } finally {
    port.disconnect()
  }
}

/** Whether a page of the site shows the row that confirms a delivery. */
export async function findRowByPage(browser: Browser, place: Place, { url, selector }: { url: string; selector: string }): Promise<boolean> {
  const port = browser.tabs.connect(await tabOf(browser, place), { name: 'row', frameId: 0 })
  try {
    const talk = new PortTalk(port, new URL(place.pageOrigin).host)
    talk.say({ kind: 'row', url, selector })
    const answer = await talk.hear()
    return answer.kind === 'row-is' ? answer.found : refuse('message-malformed', { kind: answer.kind })
  } finally {
    port.disconnect()
  }
}

/** What the site answers to who has the header that its page keeps. */
export async function askByPage(browser: Browser, place: Place, url: string, header: StoredHeader): Promise<SiteAnswer> {
  const port = browser.tabs.connect(await tabOf(browser, place), { name: 'row', frameId: 0 })
  try {
    const talk = new PortTalk(port, new URL(place.pageOrigin).host)
    talk.say({ kind: 'ask', url, header })
    const answer = await talk.hear()
    return answer.kind === 'answered' ? answer.answer : refuse('message-malformed', { kind: answer.kind })
  } finally {
    port.disconnect()
  }
}

const pageMs = 10_000

/** Until the tab shows a whole page; a page that answers without a new one is waited for so long, and no longer. */
async function nextPage(browser: Browser, tabId: number, isThere: () => Promise<boolean>): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<undefined>()
  const heard = (changed: number, { status }: { status?: string }): void => {
    if (changed === tabId && status === 'complete') resolve(undefined)
  }
  browser.tabs.onUpdated.addListener(heard)
  const timer = setTimeout(() => resolve(undefined), pageMs)
  try {
    if (!(await isThere())) await promise
  } finally {
    clearTimeout(timer)
    browser.tabs.onUpdated.removeListener(heard)
  }
}

/** The tab that the batch came from; where it was closed or left, another one of the same site. */
async function tabOf(browser: Browser, { tabId, pageOrigin }: Place): Promise<number> {
  const own = await browser.tabs.get(tabId).catch(() => undefined)
  const isOfSite = ({ url }: { url?: string }): boolean => originOf(url) === pageOrigin
  const tab = own !== undefined && isOfSite(own) ? own : (await browser.tabs.query({ url: sitePattern(browser, pageOrigin) })).find(isOfSite)
  if (tab?.id === undefined) return refuse('page-gone', { site: new URL(pageOrigin).host })
  await startInFrames(browser, tab.id)
  return tab.id
}
