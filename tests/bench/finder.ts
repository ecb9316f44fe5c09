import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type { Page } from 'playwright-core'
import { openBrowser, type Browser } from '../../demo/office/browser.ts'
import demo from '../../extension/page/sites/demo.json' with { type: 'json' }
import type { Row } from './measure.ts'

const rows = 5_000

/** The finder in the real browser on a list of 5,000 rows, by the browser's own trace: with a descriptor, and without one. */
export async function benchFinder(folder: string): Promise<Row[]> {
  const server = createServer((request, response) => response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(request.url === '/van-ban-di' ? knownList() : unknownList()))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const browser = await openBrowser({ profile: path.join(folder, 'browser'), headless: true })
  try {
    await listSite(browser, origin)
    const known = await measure(browser, `${origin}/van-ban-di`)
    const unknown = await measure(browser, `${origin}/khac`)
    return [
      { name: `${rows} rows found by descriptor`, value: known.scanMs, unit: 'ms', limit: { most: 50 }, note: 'work in slices, by the clock; least of 10' },
      { name: `${rows} rows found without one`, value: unknown.scanMs, unit: 'ms', limit: { most: 50 }, note: 'work in slices, by the clock; least of 10' },
      { name: 'longest task while the page is counted', value: Math.max(known.countingMs, unknown.countingMs), unit: 'ms', limit: { most: 50 }, note: '0: none over 50' },
      { name: `longest task when the popup is told all ${rows}`, value: Math.max(known.answeringMs, unknown.answeringMs), unit: 'ms', note: 'the browser writes the answer in one go' },
      { name: 'content script at load', value: Math.min(known.loadMs, unknown.loadMs), unit: 'ms', limit: { most: 5 }, note: 'compiling and first run' },
    ]
  } finally {
    await browser.close()
    server.closeAllConnections()
    server.close()
  }
}

export function knownList(): string {
  const lines = Array.from(
    { length: rows },
    (_, n) =>
      `<tr id="vb-${n}"><td class="chon"><input type="checkbox" name="chon" value="${n}"></td><td class="so-ky-hieu">${n}/QĐ-UBND</td><td class="ngay">05/03/2026</td><td class="trich-yeu"><a href="/van-ban-di/${n}">Quyết định: Về việc phê duyệt kế hoạch số ${n}</a> <small>Soạn thảo: Lê Văn An</small></td><td class="nguoi-ky">Trần Thị Bình</td><td><span class="trang-thai cho-ky-duyet">Chờ ký duyệt</span></td><td class="cot-tep"><a class="tep" href="/tep/${n}?ma=a${n}" title="Dự thảo ${n}.pdf">Dự thảo ${n}.pdf</a></td></tr>`,
  )
  return `<!doctype html><html lang="vi"><title>Văn bản đi – QLVB Sơn Lâm</title><meta name="csrf-token" content="T"><nav class="trinh-don"></nav><table id="bang-van-ban-di"><thead><tr><th></th><th>Số, ký hiệu</th><th>Ngày văn bản</th><th>Trích yếu</th><th>Người ký</th><th>Trạng thái</th><th>Tệp</th></tr></thead><tbody>${lines.join('')}</tbody></table>`
}

export function unknownList(): string {
  return knownList().replace('QLVB Sơn Lâm', 'Hệ thống khác').replace('bang-van-ban-di', 'bang-khac')
}

export async function listSite(browser: Browser, origin: string): Promise<void> {
  const page = await browser.context.newPage()
  await page.goto(`chrome-extension://${browser.extensionId}/options.html`)
  await page.locator('input[type=url]').fill(origin)
  await page.locator('.site-form button').click()
  await page.getByText(origin).first().waitFor()
  await page.close()
}

interface Figures {
  scanMs: number
  countingMs: number
  answeringMs: number
  loadMs: number
}

const runs = 10

async function measure(browser: Browser, url: string): Promise<Figures> {
  const page = await browser.context.newPage()
  await page.goto(url)
  const figures: Figures = { scanMs: Infinity, countingMs: Infinity, answeringMs: Infinity, loadMs: await loadMs(browser, url) }
  await page.evaluate(watchLongTasks)
  for (let run = 0; run < runs; run++) {
    await longest(page)
    const { count, workedMs } = await find(browser, url)
    if (count !== rows) throw new Error(`${count} documents were found`)
    figures.scanMs = Math.min(figures.scanMs, workedMs)
    figures.answeringMs = Math.min(figures.answeringMs, await longest(page))
  }
  for (let run = 0; run < 3; run++) {
    await page.evaluate(() => document.body.append(document.createElement('i')))
    await pause(quietAfterChangeMs)
    figures.countingMs = Math.min(figures.countingMs, await longest(page))
  }
  await page.close()
  return figures
}

/** The script looks again after a change, and rests long from its last look on a page so large. */
const quietAfterChangeMs = 6_000

interface Tasks {
  longest: number
}

/** Runs in the page: its long tasks are those of the content script too. */
function watchLongTasks(): void {
  const world = globalThis as unknown as Tasks
  world.longest = 0
  new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) world.longest = Math.max(world.longest, duration)
  }).observe({ type: 'longtask' })
}

/** Since the last time that it was asked for. */
function longest(page: Page): Promise<number> {
  return page.evaluate(() => {
    const world = globalThis as unknown as Tasks
    const { longest: sofar } = world
    world.longest = 0
    return sofar
  })
}

/** As the background asks. */
export async function find(browser: Browser, url: string): Promise<{ count: number; workedMs: number }> {
  const worker = await browser.worker()
  return worker.evaluate(
    async ({ wanted, sites }) => {
      const { chrome } = globalThis as unknown as {
        chrome: { tabs: { query(what: object): Promise<{ id?: number; url?: string }[]>; sendMessage(id: number, message: object): Promise<{ documents: unknown[]; workedMs: number }> } }
      }
      const tab = (await chrome.tabs.query({})).find((candidate) => candidate.url === wanted)
      const { documents, workedMs } = await chrome.tabs.sendMessage(tab?.id ?? 0, { kind: 'find', sites })
      return { count: documents.length, workedMs }
    },
    { wanted: url, sites: [demo] },
  )
}

interface TraceEvent {
  name: string
  dur?: number
  tdur?: number
  args?: { data?: { url?: string } }
}

/** Compiling and running the content script, by the browser's own trace. */
async function loadMs(browser: Browser, url: string): Promise<number> {
  const session = await browser.context.browser()?.newBrowserCDPSession()
  if (session === undefined) throw new Error('the browser does not answer the DevTools protocol')
  const events: TraceEvent[] = []
  session.on('Tracing.dataCollected', ({ value }) => void events.push(...(value as unknown as TraceEvent[])))
  await session.send('Tracing.start', { transferMode: 'ReportEvents', traceConfig: { includedCategories: ['devtools.timeline'] } })
  for (let run = 0; run < 3; run++) {
    const page = await browser.context.newPage()
    await page.goto(url)
    await find(browser, url)
    await page.close()
  }
  const complete = new Promise((resolve) => session.once('Tracing.tracingComplete', resolve))
  await session.send('Tracing.end')
  await complete
  const loads = events.filter(({ name, args }) => name === 'EvaluateScript' && args?.data?.url?.includes('content-scripts/documents.js') === true)
  return Math.min(...loads.map(({ tdur, dur = Infinity }) => (tdur ?? dur) / 1_000))
}
