import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { downloadSigned } from '../../demo/office/check-signed.ts'
import { unembeddedPdf } from '../support/small-pdf.ts'
import { listedIds, openDesk, plant, returnedAll, type Desk } from './desk.ts'
import { inkOfPage } from './ink-of-page.ts'
import { shoot } from './shoot.ts'

const count = 6
const size = { width: 1280, height: 900 }
let desk: Desk
let signWindow: Page
let out: string

beforeAll(async () => {
  out = mkdtempSync(path.join(tmpdir(), 'antin-preview-'))
  desk = await openDesk()
  await plant(desk, (await listedIds(desk.page))[count - 1] ?? 0, unembeddedPdf())
  signWindow = await desk.clerk.choose(await desk.clerk.openPopup(), count)
  await signWindow.setViewportSize(size)
  await signWindow.getByRole('button', { name: `Ký ${count} văn bản` }).and(signWindow.locator(':enabled')).waitFor()
})
afterAll(async () => {
  await desk.close()
  rmSync(out, { recursive: true, force: true })
})

const rows = () => signWindow.locator('.sign-row')
const sheets = () => signWindow.getByRole('region', { name: /^Các trang của/ })

/** Shares of the drawn page that are dark and that are not white, and the digest of its picture. */
async function drawnPage(page: number): Promise<{ dark: number; inked: number; picture: string }> {
  const canvas = sheets().locator(`[data-page="${page}"] canvas`)
  await canvas.waitFor()
  const url = await canvas.evaluate((element) => (element as HTMLCanvasElement).toDataURL())
  const { dark, inked } = await signWindow.evaluate(inkOfPage, { page })
  return { dark, inked, picture: createHash('sha256').update(url).digest('hex') }
}

const pagesInFacts = async (row: number): Promise<number> => Number(/(\d+) trang/.exec(await rows().nth(row).innerText())?.[1])

test('every row in sight gets a picture of its first page', async () => {
  const pictures = rows().locator('.thumbnail img')
  await expect.poll(() => pictures.count(), { timeout: 30_000 }).toBeGreaterThanOrEqual(4)
  expect(await pictures.first().evaluate((image) => (image as HTMLImageElement).naturalWidth)).toBeGreaterThan(30)
})

test("a row shows the agent's copy: inked pages, as many as the agent counted, whatever the document system holds by now", async () => {
  await rows().first().click()
  const { dark, inked, picture } = await drawnPage(1)
  expect(dark).toBeGreaterThan(0.005)
  expect(inked).toBeLessThan(0.6)
  expect(await sheets().locator('.sheet').count()).toBe(await pagesInFacts(0))
  await shoot(signWindow, 'preview-vi')
  await signWindow.setViewportSize(size)
  await signWindow.keyboard.press('Escape')
  await sheets().waitFor({ state: 'detached' })

  const [first = 0, second = 0] = await listedIds(desk.page)
  await plant(desk, first, readFileSync(await downloadSigned(desk.page, desk.office.system.origin, second, out)))
  await rows().first().click()
  expect((await drawnPage(1)).picture).toBe(picture)
})

test('text whose fonts the document does not bring is drawn with those of the PC, in Chinese and Japanese encodings too', async () => {
  await rows().nth(count - 1).click()
  await drawnPage(1)
  for (const quarter of [0, 1, 2, 3]) {
    const { dark } = await signWindow.evaluate(inkOfPage, { page: 1, top: quarter / 4, bottom: (quarter + 1) / 4 })
    expect(dark, `quarter ${quarter + 1}`).toBeGreaterThan(0.001)
  }
  await shoot(signWindow, 'preview-unembedded')
  await signWindow.setViewportSize(size)
  await rows().first().click()
})

test('the next document is another one, and a document that is closed gives everything back', async () => {
  const before = (await drawnPage(1)).picture
  await signWindow.getByRole('button', { name: 'Văn bản sau' }).click()
  await signWindow.getByText('Văn bản 2/6').waitFor()
  await expect.poll(async () => sheets().locator('.sheet').count()).toBe(await pagesInFacts(1))
  expect((await drawnPage(1)).picture).not.toBe(before)
  await signWindow.getByRole('button', { name: 'Đóng' }).click()
  await sheets().waitFor({ state: 'detached' })
  await expect.poll(() => signWindow.workers().length, { timeout: 30_000 }).toBe(0)
  expect(await signWindow.locator('canvas').count()).toBe(0)
})

test('by keyboard alone: open, turn pages, next document, close, sign', async () => {
  const focused = () => signWindow.evaluate(() => document.activeElement?.getAttribute('aria-label') ?? document.activeElement?.textContent)
  await signWindow.bringToFront()
  await signWindow.locator('body').click({ position: { x: 2, y: 2 } })
  while (!(await focused())?.startsWith('Xem ')) await signWindow.keyboard.press('Tab')
  await signWindow.keyboard.press('Home')
  await signWindow.keyboard.press('Enter')
  await drawnPage(1)
  expect(await focused()).toMatch(/^Các trang của/)

  const rowPages = await pagesInFacts(0)
  const tree = await signWindow.locator('body').ariaSnapshot()
  expect(tree.split('\n').filter((line) => line.startsWith('- ')).map((line) => line.replace(/:.*/, ''))).toEqual(['- banner', '- main', '- complementary "Xem văn bản"', '- contentinfo'])
  expect([...tree.matchAll(/^ {2}- button "([^"]+)"/gm)].map(([, name]) => name)).toEqual([
    'Đóng', 'Văn bản trước', 'Văn bản sau', 'Trang trước', 'Trang sau', 'Thu nhỏ', 'Phóng to', 'Hủy', `Ký ${count} văn bản`,
  ])
  expect(await sheets().ariaSnapshot()).toContain(`- img "Trang 1/${rowPages}"`)

  await signWindow.keyboard.press('End')
  await signWindow.getByText(`Trang ${rowPages}/${rowPages}`, { exact: true }).waitFor()
  expect((await drawnPage(rowPages)).dark).toBeGreaterThan(0.0005)
  await signWindow.keyboard.press('Home')
  await signWindow.getByText(`Trang 1/${rowPages}`, { exact: true }).waitFor()
  await signWindow.keyboard.press('+')
  await signWindow.getByText('125%', { exact: true }).waitFor()
  await signWindow.keyboard.press('-')
  await signWindow.keyboard.press('ArrowRight')
  await signWindow.getByText('Văn bản 2/6').waitFor()
  expect(await focused()).toMatch(/^Các trang của/)
  await signWindow.keyboard.press('Escape')
  expect(await focused()).toContain(await rows().nth(1).locator('strong').innerText())

  while ((await focused()) !== `Ký ${count} văn bản`) await signWindow.keyboard.press('Tab')
  await signWindow.keyboard.press('Enter')
  await returnedAll(signWindow, count)
})

test('after signing, the same row shows the signed file', async () => {
  await rows().nth(1).click()
  await signWindow.getByText('Tệp đã ký, lấy từ chương trình ký').waitFor()
  expect((await drawnPage(1)).dark).toBeGreaterThan(0.005)
  await shoot(signWindow, 'preview-signed-vi')
})
