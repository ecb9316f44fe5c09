import type { Page } from 'playwright-core'
import type { Browser } from './browser.ts'

/** Does in the browser what a clerk does, by what the clerk sees: labels, buttons, rows. */
export interface Clerk {
  /** The tab with the document system. */
  page: Page
  logIn(user: string, password: string): Promise<void>
  /** The list of outgoing documents in one state, `count` rows where the system shows as many. */
  openList(state: string, rows: 25 | 50 | 100): Promise<void>
  /** The toolbar's window for the tab of the document system. */
  openPopup(): Promise<Page>
  /** Pairs browser and agent. @returns the six digits that the popup showed */
  pair(popup: Page): Promise<string>
  /** Waits until browser and agent are paired; compares digits where the native-messaging host has not done it already. */
  connect(popup: Page): Promise<void>
  /** Chooses the first `count` documents and opens the sign window. */
  choose(popup: Page, count: number | 'all'): Promise<Page>
  /** The one button that signs. The PIN window comes next. */
  approve(signWindow: Page): Promise<void>
  openPanel(): Promise<Page>
  /** Cancels what is open and takes off the list what is over. A file that waits to be returned stays. */
  clearPanel(): Promise<void>
  chooseLanguage(language: 'vi' | 'en'): Promise<void>
}

export function clerkAt(browser: Browser, origin: string, page: Page): Clerk {
  const extensionPage = (name: string): string => `chrome-extension://${browser.extensionId}/${name}`
  return {
    page,
    async logIn(user, password) {
      await page.goto(`${origin}/dang-nhap`)
      await page.getByLabel('Tên đăng nhập').fill(user)
      await page.getByLabel('Mật khẩu').fill(password)
      await page.getByRole('button', { name: 'Đăng nhập' }).click()
      await page.getByRole('button', { name: /Đăng xuất/ }).waitFor()
    },
    async openList(state, rows) {
      await page.goto(`${origin}/van-ban-di?${new URLSearchParams({ 'trang-thai': state, 'so-dong': String(rows) }).toString()}`)
    },
    async openPopup() {
      const tabId = await tabIdOf(browser, page)
      const popup = await browser.context.newPage()
      await popup.goto(extensionPage(`popup.html?tab=${tabId}`))
      return popup
    },
    async pair(popup) {
      await popup.getByRole('button', { name: pairName }).click()
      const shown = await popup.locator('.digits').innerText()
      await popup.getByRole('button', { name: /^(Hai bên giống nhau|Both are the same)$/ }).click()
      await ready(popup)
      return shown.replaceAll(/\D/g, '').slice(-6)
    },
    async connect(popup) {
      const pairButton = popup.getByRole('button', { name: pairName })
      await popup.getByText(readyText).or(pairButton).first().waitFor()
      if (await pairButton.isVisible()) await this.pair(popup)
    },
    async choose(popup, count) {
      const all = popup.getByRole('checkbox', { name: /^(Chọn cả|Choose all)/ })
      await all.waitFor()
      if (count === 'all') await all.check()
      else for (let row = 0; row < count; row++) await popup.getByRole('list', { name: /Danh sách|List/ }).getByRole('checkbox').nth(row).check()
      const opened = browser.context.waitForEvent('page', { predicate: (candidate) => candidate.url().includes('/sign.html') })
      const chosen = count === 'all' ? '\\d+' : count
      await popup.getByRole('button', { name: new RegExp(`^(Xem và ký ${chosen} văn bản đã chọn|Review and sign ${chosen} chosen)$`) }).click()
      return opened
    },
    async approve(signWindow) {
      await signWindow.getByRole('button', { name: /^(Ký \d+ văn bản|Sign \d+ documents?)$/ }).click()
    },
    async openPanel() {
      const panel = await browser.context.newPage()
      await panel.goto(extensionPage('sidepanel.html'))
      return panel
    },
    async clearPanel() {
      const panel = await this.openPanel()
      await panel.getByRole('heading', { level: 1 }).waitFor()
      const cancel = panel.getByRole('button', { name: /^(Hủy lượt ký|Dừng ký|Cancel batch|Stop signing)$/ })
      const dismiss = panel.getByRole('button', { name: /^(Bỏ khỏi danh sách|Remove from list)$/ })
      for (const button of [cancel, dismiss]) {
        for (let left = await button.count(); left > 0; left--) {
          await button.first().click()
          await button.nth(left - 1).waitFor({ state: 'detached' })
        }
      }
      await panel.close()
    },
    async chooseLanguage(language) {
      const options = await browser.context.newPage()
      await options.goto(extensionPage('options.html'))
      await options.getByText(language === 'en' ? 'English' : 'Tiếng Việt', { exact: true }).click()
      await options.locator(`html[lang=${language}]`).waitFor()
      await options.close()
    },
  }
}

const pairName = /^(Ghép nối|Pair)$/
const readyText = /^(Sẵn sàng|Ready)$/

async function ready(popup: Page): Promise<void> {
  await popup.getByText(readyText).first().waitFor()
}

/** The number by which the extension knows the tab of the document system. */
async function tabIdOf(browser: Browser, page: Page): Promise<number> {
  const worker = await browser.worker()
  const id = await worker.evaluate(async (url) => {
    const { tabs } = (globalThis as unknown as { chrome: { tabs: { query(what: object): Promise<{ id?: number; url?: string }[]> } } }).chrome
    return (await tabs.query({})).find((tab) => tab.url === url)?.id
  }, page.url())
  if (id === undefined) throw new Error(`the extension does not see the tab of ${page.url()}`)
  return id
}
