import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { demoExtension, openBrowser } from '../../demo/office/browser.ts'
import { findDocuments } from '../../extension/page/find-documents.ts'
import { fixturePage, fixtureRows } from './fixture-rows.ts'
import { openFixture } from '../extension/page/open-fixture.ts'
import { Firefox, findFirefox } from '../support/firefox.ts'
import { FirefoxClerk } from '../support/firefox-clerk.ts'

// Every kind of finding in both real browsers: what the unit tests pin word for word is found there too, closed shadow roots included.
const kinds = ['plain-links', 'table-rows', 'postback-grid', 'viewers', 'row-buttons', 'shadow-roots', 'shadow-roots-closed', 'aria-grid', 'cards', 'hostile']
const firefoxExtension = path.resolve(import.meta.dirname, '../../.output/firefox-mv3')

interface Row {
  /** Its address, else the page's key. */
  address: string
  /** As the popup lists it: the number, else the title or name; and the grade of secrecy where it is marked. */
  words: string
}

/** A browser with the extension, to which the site is listed. */
interface Reader {
  /** The documents that the extension finds on a page. */
  read(url: string): Promise<Row[]>
  /** The same, on the page that it shows already. */
  again(url: string): Promise<Row[]>
  close(): Promise<void>
}

const server = createServer((request, response) => {
  const kind = /^\/xem\/([\w-]+)$/.exec(request.url ?? '')?.[1]
  const inFrame = ['iframe', 'embed', 'object'].includes(String(request.headers['sec-fetch-dest']))
  const fixture = /^\/trang\/([\w-]+\.html)$/.exec(request.url ?? '')?.[1]
  if (fixture !== undefined) response.setHeader('content-type', 'text/html; charset=utf-8').end(fixturePage(fixture))
  else if (kind !== undefined && kinds.includes(kind)) response.setHeader('content-type', 'text/html; charset=utf-8').end(fixturePage(`${kind}.html`))
  else if (inFrame || request.url === '/') response.setHeader('content-type', 'text/html').end('<title>x</title>')
  else response.setHeader('content-type', 'application/pdf').end('%PDF-1.7\n')
})
let home = ''
let folder = ''

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'antin-finding-'))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  home = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(() => {
  server.close()
  rmSync(folder, { recursive: true, force: true })
})

async function expected(kind: string): Promise<string[]> {
  const { found } = await findDocuments([], openFixture(`${kind.replace(/-closed$/, '')}.html`, `${home}/xem/${kind}`))
  return found.documents.map(({ url, key }) => url ?? key).toSorted()
}

const openings = [
  ['Chromium', existsSync(demoExtension), openChromium],
  ['Firefox', findFirefox() !== undefined, openFirefox],
] as const

describe.each(openings)('in %s', (browser, isHere, open) => {
  let reader: Reader | undefined
  beforeAll(async () => {
    if (isHere) reader = await open()
  })
  afterAll(() => reader?.close())

  test.skipIf(!isHere).each(kinds)('%s', async (kind) => {
    const rows = await reader?.read(`${home}/xem/${kind}`)
    expect(rows?.map(({ address }) => address).toSorted()).toEqual(await expected(kind))
  })

  // In Chromium page-fixtures.test.ts reads these from the popup itself.
  test.skipIf(!isHere).each(browser === 'Firefox' ? Object.entries(fixtureRows) : [])('%s, as the popup lists it', async (name, rows) => {
    const url = `${home}/trang/${name}`
    await reader?.read(url)
    // What comes late is found when it is there.
    await expect.poll(async () => (await reader?.again(url))?.map(({ words }) => words).toSorted(), { timeout: 15_000 }).toEqual(rows.toSorted())
  })
})

async function openChromium(): Promise<Reader> {
  const browser = await openBrowser({ profile: path.join(folder, 'chromium'), headless: true })
  const page = browser.context.pages()[0] ?? (await browser.context.newPage())
  const own = await browser.context.newPage()
  await own.goto(`chrome-extension://${browser.extensionId}/save.html`)
  await own.evaluate(listSite, home)
  return {
    read: async (url) => {
      await page.goto(url)
      return own.evaluate(findIn, url)
    },
    again: (url) => own.evaluate(findIn, url),
    close: () => browser.close(),
  }
}

async function openFirefox(): Promise<Reader> {
  const firefox = await Firefox.open({ profile: path.join(folder, 'firefox'), extension: firefoxExtension })
  const page = await firefox.newPage(`${home}/`)
  await new FirefoxClerk(firefox, home, page).allowSite()
  const own = await firefox.newPage(`${firefox.extensionOrigin}/save.html`)
  return {
    read: async (url) => {
      await page.goto(url)
      return own.evaluate(findIn, url)
    },
    again: (url) => own.evaluate(findIn, url),
    close: () => firefox.close(),
  }
}

/** The extension's own interface, as far as these functions use it inside one of its pages. */
interface OwnPage {
  browser?: OwnPage['chrome']
  chrome: {
    tabs: { query(what: object): Promise<{ id: number; url?: string }[]> }
    runtime: { connect(how: { name: string }): { postMessage(command: object): void; onMessage: { addListener(hear: (message: Told) => void): void } } }
  }
}
interface Told {
  kind: string
  view?: { sites: { origin: string }[]; found?: { tabId: number; site: string; listed: boolean; documents: { url?: string; key: string; name: string; number?: string; title?: string; secrecy?: string }[] } }
}

/** Runs in a page of the extension, whose manifest may read the site already. */
function listSite(origin: string): Promise<void> {
  const { browser, chrome } = globalThis as unknown as OwnPage
  const port = (browser ?? chrome).runtime.connect({ name: 'view' })
  port.postMessage({ kind: 'site-added', origin })
  return new Promise((resolve) => {
    port.onMessage.addListener(({ view }) => {
      if (view?.sites.some((site) => site.origin === origin)) resolve()
    })
  })
}

/** Runs in a page of the extension: asks the background as the popup does. */
async function findIn(url: string): Promise<Row[]> {
  const { browser, chrome } = globalThis as unknown as OwnPage
  const { tabs, runtime } = browser ?? chrome
  const tab = (await tabs.query({})).find((candidate) => candidate.url === url)
  if (tab === undefined) throw new Error(`no tab shows ${url}`)
  const port = runtime.connect({ name: 'view' })
  const answered = new Promise<Row[]>((resolve) => {
    let read = false
    port.onMessage.addListener(({ kind, view }) => {
      // The first view may still be of the page that the tab showed before.
      if (kind === 'answer') read = true
      const { found } = view ?? {}
      if (read && found?.tabId === tab.id) resolve(found.documents.map(({ url: address, key, number, title, name, secrecy }) => ({ address: address ?? key.replace(/^\d+\|/, ''), words: [number ?? title ?? name, secrecy ?? ''].join(' ').trim() })))
    })
  })
  port.postMessage({ kind: 'find', tabId: tab.id })
  return answered
}
