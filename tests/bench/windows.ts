import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import type { Page } from 'playwright-core'
import { openBrowser } from '../../demo/office/browser.ts'
import { clerkAt, type Clerk } from '../../demo/office/clerk.ts'
import { openOffice } from '../../demo/office/office.ts'
import { drawRecipes } from '../../demo/seed/draw-recipe.ts'
import { sampleRecipe } from '../../demo/seed/sample-recipe.ts'
import { smallPdf } from '../support/small-pdf.ts'
import type { Row } from './measure.ts'
import { leastOf, watchFluency, worstSince, worstWhile, type Worst } from './fluency.ts'

const few = 24
const many = 500
const pages = 10
const runs = 5

/** The extension's windows in the real browser with the real agent behind them: what the clerk waits for, and whether 500 documents stay fluid. */
export async function benchWindows(folder: string): Promise<Row[]> {
  const server = await serveLists(path.join(folder, 'authority-of-documents'))
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const office = await openOffice({ folder, token: 'p12', pinentry: 'scripted', documents: { outgoing: 2, incoming: 1 }, settings: { listedSites: [origin] } })
  const browser = await openBrowser({ profile: path.join(folder, 'browser'), headless: true })
  try {
    await browser.context.addInitScript(watchFluency)
    const page = browser.context.pages()[0] ?? (await browser.context.newPage())
    const clerk = clerkAt(browser, origin, page)
    await page.goto(`${origin}/${few}`)
    const first = await clerk.openPopup()
    await clerk.pair(first)
    await first.close()
    const popupMs = await leastOf(2 * runs, () => usablePopupMs(clerk))
    const review = await clerk.choose(await clerk.openPopup(), few)
    const previewMs = await leastOf(runs, () => firstPreviewMs(review))
    await review.getByRole('button', { name: 'Hủy' }).click()
    await page.goto(`${origin}/${many}`)
    return [
      { name: `popup usable, ${few} documents`, value: popupMs, unit: 'ms', limit: { most: 150 }, note: `from its start until the button that signs them all is enabled; least of ${2 * runs}` },
      { name: `first preview of ${pages} pages`, value: previewMs, unit: 'ms', limit: { most: 500 }, note: `from the click until the first page is painted, in a window just opened; least of ${runs}` },
      ...(await manyRows(clerk)),
    ]
  } finally {
    await browser.close()
    await office.close()
    server.closeAllConnections()
    server.close()
  }
}

async function usablePopupMs(clerk: Clerk): Promise<number> {
  const popup = await clerk.openPopup()
  await sealEnabled(popup)
  const { usableAt } = await worstSince(popup)
  await popup.close()
  return usableAt
}

/** The window is opened anew, so that nothing of pdf.js is there yet but what the window itself brings for its thumbnails. */
async function firstPreviewMs(review: Page): Promise<number> {
  await review.reload()
  await sealEnabled(review)
  await review.locator('.thumbnail img').first().waitFor()
  const painted = review.evaluate(fromClickToPaint)
  await review.locator('.open-row').first().click()
  return painted
}

/** Runs in the page. From the click's own time until a frame shows the first page. */
function fromClickToPaint(): Promise<number> {
  return new Promise((resolve) => {
    addEventListener('click', ({ timeStamp }) => {
      const isDrawn = (): boolean => document.querySelector('.sheet[data-page="1"] canvas') !== null
      const look = (): void => void requestAnimationFrame(() => (isDrawn() ? setTimeout(() => resolve(performance.now() - timeStamp)) : look()))
      look()
    }, { capture: true, once: true })
  })
}

/** Fluid: no task longer than 50 ms, no frame later than 100 ms, in anything that a clerk does with 500 rows. The first drawing of them all is told by itself. */
async function manyRows(clerk: Clerk): Promise<Row[]> {
  const popup = await clerk.openPopup()
  await sealEnabled(popup)
  const inPopup = await worstOf(popup, [
    ['choose all and none', await twice(popup, ['.choose-all input', '.choose-all input'])],
    ['search', await search(popup)],
    ['scroll', await scroll(popup, '.rows')],
  ])
  const review = await clerk.choose(popup, 'all')
  await sealEnabled(review)
  const usableMs = await leastOf(3, async () => {
    await review.reload()
    await sealEnabled(review)
    return (await worstSince(review)).usableAt
  })
  const inReview = await worstOf(review, [
    ['search', await search(review)],
    ['scroll', await scroll(review, '.window-main')],
    ['show those with a remark, and all', await twice(review, ['.choices label:nth-of-type(2)', '.choices label'])],
    ['walk by arrow key with the preview open', await walk(review)],
  ])
  return [
    ...rowsOf('popup', inPopup),
    { name: `sign window of ${many} usable`, value: usableMs, unit: 'ms', limit: { most: 1_000 }, note: 'from its start until the button that signs is enabled; least of 3' },
    ...rowsOf('sign window', inReview),
  ]
}

type Action = readonly [name: string, act: () => Promise<void>]

async function worstOf(page: Page, actions: readonly Action[]): Promise<(Worst & { name: string })[]> {
  const found: (Worst & { name: string })[] = []
  for (const [name, act] of actions) {
    const worst: Worst = { taskMs: Infinity, frameMs: Infinity }
    for (let run = 0; run < runs; run++) {
      const { taskMs, frameMs } = await worstWhile(page, act)
      worst.taskMs = Math.min(worst.taskMs, taskMs)
      worst.frameMs = Math.min(worst.frameMs, frameMs)
    }
    found.push({ name, ...worst })
  }
  return found
}

function rowsOf(window: string, worst: readonly (Worst & { name: string })[]): Row[] {
  return worst.flatMap(({ name, taskMs, frameMs }): Row[] => [
    { name: `${many} in the ${window}: ${name}, longest task`, value: taskMs, unit: 'ms', limit: { most: 50 }, note: `of the processor's time; least of ${runs}` },
    { name: `${many} in the ${window}: ${name}, latest frame`, value: frameMs, unit: 'ms', limit: { most: 100 }, note: `by the clock; least of ${runs}` },
  ])
}

// Looking for an element by role costs the page itself more than what is measured: where the mouse goes is found out before.

async function twice(page: Page, selectors: readonly [string, string]): Promise<() => Promise<void>> {
  const hands = [await handAt(page, selectors[0]), await handAt(page, selectors[1])]
  return async () => {
    for (const press of hands) await press()
  }
}

async function search(page: Page): Promise<() => Promise<void>> {
  const press = await handAt(page, 'input[type=search]')
  return async () => {
    await press()
    await page.keyboard.type('kế hoạch 17')
    await page.keyboard.press('Control+A')
    await page.keyboard.press('Backspace')
  }
}

/** With the wheel, from the first row to far below and back. */
async function scroll(page: Page, scroller: string): Promise<() => Promise<void>> {
  const { x, y } = await middleOf(page, scroller)
  return async () => {
    await page.mouse.move(x, y)
    for (const way of [1, -1]) for (let turn = 0; turn < 20; turn++) await page.mouse.wheel(0, way * 900)
  }
}

async function walk(page: Page): Promise<() => Promise<void>> {
  const press = await handAt(page, '.open-row')
  return async () => {
    await press()
    await page.waitForFunction(() => document.querySelector('.sheet canvas') !== null)
    for (let step = 0; step < 20; step++) await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Escape')
    await page.keyboard.press('Home')
  }
}

async function handAt(page: Page, selector: string): Promise<() => Promise<void>> {
  const { x, y } = await middleOf(page, selector)
  return () => page.mouse.click(x, y)
}

async function middleOf(page: Page, selector: string): Promise<{ x: number; y: number }> {
  const { x, y, width, height } = (await page.locator(selector).first().boundingBox()) ?? { x: 0, y: 0, width: 0, height: 0 }
  return { x: x + width / 2, y: y + height / 2 }
}

/** Vermilion marks the one button that signs. */
function sealEnabled(page: Page): Promise<void> {
  return page.locator('button.seal:enabled').waitFor({ timeout: 300_000 })
}

/** Lists of so many rows as the address says, of a system that nobody has described: `/24` with files of ten pages, more with small ones. */
async function serveLists(authorityFolder: string): Promise<Server> {
  const tenPages = await drawRecipes(authorityFolder)(JSON.stringify(sampleRecipe({ pages })))
  const server = createServer((request, response) => {
    const [, file, count] = /^\/(?:tep\/(\d+)\.pdf|(\d+))\b/.exec(request.url ?? '') ?? []
    if (file !== undefined) response.setHeader('content-type', 'application/pdf').end(request.url?.endsWith('?dai') === true ? tenPages : smallPdf(`Ke hoach so ${file}`, 20_000))
    else if (count !== undefined) response.setHeader('content-type', 'text/html; charset=utf-8').end(listOf(Number(count)))
    else response.writeHead(404).end()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return server
}

function listOf(count: number): string {
  const lines = Array.from({ length: count }, (_, n) => `<tr><td>${n + 1}/KH-UBND</td><td>05/03/2026</td><td>Kế hoạch kiểm tra số ${n + 1}</td><td><a href="/tep/${n}.pdf${count === few ? '?dai' : ''}">Tệp</a></td></tr>`)
  return `<!doctype html><html lang="vi"><title>Văn bản đi</title><table><thead><tr><th>Số, ký hiệu</th><th>Ngày văn bản</th><th>Trích yếu</th><th>Tệp</th></tr></thead><tbody>${lines.join('')}</tbody></table>`
}
