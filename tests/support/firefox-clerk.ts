import { mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { Firefox } from './firefox.ts'
import type { FirefoxPage } from './firefox-page.ts'

/** Does in Firefox what a clerk does, by what the clerk sees; like demo/office/clerk.ts, which drives Chromium. */
export class FirefoxClerk {
  readonly #firefox: Firefox
  readonly #origin: string
  readonly page: FirefoxPage

  constructor(firefox: Firefox, origin: string, page: FirefoxPage) {
    this.#firefox = firefox
    this.#origin = origin
    this.page = page
  }

  async logIn(user: string, password: string): Promise<void> {
    await this.page.goto(`${this.#origin}/dang-nhap`)
    await this.page.fill({ selector: 'input', name: '^Tên đăng nhập' }, user)
    await this.page.fill({ selector: 'input', name: '^Mật khẩu' }, password)
    await this.page.click({ selector: 'button', name: '^Đăng nhập$' })
    await this.#firefox.settled(this.page, { selector: 'button', name: 'Đăng xuất' })
  }

  async openList(state: string, rows: 25 | 50 | 100): Promise<void> {
    await this.page.goto(`${this.#origin}/van-ban-di?${new URLSearchParams({ 'trang-thai': state, 'so-dong': String(rows) }).toString()}`)
  }

  /** The toolbar's window, in a tab of its own, for the tab of the document system. */
  async openPopup(): Promise<FirefoxPage> {
    await this.page.bringToFront()
    const popup = await this.#firefox.newPage(`${this.#firefox.extensionOrigin}/save.html`)
    const tabId = await popup.evaluate(idOfTabInFront)
    await popup.goto(`${this.#firefox.extensionOrigin}/popup.html?tab=${tabId}`)
    await popup.bringToFront()
    return popup
  }

  /** Allows the document system in the options, and in the prompt that the browser opens then. @returns what the prompt asks */
  async allowSite(): Promise<string> {
    return this.#listSite(() => this.#firefox.inBrowser(allowInPrompt))
  }

  /** The same for another port of a host that the browser has opened already: it asks no second time. */
  async allowPort(): Promise<void> {
    await this.#listSite(() => Promise.resolve(''))
  }

  async #listSite(answer: () => Promise<string>): Promise<string> {
    const options = await this.#firefox.newPage(`${this.#firefox.extensionOrigin}/options.html`)
    await options.bringToFront()
    await options.fill({ selector: 'input', name: '^Địa chỉ hệ thống văn bản' }, this.#origin)
    const [asked] = await Promise.all([answer(), options.click({ selector: 'button', name: '^Cho phép$' })])
    // A site that is refused is named too, but has no button.
    await options.find({ selector: 'button', name: `^Xóa .*${new URL(this.#origin).host}` })
    await options.close()
    return asked
  }

  /** The main file of a document, as its recipients will get it. */
  async download(id: number, folder: string): Promise<string> {
    const content = await this.page.evaluate(mainFile, id)
    const file = path.join(folder, `${String(id).padStart(4, '0')}.pdf`)
    await mkdir(folder, { recursive: true })
    await writeFile(file, Buffer.from(content, 'hex'))
    return file
  }

  /** @returns the six digits that the popup showed */
  async pair(popup: FirefoxPage): Promise<string> {
    await popup.click({ selector: 'button', name: '^Ghép nối$' })
    await popup.find({ selector: '.digits' })
    const shown = await popup.evaluate(() => document.querySelector<HTMLElement>('.digits')?.innerText ?? '')
    await popup.click({ selector: 'button', name: '^Hai bên giống nhau$' })
    await popup.text(/Sẵn sàng/)
    return shown.replaceAll(/\D/g, '').slice(-6)
  }

  /** Chooses the first `count` documents and opens the sign window. */
  async choose(popup: FirefoxPage, count: number | 'all'): Promise<FirefoxPage> {
    if (count === 'all') await popup.click({ selector: 'input[type=checkbox]', name: '^Chọn cả' })
    else for (let row = 0; row < count; row++) await popup.click({ selector: '[aria-label^="Danh sách"] input[type=checkbox]', at: row })
    return this.#firefox.opened('/sign.html', () => popup.click({ selector: 'button', name: 'Xem và ký' }))
  }

  /** The one button that signs. The PIN window comes next. */
  async approve(signWindow: FirefoxPage): Promise<void> {
    await signWindow.click({ selector: 'button', name: '^Ký \\d+ văn bản$' })
  }
}

/** The browser's own things, as far as the tests name them. */
interface BrowserWindow {
  PopupNotifications: { panel: EventTarget & { state: string; firstElementChild: (Element & { button: HTMLElement }) | null } }
}

/** Runs in the browser's window: waits for the prompt about permissions and answers with its main button. @returns what it asks */
function allowInPrompt(): Promise<string> {
  const { PopupNotifications } = globalThis as unknown as BrowserWindow
  const { panel } = PopupNotifications
  return new Promise((resolve) => {
    const answer = (): void => {
      const prompt = panel.firstElementChild
      const words = `${prompt?.id ?? ''} ${prompt?.textContent ?? ''}`
      prompt?.button.click()
      resolve(words)
    }
    if (panel.state === 'open') answer()
    else panel.addEventListener('popupshown', answer, { once: true })
  })
}

/** Runs in a page of the extension that stands behind another tab. */
async function idOfTabInFront(): Promise<number> {
  const { tabs } = (globalThis as unknown as { browser: { tabs: { query(what: object): Promise<{ id: number }[]> } } }).browser
  const [tab] = await tabs.query({ active: true, currentWindow: true })
  if (tab === undefined) throw new Error('no tab is in front')
  return tab.id
}

/** Runs in the document system's page. @returns the file in hexadecimal */
async function mainFile(id: number): Promise<string> {
  const { tep } = (await (await fetch(`/api/van-ban/${id}`)).json()) as { tep: { diaChi: string; vanBanChinh: boolean }[] }
  const answer = await fetch(tep.find(({ vanBanChinh }) => vanBanChinh)?.diaChi ?? '')
  return Array.from(new Uint8Array(await answer.arrayBuffer()), (byte) => byte.toString(16).padStart(2, '0')).join('')
}
