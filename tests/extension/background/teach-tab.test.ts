import { expect, test } from 'vitest'
import type { Browser } from 'webextension-polyfill'
import { SiteBook } from '../../../extension/background/site-book.ts'
import { Sites } from '../../../extension/background/sites.ts'
import { TeachTab } from '../../../extension/background/teach-tab.ts'
import { siteFormat, type Site } from '../../../shared/messages/site.ts'
import { FakeBrowser } from './fake-browser.ts'

const origin = 'https://qlvb.songlam.gov.vn'
const site: Site = {
  format: siteFormat, id: 'taught', version: 1, name: 'Taught', source: 'taught',
  origins: ['https://*.gov.vn'],
  recognise: { selectors: [] },
  views: [{ path: '^/', row: 'tr', reads: { file: { selector: 'a' } }, waysBack: [] }],
}

async function lessonAt(tabOrigin: string) {
  const fake = new FakeBrowser()
  fake.permitted.add(`${origin}/*`)
  fake.disk = { sites: [origin] }
  fake.tabs.set(1, { url: `${tabOrigin}/`, frames: new Map([[0, undefined]]) })
  const browser = { ...fake.api, tabs: { ...fake.api.tabs, update: () => Promise.resolve() } } as unknown as Browser
  const [sites, book] = [new Sites(browser), new SiteBook(browser, [])]
  await Promise.all([sites.load(), book.load()])
  const teaching = new TeachTab({ browser, sites, book, language: () => 'vi', learnt: () => Promise.resolve() })
  return { teaching, book }
}

test('a lesson speaks for the site that it was given at, whatever the page says that it is for', async () => {
  const { teaching, book } = await lessonAt(origin)
  await teaching.begin(1)
  expect(await teaching.hear({ kind: 'taught', site }, 1, origin)).toEqual({})
  expect(book.views.map(({ origins }) => origins)).toEqual([[origin]])
  expect(book.fitting('https://thue.gov.vn')).toEqual([])
})

test('a frame of another origin in the same tab is not heard, nor is a tab that nobody teaches', async () => {
  const { teaching, book } = await lessonAt(origin)
  await teaching.begin(1)
  expect(await teaching.hear({ kind: 'taught', site }, 1, 'https://evil.example')).toBeUndefined()
  expect(await teaching.hear({ kind: 'taught', site }, 2, origin)).toBeUndefined()
  expect(book.views).toEqual([])
})

test('a site that is not on the list is not taught', async () => {
  const { teaching } = await lessonAt('https://evil.example')
  await expect(teaching.begin(1)).rejects.toThrow('site-not-listed')
})
