import { expect, test } from 'vitest'
import { findInTab } from '../../../extension/background/find-in-tab.ts'
import { SiteBook } from '../../../extension/background/site-book.ts'
import { Sites } from '../../../extension/background/sites.ts'
import type { FoundDocument } from '../../../shared/messages/page.ts'
import { FakeBrowser } from './fake-browser.ts'

const origin = 'https://qlvb.example.vn'
const inPage = (key: string): FoundDocument => ({ key, byPage: true, name: key, certainty: 'certain' })

test('a blob: or data: address in two frames is one document; what a frame alone can produce is its own', async () => {
  const browser = new FakeBrowser()
  browser.permitted.add(`${origin}/*`)
  const documents = [inPage(`blob:${origin}/1`), inPage('data:application/pdf,x'), inPage('postback:a:')]
  const page = { site: origin, siteName: 'QLVB', documents }
  browser.tabs.set(7, { url: `${origin}/ds`, frames: new Map([[0, page], [4, page]]) })
  const sites = new Sites(browser.browser)
  await sites.load()
  await sites.add(origin)
  const found = await findInTab({ browser: browser.browser, sites, book: new SiteBook(browser.browser, []) }, 7)
  expect(found.documents.map(({ key }) => key)).toEqual([`0|blob:${origin}/1`, '0|data:application/pdf,x', '0|postback:a:', '4|postback:a:'])
})
