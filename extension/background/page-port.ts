import type { Browser } from 'webextension-polyfill'
import { refuse } from '../../shared/errors.ts'
import type { SiteAnswer, WayBack } from '../../shared/messages/page.ts'
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
  { name, frameId, wayBack, signed }: { name: string; frameId: number; wayBack: Extract<WayBack, { by: 'form' | 'page' | 'drop' }>; signed: Blob },
): Promise<SiteAnswer | undefined> {
  const tabId = await tabOf(browser, place)
  // A form is fetched anew, so any frame of the site will do; an input or a place to drop stands in its own.
  const port = browser.tabs.connect(tabId, { name: 'return', frameId: wayBack.by === 'form' ? 0 : frameId })
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

/** The tab that the batch came from; where it was closed or left, another one of the same site. */
async function tabOf(browser: Browser, { tabId, pageOrigin }: Place): Promise<number> {
  const own = await browser.tabs.get(tabId).catch(() => undefined)
  const isOfSite = ({ url }: { url?: string }): boolean => originOf(url) === pageOrigin
  const tab = own !== undefined && isOfSite(own) ? own : (await browser.tabs.query({ url: sitePattern(browser, pageOrigin) })).find(isOfSite)
  if (tab?.id === undefined) return refuse('page-gone', { site: new URL(pageOrigin).host })
  await startInFrames(browser, tab.id)
  return tab.id
}
