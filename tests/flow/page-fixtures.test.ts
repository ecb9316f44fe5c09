import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openBrowser, type Browser } from '../../demo/office/browser.ts'
import { clerkAt } from '../../demo/office/clerk.ts'

// Every page fixture through the real content script in the real browser, as the popup shows it; and what the site was asked for meanwhile.

const fixtures = path.resolve(import.meta.dirname, '../fixtures/pages')

/** What the popup lists, by the number, else the title or name; and the grade of secrecy where it is marked. */
const expected: Record<string, string[]> = {
  'plain-links.html': ['12/QĐ-UBND', 'Tờ trình 45.PDF', 'Thông báo 7.pdf', 'Kế hoạch', 'Giấy mời 88.pdf', 'Tải về'],
  'table-rows.html': ['101/QĐ-UBND', '102/TB-UBND'],
  'postback-grid.html': ['15/BC-STC', '16/BC-STC'],
  'viewers.html': ['1', '2.pdf', '3', '4.pdf', '5.pdf'],
  'row-buttons.html': ['7/KH-SNV', '8/KH-SNV', '9/KH-SNV'],
  'aria-grid.html': ['21/TTr-STP'],
  'cards.html': ['30/2026/NQ-HĐND', '31/2026/NQ-HĐND'],
  'ioffice-list.html': ['18/KH-SGD', '19/KH-SGD Mật'],
  'ioffice-open-document.html': ['21/QĐ-SGD Tối mật', '21/QĐ-SGD Tối mật'],
  'zk-listbox.html': ['5/BC-SCT', '6/BC-SCT Tuyệt mật'],
  'liferay-portlet.html': ['33/TB-TCHC', '34/TB-TCHC'],
  'sharepoint-list.html': ['9/GM-VP'],
  'aspnet-grid.html': ['41/CV-TNMT', '42/CV-TNMT Mật'],
  'secret-cards.html': ['70/KH-CA MẬT', '71/KH-CA'],
  'late-nodes.html': ['3/TB-X'],
  'frames.html': ['12/QĐ-UBND', 'Tờ trình 45.PDF', 'Thông báo 7.pdf', 'Kế hoạch', 'Giấy mời 88.pdf', 'Tải về', '9.pdf'],
  'patched-world.html': ['1.pdf', '%ZZ.pdf'],
  'many-nodes.html': ['cuoi.pdf', 'trong-svg.pdf'],
  'demo-outgoing-list.html': [],
}

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
    if (page !== undefined) return void response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(readFileSync(path.join(fixtures, page)))
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

test.each(Object.entries(expected).filter(([, rows]) => rows.length > 0))('%s', async (name, rows) => {
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
