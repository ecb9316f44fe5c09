import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { buildGallery, openBrowser, showScene } from './gallery.ts'

let folder: string
let file: string
let browser: Browser
let page: Page

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'antin-keys-'))
  ;[file, browser] = await Promise.all([buildGallery(folder), openBrowser()])
  page = await browser.newPage({ reducedMotion: 'reduce' })
}, 60_000)
// The same scene twice would else go on where the last test left it.
beforeEach(() => page.goto('about:blank'))
afterAll(async () => {
  await browser.close()
  await rm(folder, { recursive: true })
})

const trees = {
  vi: `- dialog "Xem văn bản":
  - heading "cong-van-1202.pdf" [level=2]
  - paragraph: Đúng tệp sẽ được ký, lấy từ chương trình ký
  - button "Đóng"
  - list "Chữ ký đã có và lưu ý":
    - listitem:
      - paragraph:
        - strong: Không đọc được chữ trên trang 1.
        - text: Thường là bản quét. Chương trình không đọc được số, trích yếu và dấu mật để đối chiếu. Hãy tự xem nội dung trước khi ký.
    - listitem:
      - paragraph:
        - strong: Tệp có lỗi nhỏ, vẫn đọc được.
        - text: Phần mềm tạo tệp đã ghi sai cấu trúc. Nội dung ở đây là nội dung sẽ được ký.
  - button "Văn bản trước"
  - status: Văn bản 3/24
  - button "Văn bản sau"
  - button "Trang trước" [disabled]
  - text: Trang 1/3
  - button "Trang sau"
  - button "Thu nhỏ"
  - text: 100% bề ngang
  - button "Phóng to"
  - group "Chỗ sẽ ký, đóng dấu":
    - button "Tới khung Số, tr. 1"
    - button "Tới khung Ngày, tr. 1"
    - button "Tới khung Tháng, tr. 1"
    - button "Tới khung Dấu, tr. 3"
    - status: Kéo khung trên trang để đổi chỗ.
  - region "Các trang của cong-van-1202.pdf":
    - paragraph: Mũi tên lên, xuống để cuộn; Page Up, Page Down để chuyển trang; mũi tên trái, phải để chuyển văn bản; dấu cộng, dấu trừ để phóng to, thu nhỏ; Esc để đóng.
    - paragraph: Phím mũi tên dời 1 mm, thêm Shift dời 5 mm. Alt với mũi tên, hoặc cộng trừ, đổi cỡ. Escape trả lại như trước.
    - img "Trang 1/3"
    - 'application "Số: cách mép trái 54 mm, mép dưới 256 mm, rộng 13 mm, cao 5 mm"'
    - 'application "Ngày: cách mép trái 145 mm, mép dưới 256 mm, rộng 5 mm, cao 5 mm"'
    - 'application "Tháng: cách mép trái 161 mm, mép dưới 256 mm, rộng 5 mm, cao 5 mm"'
    - img "Trang 2/3"
    - img "Trang 3/3"
    - 'application "Dấu: cách mép trái 109 mm, mép dưới 74 mm"'`,
  en: `- dialog "View document":
  - heading "cong-van-1202.pdf" [level=2]
  - paragraph: Exactly the file that will be signed, from the signing program
  - button "Close"
  - list "Signatures and warnings":
    - listitem:
      - paragraph:
        - strong: Page 1 holds no text that can be read.
        - text: Mostly it is a scan. Number, subject and a mark of secrecy could not be read and compared. Read the document yourself before you sign.
    - listitem:
      - paragraph:
        - strong: Small faults in the file, still readable.
        - text: The program that made the file wrote its structure wrongly. What you see here is what will be signed.
  - button "Previous document"
  - status: Document 3 of 24
  - button "Next document"
  - button "Previous page" [disabled]
  - text: Page 1 of 3
  - button "Next page"
  - button "Zoom out"
  - text: 100% of the width
  - button "Zoom in"
  - group "Places of the marks":
    - button "Go to Number, p. 1"
    - button "Go to Day, p. 1"
    - button "Go to Month, p. 1"
    - button "Go to Seal, p. 3"
    - status: Drag a frame on the page to move it.
  - region "Pages of cong-van-1202.pdf":
    - paragraph: Up and down scroll; Page Up and Page Down turn the page; left and right change the document; plus and minus zoom; Escape closes.
    - paragraph: Arrow keys move by 1 mm, with Shift by 5 mm. Alt with arrows, or plus and minus, resize. Escape takes back.
    - img "Page 1 of 3"
    - 'application "Number: 54 mm from the left edge, 256 mm from the bottom, 13 mm wide, 5 mm high"'
    - 'application "Day: 145 mm from the left edge, 256 mm from the bottom, 5 mm wide, 5 mm high"'
    - 'application "Month: 161 mm from the left edge, 256 mm from the bottom, 5 mm wide, 5 mm high"'
    - img "Page 2 of 3"
    - img "Page 3 of 3"
    - 'application "Seal: 109 mm from the left edge, 74 mm from the bottom"'`,
}

test.each(['vi', 'en'] as const)('what a screen reader meets in the preview, in %s', async (language) => {
  await showScene(page, file, 'sign-preview-narrow', language)
  expect(await page.getByRole('dialog').ariaSnapshot()).toBe(trees[language])
})

test('where the preview lies over everything, the focus stays inside until Escape brings it back to its row', async () => {
  await showScene(page, file, 'sign-preview-narrow', 'vi')
  expect(await focused()).toBe('Các trang của cong-van-1202.pdf')
  const reached = new Set<string | null | undefined>()
  for (let count = 0; count < 12; count++) {
    await page.keyboard.press('Tab')
    reached.add(await focused())
  }
  expect([...reached].filter((name) => name?.startsWith('Xem ') || name?.startsWith('Ký '))).toEqual([])
  expect(reached).toContain('Phóng to')
  await page.keyboard.press('Escape')
  await page.getByRole('dialog').waitFor({ state: 'detached' })
  expect(await focused()).toBe('Xem Chưa có sốKhông đọc được trích yếu')
})

test('turning pages skips nothing that was out of sight, and zooming stays at its place', async () => {
  await showScene(page, file, 'sign-preview', 'vi')
  const place = page.getByRole('region', { name: /^Các trang/ })
  const at = () => place.evaluate((element) => Math.round(element.scrollTop))
  const [first, second] = await place.locator('.sheet').evaluateAll((sheets) => sheets.map((sheet) => (sheet as HTMLElement).offsetTop))
  const height = await place.evaluate((element) => element.clientHeight)
  // The first page is higher than the place: its lower half comes before the second page.
  expect((second ?? 0) - (first ?? 0)).toBeGreaterThan(height)
  await page.keyboard.press('PageDown')
  await expect.poll(at).toBeGreaterThan(height / 2)
  expect(await at()).toBeLessThan(second ?? 0)
  await page.keyboard.press('PageDown')
  await page.getByText('Trang 2/5', { exact: true }).waitFor()
  for (let count = 0; count < 3; count++) await page.keyboard.press('+')
  await page.getByText('200%', { exact: true }).waitFor()
  await page.getByText('Trang 2/5', { exact: true }).waitFor()
  await page.keyboard.press('End')
  await page.getByText('Trang 5/5', { exact: true }).waitFor()
  // Wider than the place: the arrow keys move over the page, not to another document.
  await page.keyboard.press('ArrowRight')
  expect(await page.getByRole('complementary').getByRole('heading').innerText()).toBe('1204/TB-VP')
})

test('a page that is out of sight holds no canvas', async () => {
  await showScene(page, file, 'sign-preview', 'vi')
  const drawn = () => page.locator('.sheet:has(canvas)').evaluateAll((sheets) => sheets.map((sheet) => Number((sheet as HTMLElement).dataset['page'])))
  await expect.poll(drawn).toEqual([1, 2])
  await page.keyboard.press('End')
  await expect.poll(drawn).not.toContain(1)
  expect(await drawn()).toContain(5)
})

function focused(): Promise<string | null | undefined> {
  return page.evaluate(() => document.activeElement?.getAttribute('aria-label') ?? document.activeElement?.textContent.slice(0, 80))
}
