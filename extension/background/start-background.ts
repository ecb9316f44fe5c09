import type { Runtime } from 'webextension-polyfill'
import type { CountFromPage, SitesFromPage } from '../../shared/messages/page.ts'
import { isTeachMessage } from '../../shared/messages/teach.ts'
import { Background, type BackgroundParts } from './background.ts'
import { Badge } from './badge.ts'
import { LinkMenu } from './link-menu.ts'
import { signLink } from './sign-link.ts'
import { originOf } from './sites.ts'

export interface StartParts extends Omit<BackgroundParts, 'settingsChanged'> {
  /** Opens the side panel; works only inside a click. */
  openPanel: (windowId: number | undefined) => void
}

/** Starts the background. Every listener of the browser stands before the first wait, or the event that woke the worker is lost. */
export function startBackground({ openPanel, ...parts }: StartParts): void {
  const { browser, origin } = parts
  const background = new Background({ ...parts, settingsChanged: () => void menu.refresh() })
  const { loaded, sites, settings, commands, windows } = background
  const badge = new Badge(browser)
  const menu = new LinkMenu({
    browser,
    sites,
    language: () => settings.language,
    chosen: (choice) => {
      openPanel(choice.windowId)
      void loaded.then(() => signLink(background, choice))
    },
  })

  browser.runtime.onConnect.addListener((port) => {
    // Pages and content scripts have no business here.
    if (port.sender?.url?.startsWith(`${origin}/`) !== true) return
    if (port.name === 'view') windows.add(port)
    if (port.name === 'look') void background.show(port)
  })
  browser.runtime.onMessage.addListener((message: unknown, { tab, url: frameUrl, frameId = 0 }: Runtime.MessageSender) => {
    if (tab?.id === undefined) return undefined
    const origin = originOf(frameUrl) ?? ''
    if (isSites(message)) {
      void background.teaching.pageCameUp(tab.id, frameId, origin)
      return loaded.then(() => {
        background.batches.pageCameUp(origin)
        return background.book.fitting(origin)
      })
    }
    if (isTeachMessage(message)) return background.teaching.hear(message, tab.id, origin)
    if (!isCount(message)) return undefined
    const { id, url } = tab
    // The script may run on another port of a listed host.
    void loaded.then(() => sites.isListed(originOf(url) ?? '') && badge.recount(id))
    return undefined
  })
  browser.permissions.onRemoved.addListener(() => void loaded.then(() => sites.refresh()).then(() => commands.sitesChanged()))
  browser.tabs.onRemoved.addListener((tabId) => {
    background.found.delete(tabId)
    void background.teaching.gone(tabId)
  })
  browser.alarms.onAlarm.addListener(() => void loaded.then(() => background.watch()))
  browser.notifications.onClicked.addListener((id) => void browser.notifications.clear(id))
  browser.runtime.onInstalled.addListener(({ reason }) => {
    if (reason === 'install') void browser.tabs.create({ url: browser.runtime.getURL('/welcome.html') })
  })
  // Wakes the worker with the browser, so that a batch of yesterday goes on.
  browser.runtime.onStartup.addListener(() => undefined)
}

function isSites(message: unknown): message is SitesFromPage {
  return typeof message === 'object' && message !== null && 'kind' in message && message.kind === 'sites'
}

function isCount(message: unknown): message is CountFromPage {
  return typeof message === 'object' && message !== null && 'kind' in message && message.kind === 'count'
}
