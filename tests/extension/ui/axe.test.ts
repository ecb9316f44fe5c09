import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import axeCore, { type RunOptions } from 'axe-core'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { buildGallery, openBrowser, sceneNames, showScene, sizeOf } from './gallery.ts'

const standards = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']

/** What forced colours can change: the other rules read the same tree in any colour, and have read it by then. */
const colourRules = ['color-contrast', 'link-in-text-block']

/** The name under which the page knows it. */
declare const axe: typeof axeCore

/** A busy machine may take its time. */
const patienceMs = 120_000

let folder: string
let file: string
let browser: Browser

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'antin-axe-'))
  ;[file, browser] = await Promise.all([buildGallery(folder), openBrowser()])
})
afterAll(async () => {
  await browser.close()
  await rm(folder, { recursive: true })
})

// Vietnamese in the dark and English in the light: every sentence and every colour is seen once.
describe.each([['vi', 'dark'], ['en', 'light']] as const)('%s, %s', (language, colorScheme) => {
  test('axe finds nothing in any window', async () => {
    const context = await browser.newContext({ colorScheme, reducedMotion: 'reduce' })
    const page = await context.newPage()
    const found: string[] = []
    const names = await sceneNames(page, file)
    for (const name of names) {
      await showScene(page, file, name, language)
      found.push(...(await violations(page)).map((violation) => `${name}: ${violation}`))
      // Who wants no motion sees none, in any of them.
      if ((await page.evaluate(runningAnimations)) > 0) found.push(`${name}: something moves`)
    }
    await context.close()
    expect(names.length).toBeGreaterThan(25)
    expect(found).toEqual([])
  }, patienceMs)
})

test('in high contrast, axe finds nothing and every edge that says something is drawn', async () => {
  const context = await browser.newContext({ forcedColors: 'active', reducedMotion: 'reduce' })
  const page = await context.newPage()
  const found: string[] = []
  for (const name of await sceneNames(page, file)) {
    await showScene(page, file, name, 'vi')
    found.push(...(await violations(page, colourRules)).map((violation) => `${name}: ${violation}`), ...(await page.evaluate(unseenEdges)).map((edge) => `${name}: ${edge}`))
  }
  await context.close()
  expect(found).toEqual([])
}, patienceMs)

test('at 200 % zoom every window reflows: nothing needs scrolling sideways, and everything that can be pressed can be brought into sight', async () => {
  const page = await browser.newPage()
  const wrong: string[] = []
  for (const name of await sceneNames(page, file)) {
    await showScene(page, file, name, 'vi')
    const { width, height } = sizeOf(name)
    // Zoomed windows have half as many pixels; 320 is where WCAG 2.2 (1.4.10) stops asking, and popups grow up to 800.
    await page.setViewportSize({ width: name.startsWith('popup') ? width : Math.max(320, Math.floor(width / 2)), height: Math.floor(height / 2) })
    if (await page.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth)) wrong.push(`${name} is too wide`)
    wrong.push(...(await page.evaluate(outOfReach)).map((control) => `${name}: ${control}`))
  }
  await page.close()
  expect(wrong).toEqual([])
}, patienceMs)

test('what turns does so for all who do not mind', async () => {
  const page = await browser.newPage({ reducedMotion: 'no-preference' })
  await showScene(page, file, 'popup-reading', 'vi')
  expect(await page.evaluate(runningAnimations)).toBeGreaterThan(0)
  await page.close()
})

test('axe would find what is wrong', async () => {
  const context = await browser.newContext()
  const page = await context.newPage()
  await showScene(page, file, 'popup-many', 'vi')
  await page.addStyleTag({ content: '.soft { color: #cccccc !important }' })
  expect(await violations(page)).toContainEqual(expect.stringContaining('color-contrast'))
  await context.close()
})

test('the popup by keyboard alone, in the order of the eye, with the focus in sight', async () => {
  const context = await browser.newContext()
  const page = await context.newPage()
  await showScene(page, file, 'popup-many', 'vi')
  const reached: string[] = []
  for (const key of ['Tab', 'Tab', 'Tab', 'Tab', 'Tab', 'Space', 'Tab', 'ArrowDown', 'Space', 'Tab', 'Tab', 'ArrowDown', 'Tab', 'Tab', 'Tab']) {
    await page.keyboard.press(key)
    if (key === 'Tab') reached.push(await page.evaluate(focused))
  }
  expect(reached).toEqual([
    'Bảng các lượt ký', 'Cài đặt', 'Tìm số, trích yếu, tên tệp', 'Lọc theo trạng thái', 'Chọn cả 24 văn bản', '1200/CV-SNV', 'Tìm sai? Dạy trang này',
    'Mục đích ký', 'Ký bằng', 'Ký số, ngày bằng chứng thư của tôi', 'Xem và ký 23 văn bản đã chọn',
  ])
  expect(await page.getByLabel('Mục đích ký').inputValue()).toBe('issue')
  await context.close()
}, patienceMs)

/** Runs in the page: what has the focus, if it can be seen to have it. */
function focused(): string {
  const element = document.activeElement
  if (!(element instanceof HTMLElement)) return 'nothing'
  const label = element instanceof HTMLInputElement || element instanceof HTMLSelectElement ? element.labels?.[0] : null
  const outlined = [element, label].some((candidate) => candidate && getComputedStyle(candidate).outlineStyle !== 'none')
  const name = element.getAttribute('aria-label') ?? label?.querySelector('strong')?.textContent ?? label?.textContent ?? element.textContent
  return outlined ? name : `${name}, unseen`
}

/** Runs in the page. */
function runningAnimations(): number {
  return document.getAnimations().filter(({ playState }) => playState === 'running').length
}

/** Runs in the page: controls that stay hidden behind something else, or outside of the window, however it is scrolled. */
function outOfReach(): string[] {
  // What lies over everything else is all that there is until it is closed.
  const place = document.querySelector('dialog:modal') ?? document
  const controls = [...place.querySelectorAll('button, input, select, textarea, summary, a[href]')].filter((element) => element.checkVisibility())
  const isReached = (element: Element): boolean => {
    element.scrollIntoView({ block: 'center', inline: 'center', behavior: 'instant' })
    // A field may be as small as a point and lie under its label.
    const shown = element instanceof HTMLInputElement && element.labels?.[0] ? element.labels[0] : element
    const { left, top, width, height } = shown.getBoundingClientRect()
    const there = document.elementFromPoint(left + width / 2, top + height / 2)
    return there !== null && (shown.contains(there) || there.contains(element))
  }
  return controls.filter((element) => !isReached(element)).map((element) => element.getAttribute('aria-label') ?? element.textContent.trim())
}

/** Every rule of the standards, or only those that are named. The page of the scenes stays the same, so axe is brought into it once. */
async function violations(page: Page, only?: readonly string[]): Promise<string[]> {
  if (!(await page.evaluate(() => 'axe' in globalThis))) {
    await page.evaluate(axeCore.source)
    // What the browser leaves undrawn until it is scrolled to has no size yet: it is judged as it will be.
    await page.addStyleTag({ content: '* { content-visibility: visible !important }' })
  }
  const options: RunOptions = { resultTypes: ['violations'], runOnly: only === undefined ? { type: 'tag', values: standards } : { type: 'rule', values: [...only] } }
  const found = await page.evaluate((chosen) => axe.run(document, chosen).then(({ violations: list }) => list), options)
  return found.flatMap(({ id, nodes }) => nodes.map(({ target }) => `${id} at ${target.join(' ')}`))
}

/** Runs in the page: buttons and fields that forced colours have left without an edge, and progress that they have left without a form. */
function unseenEdges(): string[] {
  const edged = (element: Element): boolean => {
    const { borderTopWidth, borderTopStyle, outlineStyle, textDecorationLine } = getComputedStyle(element)
    return (borderTopStyle !== 'none' && Number.parseFloat(borderTopWidth) > 0) || outlineStyle !== 'none' || textDecorationLine === 'underline'
  }
  return [...document.querySelectorAll('.button:not(.quiet), .field, progress, [role=progressbar]')].filter((element) => element.checkVisibility() && !edged(element)).map((element) => element.className || element.tagName)
}
