import { existsSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { expectSignedOnce, listedIds, openDesk, questions, returnedAll, type Desk } from './desk.ts'
import { expectAccessible } from './expect-accessible.ts'

// What a day's work costs after set-up, counted by every click and Enter, by keyboard alone, and what a screen reader is told on the way.
const count = 24
let desk: Desk
let actions = 0

beforeAll(async () => {
  desk = await openDesk({ documents: { outgoing: count / 0.6, incoming: 5 } })
  // Scans cannot be held against the list by anybody but the clerk, and the PIN waits for that: here all are readable.
  desk.office.system.store.run("update versions set recipe = json_set(recipe, '$.medium', 'text') where recipe is not null")
  const options = await desk.browser.context.newPage()
  await options.goto(`chrome-extension://${desk.browser.extensionId}/options.html`)
  await options.getByRole('checkbox', { name: 'Hỏi mã PIN ngay khi văn bản đã sẵn sàng' }).click()
  await options.locator('input[type=checkbox]:checked').first().waitFor()
  await options.close()
})
afterAll(() => desk.close())

/** Goes on with Tab until the focus is on what is called so, then presses a key: one action. */
async function press(page: Page, name: RegExp, key: 'Enter' | 'Space'): Promise<void> {
  await page.bringToFront()
  const isThere = (source: string): boolean => {
    const { activeElement } = document
    const label = (activeElement as HTMLInputElement | null)?.labels?.[0]?.textContent
    return new RegExp(source).test((label ?? activeElement?.getAttribute('aria-label') ?? activeElement?.textContent ?? '').trim()) && activeElement !== document.body
  }
  for (let step = 0; step < 60 && !(await page.evaluate(isThere, name.source)); step++) await page.keyboard.press('Tab')
  expect(await page.evaluate(isThere, name.source), `the keyboard reaches ${name.source}`).toBe(true)
  await page.keyboard.press(key)
  actions++
}

/** Roles and names of a window, without what a document says. */
async function outline(page: Page): Promise<string[]> {
  const tree = await page.locator('body').ariaSnapshot()
  return tree.split('\n').map((line) => line.replace(/:.*$/, '').trimEnd()).filter((line) => /- (banner|main|contentinfo|heading|button|checkbox|combobox|list|region|status|group)/.test(line))
}

test('24 documents: toolbar, choose all, review and sign, PIN are four actions, with one PIN and the review window open', async () => {
  const { clerk, office } = desk
  const ids = await listedIds(desk.page)
  expect(ids).toHaveLength(count)
  const typed = path.join(office.folder, 'pin-is-typed')
  await office.answer({ pin: office.token.pin, confirm: true, waitFor: typed })

  const popup = await clerk.openPopup()
  actions++
  await popup.getByRole('checkbox', { name: `Chọn cả ${count} văn bản` }).waitFor()
  expect((await outline(popup)).join('\n')).toMatch(new RegExp(`main[^]*heading[^]*checkbox "Chọn cả ${count} văn bản"[^]*list "[^"]*[Dd]anh sách[^]*button`))
  await press(popup, /^Chọn cả/, 'Space')
  const opened = desk.browser.context.waitForEvent('page', { predicate: (page) => page.url().includes('/sign.html') })
  await press(popup, /^Xem và ký/, 'Enter')
  const signWindow = await opened
  await signWindow.getByText(/Nhập mã PIN trong cửa sổ/).first().waitFor({ timeout: 60_000 })

  expect(existsSync(typed)).toBe(false)
  expect(signWindow.isClosed()).toBe(false)
  expect(await signWindow.locator('.sign-row').count()).toBe(count)
  const landmarks = (await outline(signWindow)).filter((line) => line.startsWith('- '))
  expect(landmarks).toEqual(['- banner', '- main', '- contentinfo'])
  await expectAccessible(signWindow)
  const code = (await signWindow.locator('.code').innerText()).trim()

  actions++
  writeFileSync(typed, '')
  await returnedAll(signWindow, count)
  expect(actions).toBe(4)
  const pins = questions(office).filter(({ kind }) => kind === 'getpin')
  expect(pins).toHaveLength(1)
  expect(pins[0]?.description).toContain(code)
  await expectSignedOnce(desk, ids)

  const panel = await clerk.openPanel()
  await panel.getByText('Đã xong').first().waitFor()
  expect((await outline(panel)).join('\n')).toMatch(/main[^]*heading "Các lượt ký"[^]*heading/)
  await expectAccessible(panel)
})

test('one notification at the end of the batch, none per document', async () => {
  const worker = await desk.browser.worker()
  const shown = async (): Promise<string[]> => {
    const all = await worker.evaluate(() => (globalThis as unknown as { chrome: { notifications: { getAll(): Promise<object> } } }).chrome.notifications.getAll())
    return Object.keys(all).filter((id) => id.startsWith('batch:'))
  }
  // The last document is back a moment before the batch is over.
  await expect.poll(shown).toHaveLength(1)
})

test('the browser knows the keys that open the toolbar window', async () => {
  const worker = await desk.browser.worker()
  const commands = await worker.evaluate(() =>
    (globalThis as unknown as { chrome: { commands: { getAll(): Promise<{ name?: string; shortcut?: string }[]> } } }).chrome.commands.getAll(),
  )
  expect(commands).toContainEqual(expect.objectContaining({ name: '_execute_action', shortcut: 'Alt+Shift+K' }))
})

test('the menu of a link signs its document', async () => {
  const { clerk, browser, page } = desk
  await clerk.openList('da-phat-hanh', 25)
  const link = await page.locator('#bang-van-ban-di a.tep').first().evaluate((element) => (element as HTMLAnchorElement).href)
  const tabId = Number(new URL((await clerk.openPopup()).url()).searchParams.get('tab'))
  const opened = browser.context.waitForEvent('page', { predicate: (candidate) => candidate.url().includes('/sign.html') })
  const worker = await browser.worker()
  // The browser's own menu has no place in the page: its click is told to the extension as the browser tells it.
  await worker.evaluate(({ linkUrl, id }) => {
    const { chrome } = globalThis as unknown as { chrome: { contextMenus: { onClicked: { dispatch(info: object, tab: object): void } } } }
    chrome.contextMenus.onClicked.dispatch({ menuItemId: 'sign-link', linkUrl, frameId: 0 }, { id })
  }, { linkUrl: link, id: tabId })
  const signWindow = await opened
  await signWindow.getByRole('button', { name: 'Ký 1 văn bản' }).waitFor()
  await signWindow.getByRole('button', { name: 'Hủy' }).click()
})
