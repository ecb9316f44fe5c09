import type { Browser, Runtime } from 'webextension-polyfill'
import type { CountFromPage } from '../../shared/messages/page.ts'
import { ports as agentPorts } from '../../shared/protocol/limits.ts'
import type { Connection, Incoming } from '../link/connection.ts'
import { Link } from '../link/link.ts'
import type { PairingStore } from '../link/pairing-store.ts'
import { AgentKeys } from './agent-keys.ts'
import { Badge } from './badge.ts'
import { Batches } from './batches.ts'
import type { BlobToAddress } from './blob-address.ts'
import { Commands } from './commands.ts'
import { CursorStore, type Delivery } from './cursor.ts'
import { checkParts, fetchDocument } from './fetch-document.ts'
import type { FoundTab } from './find-in-tab.ts'
import { LinkMenu } from './link-menu.ts'
import { notifyEnd } from './notify-end.ts'
import { fetchByPage, returnByPage } from './page-port.ts'
import { SiteApi } from './return-by-api.ts'
import { saveFile } from './save-file.ts'
import { Settings } from './settings.ts'
import { signLink } from './sign-link.ts'
import { readManaged, Sites } from './sites.ts'
import { ViewPorts } from './view-ports.ts'

export interface BackgroundParts {
  browser: Browser
  /** The extension's own origin, as it stands in the Origin header. */
  origin: string
  browserName: string
  pairings: PairingStore
  blobToAddress: BlobToAddress
  /** Opens the side panel; works only inside a click. */
  openPanel: (windowId: number | undefined) => void
}

const watchdog = 'watchdog'

/** Builds the background and joins its parts. Every listener of the browser stands before the first wait. */
export function startBackground({ browser, origin, browserName, pairings, blobToAddress, openPanel }: BackgroundParts): void {
  const sites = new Sites(browser)
  const settings = new Settings(browser)
  const keys = new AgentKeys()
  const found = new Map<number, FoundTab>()
  const deliveries = new Map<string, Delivery>()
  const store = new CursorStore(browser.storage.local)
  const badge = new Badge(browser)
  const save = (name: string, signed: Blob): Promise<void> => saveFile(browser, blobToAddress, name, signed)

  const link = new Link({
    origin,
    browserName,
    pairings,
    ports: async () => {
      const { agentPort } = await readManaged(browser)
      return typeof agentPort === 'number' ? [agentPort] : agentPorts
    },
    onState: () => windows.changed(),
    onConnection: (connection) => attend(connection),
  })

  const batches = new Batches({
    store,
    deliveries,
    api: new SiteApi(),
    save,
    fetch: (cursor, document, signal) =>
      document.byPage || document.url === undefined
        ? checkParts(fetchByPage(browser, cursor, document, signal), { url: cursor.pageOrigin, contentType: '' })
        : fetchDocument(document.url, signal),
    toPage: (cursor, { name, frameId }, wayBack, signed) => returnByPage(browser, cursor, { name, frameId, wayBack, signed }),
    changed: () => {
      windows.changed()
      watch()
    },
    ended: (batch) => void notifyEnd(browser, settings.language, batch),
  })

  const menu = new LinkMenu({
    browser,
    sites,
    language: () => settings.language,
    chosen: (choice) => {
      openPanel(choice.windowId)
      void loaded.then(() => signLink({ browser, commands, settings, keys }, choice))
    },
  })
  const commands = new Commands({
    browser,
    link,
    batches,
    sites,
    settings,
    found,
    save,
    settingsChanged: () => {
      void menu.refresh()
      windows.changed()
    },
  })

  let windowsOpen = 0
  const windows: ViewPorts = new ViewPorts({
    view: () => ({
      language: settings.language,
      link: link.view,
      certificates: keys.certificates,
      problems: keys.problems,
      batches: batches.onScreen(),
      sites: [...sites.views],
      lastCertificate: settings.lastCertificate,
    }),
    found: (tabId) => found.get(tabId),
    carryOut: async (command) => {
      await loaded
      return commands.carryOut(command)
    },
    counted: (count) => {
      windowsOpen = count
      watch()
    },
  })

  /** While a window looks or a batch is under way, the link is kept; the alarm wakes a worker that was ended all the same. */
  let guarded: boolean | undefined
  function watch(): void {
    const open = batches.open
    link.need(open || windowsOpen > 0)
    if (open === guarded) return
    guarded = open
    if (open) void browser.alarms.create(watchdog, { periodInMinutes: 0.5 })
    else void browser.alarms.clear(watchdog)
  }

  function attend(connection: Connection): void {
    connection.onMessage((message) => hear(message))
    connection.send({ kind: 'list-certificates' })
    connection.send({ kind: 'status' })
    batches.attend(connection)
  }

  function hear(message: Incoming): void {
    switch (message.kind) {
      case 'sign':
        if (message.step === 'batch' || message.step === 'document') batches.hear(message)
        break
      case 'list-certificates':
        keys.set(message)
        break
      case 'status':
        for (const { batchId } of message.batches) batches.discover(batchId)
        void sites.fix(message.listedSites).then(() => commands.sitesChanged())
        break
      case 'refused':
        if (message.batchId !== undefined) batches.hearRefusal(message.about, message.batchId, message.refusal)
        break
      case 'tick':
        return
    }
    windows.changed()
  }

  browser.runtime.onConnect.addListener((port) => {
    if (port.name === 'view' && port.sender?.url?.startsWith(origin) === true) windows.add(port)
  })
  browser.runtime.onMessage.addListener((message: unknown, { tab }: Runtime.MessageSender) => {
    if (tab?.id !== undefined && isCount(message)) badge.recount(tab.id)
    return undefined
  })
  // Wakes the worker with the browser, so that a batch of yesterday goes on.
  browser.runtime.onStartup.addListener(() => undefined)
  browser.permissions.onRemoved.addListener(() => void loaded.then(() => sites.refresh()).then(() => commands.sitesChanged()))
  browser.tabs.onRemoved.addListener((tabId) => found.delete(tabId))
  // The worker is awake then, and `loaded` has asked for the link where a batch is open.
  browser.alarms.onAlarm.addListener(() => void loaded.then(watch))
  browser.notifications.onClicked.addListener((id) => void browser.notifications.clear(id))
  browser.runtime.onInstalled.addListener(({ reason }) => {
    if (reason === 'install') void browser.tabs.create({ url: browser.runtime.getURL('/welcome.html') })
  })

  const loaded = load()

  async function load(): Promise<void> {
    const [kept] = await Promise.all([store.load(), settings.load(), sites.load()])
    for (const [documentId, delivery] of kept.deliveries) deliveries.set(documentId, delivery)
    batches.restore(kept.cursors)
    await menu.refresh()
    watch()
    windows.changed()
  }
}

function isCount(message: unknown): message is CountFromPage {
  return typeof message === 'object' && message !== null && 'kind' in message && message.kind === 'count'
}
