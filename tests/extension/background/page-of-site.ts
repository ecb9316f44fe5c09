import type { Browser } from 'webextension-polyfill'
import type { BatchesParts } from '../../../extension/background/batches.ts'
import { askByPage, returnByPage, stepByPage } from '../../../extension/background/page-port.ts'
import { answerPort } from '../../../extension/page/answer-port.ts'
import type { Page } from '../../../extension/page/find-by-site.ts'
import { portPair } from '../page/port-pair.ts'
import type { DocumentSite } from './document-site.ts'

/** The ways through a tab of the site, with the real code of the page at the other end of the port; `stored` is what its storage holds. */
export function pageOf(site: DocumentSite, stored: Record<string, string>): Pick<BatchesParts, 'toPage' | 'stepByPage' | 'askPage'> {
  const storage = { getItem: (key: string) => stored[key] ?? null }
  const page = { location: new URL(site.origin), storages: { local: storage, session: storage } } as unknown as Page
  const tab = { id: 1, url: `${site.origin}/danh-sach` }
  const connect = (_tabId: number, { name }: { name: string }): unknown => {
    const [near, far] = portPair(name)
    void answerPort(name, far, { page, sourceOf: () => Promise.resolve(undefined) })
    return near
  }
  const browser = { tabs: { get: () => Promise.resolve(tab), connect }, scripting: { executeScript: () => Promise.resolve([]) } } as unknown as Browser
  return {
    toPage: (cursor, { name, frameId }, wayBack, signed) => returnByPage(browser, cursor, { name, frameId, wayBack, signed }),
    stepByPage: (cursor, way) => stepByPage(browser, cursor, way),
    askPage: (cursor, url, header) => askByPage(browser, cursor, url, header),
  }
}
