import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openBrowser, type Browser } from '../../demo/office/browser.ts'
import { clerkAt } from '../../demo/office/clerk.ts'
import { fixturePage, fixtureRows } from './fixture-rows.ts'

// Every page fixture through the real content script in the real browser, as the popup shows it; and what the site was asked for meanwhile.

let server: Server
let origin: string
let folder: string
let browser: Browser
/** What was asked for that is no fixture, and by whom: what a page itself loads says for what (Fetch Metadata). */
const asked: { method: string; url: string; range: string; byPage: boolean }[] = []

beforeAll(async () => {
  server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', origin)
    const page = /^\/trang\/([\w-]+\.html)$/.exec(pathname)?.[1]
    if (page !== undefined) return void response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(fixturePage(page))
    const { method = '', url = '', headers } = request
    asked.push({ method, url, range: headers.range ?? '', byPage: headers['sec-fetch-dest'] !== 'empty' })
    response.writeHead(404).end()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  folder = mkdtempSync(path.join(tmpdir(), 'antin-fixtures-'))
  browser = await openBrowser({ profile: path.join(folder, 'browser'), headless: true })
  const options = await browser.context.newPage()
  await options.goto(`chrome-extension://${browser.extensionId}/options.html`)
  await options.locator('input[type=url]').fill(origin)
  await options.getByRole('button', { name: 'Cho phép' }).click()
  await options.getByText(origin).first().waitFor()
  await options.close()
})
afterAll(async () => {
  await browser.close()
  server.closeAllConnections()
  server.close()
  rmSync(folder, { recursive: true, force: true })
})

test.each(Object.entries(fixtureRows))('%s', async (name, rows) => {
  const page = await browser.context.newPage()
  const errors: string[] = []
  page.on('pageerror', (error) => errors.push(error.message))
  await page.goto(`${origin}/trang/${name}`)
  const popup = await clerkAt(browser, origin, page).openPopup()
  const shown = popup.locator('.rows li')
  await expect.poll(() => shown.count(), { timeout: 15_000 }).toBe(rows.length)
  const words = await shown.evaluateAll((items) => items.map((item) => [item.querySelector('strong')?.textContent ?? '', item.querySelector('.secret')?.textContent ?? ''].join(' ').trim()))
  expect(words.sort()).toEqual([...rows].sort())
  expect(errors).toEqual([])
  await popup.close()
  await page.close()
})

test('no document that is marked secret was asked for, and of the others heads alone, or their first bytes where there was no head', () => {
  expect(asked.filter(({ url }) => /a2|b1|b2|dwnmed-1|\/70\.pdf/.test(url))).toEqual([])
  const byExtension = asked.filter(({ byPage }) => !byPage)
  const heads = byExtension.filter(({ method }) => method === 'HEAD')
  expect(heads.length).toBeGreaterThan(0)
  const others = byExtension.filter(({ method }) => method !== 'HEAD')
  expect(others.filter(({ method, range }) => method !== 'GET' || range !== 'bytes=0-1023')).toEqual([])
  expect(others.filter(({ url }) => !heads.some((head) => head.url === url))).toEqual([])
})
