import { existsSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { countActions, type Actions } from './count-actions.ts'
import { expectSignedOnce, listedIds, openDesk, questions, returnedAll, type Desk } from './desk.ts'
import { expectAccessible } from './expect-accessible.ts'

// What a day's work costs after set-up, counted by every click and Enter, by keyboard alone, and what a screen reader is told on the way.
const count = 24
let desk: Desk
let actions: Actions

beforeAll(async () => {
  desk = await openDesk({ documents: { outgoing: count / 0.6, incoming: 5 } })
  actions = await countActions(desk.browser.context)
})
afterAll(() => desk.close())

/** Goes on with Tab until the focus is on what is called so, then presses Enter. */
async function press(page: Page, name: RegExp): Promise<void> {
  await page.bringToFront()
  const isThere = (source: string): boolean => {
    const { activeElement } = document
    const label = (activeElement as HTMLInputElement | null)?.labels?.[0]?.textContent
    return new RegExp(source).test((label ?? activeElement?.getAttribute('aria-label') ?? activeElement?.textContent ?? '').trim()) && activeElement !== document.body
  }
  for (let step = 0; step < 60 && !(await page.evaluate(isThere, name.source)); step++) await page.keyboard.press('Tab')
  expect(await page.evaluate(isThere, name.source), `the keyboard reaches ${name.source}`).toBe(true)
  await page.keyboard.press('Enter')
}

/** Roles and names of a window, without what a document says. */
async function outline(page: Page): Promise<string[]> {
  const tree = await page.locator('body').ariaSnapshot()
  return tree.split('\n').map((line) => line.replace(/:.*$/, '').trimEnd()).filter((line) => /- (banner|main|contentinfo|heading|button|checkbox|combobox|list|region|status|group)/.test(line))
}

/** What the browser shows of the extension; it takes them away by itself after a while. */
async function notifications(): Promise<string[]> {
  const worker = await desk.browser.worker()
  const all = await worker.evaluate(() => (globalThis as unknown as { chrome: { notifications: { getAll(): Promise<object> } } }).chrome.notifications.getAll())
  return Object.keys(all)
}

test('24 documents: toolbar, review all, sign, PIN are four actions, with one PIN, the review window open and one notification at the end', async () => {
  const { clerk, office } = desk
  const ids = await listedIds(desk.page)
  expect(ids).toHaveLength(count)
  const typed = path.join(office.folder, 'pin-is-typed')
  await office.answer({ pin: office.token.pin, confirm: true, waitFor: typed })

  const popup = await clerk.openPopup()
  await popup.getByRole('button', { name: `Xem và ký cả ${count} văn bản` }).and(popup.locator(':enabled')).waitFor()
  expect((await outline(popup)).join('\n')).toMatch(new RegExp(`main[^]*heading[^]*checkbox "Chọn cả ${count} văn bản"[^]*list "[^"]*[Dd]anh sách[^]*button "Xem và ký cả ${count} văn bản"`))
  await expectAccessible(popup)
  const opened = desk.browser.context.waitForEvent('page', { predicate: (page) => page.url().includes('/sign.html') })
  await press(popup, /^Xem và ký cả/)
  const signWindow = await opened
  await signWindow.getByRole('button', { name: `Ký ${count} văn bản` }).and(signWindow.locator(':enabled')).waitFor({ timeout: 60_000 })
  // Nothing is asked for before the clerk has pressed Sign in the review.
  expect(questions(office).filter(({ kind }) => kind === 'getpin')).toHaveLength(0)
  expect(await signWindow.locator('.sign-row').count()).toBe(count)
  const landmarks = (await outline(signWindow)).filter((line) => line.startsWith('- '))
  expect(landmarks).toEqual(['- banner', '- main', '- contentinfo'])
  expect((await outline(signWindow)).join('\n')).toMatch(new RegExp(`banner[^]*main[^]*heading "Xem lại trước khi ký"[^]*list "[^"]+"[^]*button "Xem [^]*contentinfo[^]*button "Hủy"[^]*button "Ký ${count} văn bản"`))
  const code = (await signWindow.locator('.code').innerText()).trim()
  await press(signWindow, new RegExp(`^Ký ${count} văn bản$`))

  await signWindow.getByText(/Nhập mã PIN trong cửa sổ/).first().waitFor()
  expect(existsSync(typed)).toBe(false)
  expect(signWindow.isClosed()).toBe(false)
  await expectAccessible(signWindow)
  writeFileSync(typed, '')
  await returnedAll(signWindow, count)
  // The last document is back a moment before the batch is over.
  await expect.poll(notifications, { timeout: 5_000 }).toEqual([expect.stringMatching(/^batch:/)])

  // The browser's toolbar and the agent's PIN window are outside of the extension's own: one click, and one Enter behind the PIN.
  const pins = questions(office).filter(({ kind }) => kind === 'getpin')
  expect(actions.done).toEqual([`Enter: Xem và ký cả ${count} văn bản`, `Enter: Ký ${count} văn bản`])
  expect(1 + actions.done.length + pins.length).toBe(4)
  expect(pins).toHaveLength(1)
  expect(pins[0]?.description).toContain(code)
  await expectSignedOnce(desk, ids)

  const panel = await clerk.openPanel()
  await panel.getByText('Đã xong').first().waitFor()
  expect((await outline(panel)).join('\n')).toMatch(/main[^]*heading "Các lượt ký"[^]*heading/)
  await expectAccessible(panel)
})

test('what was signed is no longer meant by "all", even while the page in the tab still shows it as before', async () => {
  const popup = await desk.clerk.openPopup()
  await popup.getByText('Đã ký tại đây').first().waitFor()
  expect(await popup.getByText('Đã ký tại đây').count()).toBe(count)
  await popup.getByText(`Không tự chọn văn bản nào: ${count} đã ký xong.`, { exact: false }).waitFor()
  expect(await popup.getByRole('button', { name: 'Chọn văn bản để ký' }).isDisabled()).toBe(true)
  await popup.close()
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
  const link = await page.locator('#bang-van-ban-di tr:not(:has(.dau.mat)) a.tep').first().evaluate((element) => (element as HTMLAnchorElement).href)
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

test('a document that the list marks MẬT is not meant by "all", and with the PIN asked for at once a batch is three actions', async () => {
  const { browser, clerk, office, page } = desk
  const { store } = office.system
  // What the deputy had to sign, and the drafts, come to the director.
  store.run("update documents set state = 'cho-ky-duyet', signerId = (select id from users where username = 'lanhdao') where state in ('du-thao', 'cho-ky-duyet')")
  // Scans cannot be held against the list by anybody but the clerk, and the PIN waits for that: here all are readable.
  store.run("update versions set recipe = json_set(recipe, '$.medium', 'text') where recipe is not null")
  store.run("update documents set secrecy = 'Mật' where id = (select max(id) from documents where state = 'cho-ky-duyet')")
  await clerk.openList('cho-ky-duyet', 25)
  const open = (await listedIds(page)).length - 1
  expect(open).toBeGreaterThan(0)
  const options = await browser.context.newPage()
  await options.goto(`chrome-extension://${browser.extensionId}/options.html`)
  await options.getByRole('checkbox', { name: 'Hỏi mã PIN ngay khi văn bản đã sẵn sàng' }).click()
  await options.locator('input[type=checkbox]:checked').first().waitFor()
  await options.close()
  const [before, pinsBefore] = [actions.done.length, questions(office).filter(({ kind }) => kind === 'getpin').length]

  const popup = await clerk.openPopup()
  await popup.getByText('Không gồm: 1 văn bản mật.').waitFor()
  const opened = browser.context.waitForEvent('page', { predicate: (candidate) => candidate.url().includes('/sign.html') })
  await press(popup, /^Xem và ký (cả )?\d/)
  const signWindow = await opened
  await signWindow.getByText(`Đã trả về ${open}/${open}`).first().waitFor({ timeout: 60_000 })
  const pins = questions(office).filter(({ kind }) => kind === 'getpin').length - pinsBefore
  expect(1 + (actions.done.length - before) + pins).toBe(3)
})
