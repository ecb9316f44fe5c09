import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openBrowser, type Browser } from '../../demo/office/browser.ts'
import { checkSigned } from '../../demo/office/check-signed.ts'
import { clerkAt, type Clerk } from '../../demo/office/clerk.ts'
import { openOffice, type Office } from '../../demo/office/office.ts'
import { returnedAll } from './desk.ts'
import { OtherSystem } from './other-system.ts'
import { OverlayEyes } from './overlay-eyes.ts'
import { shoot } from './shoot.ts'

/** A page that does all it can to press the overlay's buttons for the clerk. */
const hostileScript = `<script>
  window.reached = []
  new MutationObserver((records) => {
    for (const { addedNodes } of records) for (const node of addedNodes) {
      if (!(node instanceof HTMLElement)) continue
      if (node.shadowRoot) window.reached.push('the root is open')
      for (const target of [node, document.querySelector('.entry'), document.querySelector('.open')]) {
        if (!target) continue
        target.click()
        for (const type of ['pointerdown', 'mousedown', 'pointerup', 'mouseup', 'click']) target.dispatchEvent(new MouseEvent(type, { bubbles: true, composed: true, cancelable: true }))
        for (const key of ['ArrowDown', 'Enter', 'Escape']) target.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, composed: true, cancelable: true }))
      }
      const deep = document.elementFromPoint(innerWidth - 60, innerHeight - 60)
      if (deep && deep.localName === 'button') window.reached.push('a button is seen')
      deep?.click?.()
    }
  }).observe(document.documentElement, { childList: true })
</script>`

const count = 24

// A system that nobody wrote a descriptor for: taught in the page, signed, and the files are back.
describe('a system that shares nothing with the demo', () => {
  const system = new OtherSystem(count, hostileScript)
  let folder: string
  let office: Office
  let browser: Browser
  let page: Page
  let clerk: Clerk

  beforeAll(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'antin-teach-'))
    await system.start()
    office = await openOffice({ folder, token: 'p12', pinentry: 'scripted', documents: { outgoing: 1, incoming: 1 }, settings: { listedSites: [system.origin] } })
    browser = await openBrowser({ profile: path.join(folder, 'browser'), headless: true })
    page = browser.context.pages()[0] ?? (await browser.context.newPage())
    clerk = clerkAt(browser, system.origin, page)
    await page.goto(`${system.origin}/enter`)
    const popup = await clerk.openPopup()
    await clerk.pair(popup)
    await popup.close()
  })
  afterAll(async () => {
    await browser.close()
    await office.close()
    await system.stop()
    rmSync(folder, { recursive: true, force: true })
  })

  test('finds nothing, is taught by three clicks, and says what it found', async () => {
    const popup = await clerk.openPopup()
    await popup.getByRole('heading', { name: 'Không thấy văn bản nào trên trang này' }).waitFor()
    await popup.getByRole('button', { name: 'Dạy trang này' }).click()
    await page.bringToFront()
    const eyes = await OverlayEyes.open(page)
    const says = (words: string): Promise<void> => expect.poll(() => eyes.text(), { timeout: 20_000 }).toContain(words)
    await says('Bấm vào một dòng văn bản')
    await shoot(page, 'teach-row')
    // The page has seen the overlay come and has tried everything by now: nothing happened, and it knows no button.
    expect(await page.evaluate(() => (globalThis as unknown as { reached: string[] }).reached)).toEqual([])
    await page.locator('.about').nth(2).click()
    await says('Bấm vào tệp của văn bản')
    await page.locator('.open').nth(2).click()
    await says(`Tìm thấy ${count} văn bản`)
    const found = await eyes.text()
    for (const words of ['1/KH-HV', '02/06/2026', 'Kế hoạch kiểm tra việc thực hiện nhiệm vụ số 1', '5/KH-HV']) expect(found).toContain(words)
    await shoot(page, 'teach-found')
    // The buttons of the card by keyboard: the first one says that it is right, the next first one that the field is elsewhere.
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    await says('Bấm vào ô chọn tệp')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    await says('Hãy mở trang có ô chọn tệp')
    await page.locator('.entry').nth(2).getByRole('link', { name: 'Chi tiết' }).click()
    await page.waitForURL(/entry\?n=3/)
    await says('Bấm vào ô chọn tệp')
    await page.locator('input[type=file]').click()
    await says('Đã nhớ cách đọc trang này')
    await shoot(page, 'teach-done')
    await page.keyboard.press('Escape')
    await expect.poll(() => eyes.text()).toBe('')
    expect(system.opened.size).toBe(0)
    await popup.close()
  })

  test('signs what was found, and every file is back and valid', async () => {
    await page.goto(`${system.origin}/book`)
    const popup = await clerk.openPopup()
    await popup.getByText(`Chọn cả ${count} văn bản`).waitFor()
    const signWindow = await clerk.choose(popup, 5)
    await clerk.approve(signWindow)
    await returnedAll(signWindow, 5)
    expect([...system.stored.keys()].sort()).toEqual([1, 2, 3, 4, 5])
    for (const [n, signed] of system.stored) {
      const file = path.join(folder, `back-${n}.pdf`)
      writeFileSync(file, signed)
      expect(await checkSigned(n, file, office)).toMatchObject({ valid: true })
      const original = system.originals.get(n)
      expect(original?.equals(signed.subarray(0, original.length))).toBe(true)
    }
  })

  test('says that the page has changed when it did, and can be taught again', async () => {
    system.renamed = true
    await page.goto(`${system.origin}/book`)
    const popup = await clerk.openPopup()
    await popup.getByText('Trang đã thay đổi').waitFor()
    await popup.getByText('danh sách văn bản như trước').waitFor()
    await shoot(popup, 'popup-changed')
    await popup.getByRole('button', { name: 'Dạy lại trang này' }).click()
    await page.bringToFront()
    const eyes = await OverlayEyes.open(page)
    const says = (words: string): Promise<void> => expect.poll(() => eyes.text(), { timeout: 20_000 }).toContain(words)
    await says('Bấm vào một dòng văn bản')
    // This time by keyboard alone.
    await page.keyboard.press('ArrowDown')
    await says('Gợi ý 1/')
    await page.keyboard.press('Enter')
    await says('Bấm vào tệp của văn bản')
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Enter')
    await says(`Tìm thấy ${count} văn bản`)
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    await says('Bấm vào ô chọn tệp')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    await says('Tệp đã ký sẽ được lưu vào thư mục tải về')
  })
})
