import type { Browser, Menus, Tabs } from 'webextension-polyfill'
import { backgroundText } from '../../shared/text/background.ts'
import type { Sites } from './sites.ts'

const menuId = 'sign-link'

export interface LinkMenuParts {
  browser: Browser
  sites: Sites
  language: () => 'vi' | 'en'
  chosen: (choice: { tabId: number; url: string; frameId: number; windowId: number | undefined }) => void
}

/** The menu entry of a link, on listed sites only. */
export class LinkMenu {
  private readonly parts: LinkMenuParts

  constructor(parts: LinkMenuParts) {
    this.parts = parts
    parts.browser.contextMenus.onClicked.addListener((info, tab) => this.clicked(info, tab))
  }

  /** Language or sites have changed. */
  async refresh(): Promise<void> {
    const { browser, sites, language } = this.parts
    await browser.contextMenus.removeAll()
    const documentUrlPatterns = sites.patterns
    if (documentUrlPatterns.length === 0) return
    browser.contextMenus.create({ id: menuId, title: backgroundText(language()).menuSign, contexts: ['link'], documentUrlPatterns })
  }

  private clicked({ menuItemId, linkUrl, frameId = 0 }: Menus.OnClickData, tab: Tabs.Tab | undefined): void {
    if (menuItemId !== menuId || linkUrl === undefined || tab?.id === undefined) return
    this.parts.chosen({ tabId: tab.id, url: linkUrl, frameId, windowId: tab.windowId })
  }
}
