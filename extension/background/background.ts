import type { Browser, Runtime } from 'webextension-polyfill'
import type { BatchOnScreen } from '../../shared/messages/view.ts'
import type { ImageView } from '../../shared/protocol/image.ts'
import type { View } from '../../shared/messages/view.ts'
import { ports as agentPorts } from '../../shared/protocol/limits.ts'
import { nativeHostName } from '../../shared/protocol/native.ts'
import { backgroundText } from '../../shared/text/background.ts'
import type { Connection, Incoming } from '../link/connection.ts'
import { Link } from '../link/link.ts'
import type { PairingStore } from '../link/pairing-store.ts'
import { AgentKeys } from './agent-keys.ts'
import { Batches, type BatchesParts } from './batches.ts'
import type { BlobToAddress } from './blob-address.ts'
import type { DiskFiles } from './disk-files.ts'
import { Commands } from './commands.ts'
import { CursorStore, type Delivery } from './cursor.ts'
import { checkParts, fetchDocument } from './fetch-document.ts'
import { readDiskFile, removeDelivered, removeUnused } from './files-of-pc.ts'
import type { FoundTab } from './find-in-tab.ts'
import { markBatched } from './mark-batched.ts'
import { notifyEnd } from './notify-end.ts'
import { askByPage, fetchByPage, findRowByPage, returnByPage, stepByClick, stepByPage } from './page-port.ts'
import { SiteApi } from './return-by-api.ts'
import { saveFile } from './save-file.ts'
import { showDocument } from './show-document.ts'
import { Settings } from './settings.ts'
import { SiteBook } from './site-book.ts'
import { readManaged, Sites } from './sites.ts'
import { TeachTab } from './teach-tab.ts'
import { ViewPorts } from './view-ports.ts'

export interface BackgroundParts {
  browser: Browser
  /** The extension's own origin, as it stands in the Origin header. */
  origin: string
  browserName: string
  pairings: PairingStore
  blobToAddress: BlobToAddress
  diskFiles: DiskFiles
  /** Descriptors of document systems that come with the extension. */
  builtIn: readonly unknown[]
  /** Texts that stand outside the windows (menus) have to be written anew. */
  settingsChanged: () => void
}

const watchdog = 'watchdog'

/** The parts of the background, joined: what each tells goes where it is needed. */
export class Background {
  readonly browser: Browser
  readonly sites: Sites
  readonly settings: Settings
  readonly book: SiteBook
  readonly keys = new AgentKeys()
  readonly commands: Commands
  readonly batches: Batches
  readonly teaching: TeachTab
  readonly windows: ViewPorts
  /** What each tab showed when it was read last. */
  readonly found = new Map<number, FoundTab>()
  /** Resolves when everything that is on the disk was read. */
  readonly loaded: Promise<void>

  private readonly link: Link
  private readonly store: CursorStore
  private readonly deliveries = new Map<string, Delivery>()
  /** Pictures that the agent keeps, as it told them last. */
  private images: ImageView[] | undefined
  private pairings: View['pairings']
  private windowsOpen = 0
  private guarded: boolean | undefined

  constructor(parts: BackgroundParts) {
    const { browser, blobToAddress } = parts
    const save = (name: string, signed: Blob): Promise<void> => saveFile(browser, blobToAddress, name, signed)
    this.browser = browser
    this.sites = new Sites(browser)
    this.settings = new Settings(browser)
    this.book = new SiteBook(browser, parts.builtIn)
    this.store = new CursorStore(browser.storage.local)
    this.link = this.makeLink(parts)
    this.batches = new Batches(this.batchesParts(parts, save))
    const { link, batches, sites, book, settings, found } = this
    const settingsChanged = (): void => {
      parts.settingsChanged()
      this.windows.changed()
    }
    const learnt = async (): Promise<void> => {
      await this.commands.findAgain()
      this.windows.changed()
    }
    this.teaching = new TeachTab({ browser, sites, book, language: () => settings.language, learnt })
    this.commands = new Commands({ browser, origin: parts.origin, link, batches, sites, book, settings, found, save, settingsChanged, changed: () => this.windows.changed(), teaching: this.teaching })
    this.windows = this.makeWindows()
    this.loaded = this.load(parts.diskFiles)
  }

  /**
   * While a window looks or a batch is under way, the link is kept; the alarm wakes a worker that was ended all the same.
   */
  watch(): void {
    const { open } = this.batches
    this.link.need(open || this.windowsOpen > 0)
    if (open === this.guarded) return
    this.guarded = open
    if (open) void this.browser.alarms.create(watchdog, { periodInMinutes: 0.5 })
    else void this.browser.alarms.clear(watchdog)
  }

  /** A window asks for the agent's own copy of a document. */
  show(port: Runtime.Port): Promise<void> {
    const { link, batches } = this
    return showDocument(port, { link, batches })
  }

  private async load(diskFiles: DiskFiles): Promise<void> {
    const [{ cursors, deliveries }] = await Promise.all([this.store.load(), this.settings.load(), this.sites.load(), this.book.load()])
    for (const [documentId, delivery] of deliveries) this.deliveries.set(documentId, delivery)
    this.batches.restore(cursors)
    void removeUnused(diskFiles, cursors)
    await this.commands.sitesChanged()
    this.watch()
  }

  private makeLink({ browser, origin, browserName, pairings }: BackgroundParts): Link {
    return new Link({
      origin,
      browserName,
      pairings,
      ports: async () => {
        // No connection before the cursors are read: it would not know what to resume.
        await this.loaded
        const { agentPort } = await readManaged(browser)
        return typeof agentPort === 'number' ? { list: [agentPort], fixed: true } : { list: agentPorts, fixed: false }
      },
      askNative: (question) => browser.runtime.sendNativeMessage(nativeHostName, question),
      onState: () => this.windows.changed(),
      // Any call of the browser counts as work.
      stayAwake: () => void browser.runtime.getPlatformInfo(),
      onConnection: (connection) => this.attend(connection),
    })
  }

  private batchesParts({ origin, diskFiles }: BackgroundParts, save: BatchesParts['save']): BatchesParts {
    const { browser, store, deliveries } = this
    return {
      store,
      deliveries,
      save,
      api: new SiteApi(),
      fetch: (cursor, document, signal) =>
        cursor.pageOrigin === origin
          ? checkParts(readDiskFile(diskFiles, document.key), { url: origin, contentType: '' })
          : document.byPage || document.url === undefined
          ? checkParts(fetchByPage(browser, cursor, document, signal), { url: cursor.pageOrigin, contentType: '' })
          : fetchDocument(document.url, { pageOrigin: cursor.pageOrigin, fileHosts: this.book.fileHosts(cursor.pageOrigin) }, signal),
      stepByPage: (cursor, way) => stepByPage(browser, cursor, way),
      stepByClick: (cursor, way) => stepByClick(browser, cursor, way),
      toPage: (cursor, { name, frameId }, wayBack, signed) => returnByPage(browser, cursor, { name, frameId, wayBack, signed }),
      askPage: (cursor, url, header) => askByPage(browser, cursor, url, header),
      findRow: (cursor, row) => findRowByPage(browser, cursor, row),
      changed: () => {
        this.windows.changed()
        this.watch()
      },
      nameOf: (pageOrigin) => (pageOrigin === origin ? backgroundText(this.settings.language).filesOfPc : new URL(pageOrigin).host),
      ended: (batch) => void this.ended(batch, diskFiles),
    }
  }

  private async ended(batch: BatchOnScreen, diskFiles: DiskFiles): Promise<void> {
    const cursor = this.batches.cursorOf(batch.batchId)
    const delivered = new Set(batch.documents.filter(({ state }) => state === 'delivered').map(({ documentId }) => documentId))
    await Promise.all([notifyEnd(this.browser, this.settings.language, batch), cursor && removeDelivered(diskFiles, cursor, delivered)])
  }

  private makeWindows(): ViewPorts {
    const { settings, link, keys, batches, sites, book, found } = this
    return new ViewPorts({
      view: () => ({
        language: settings.language,
        pinAtOnce: settings.pinAtOnce,
        link: link.view,
        certificates: keys.certificates,
        certificatesKnown: keys.known,
        readingTokens: keys.reading,
        problems: keys.problems,
        batches: batches.onScreen(),
        sites: [...sites.views],
        descriptors: book.views,
        fixed: { ...settings.fixed, ...(sites.only === undefined ? {} : { sites: sites.only }) },
        ...(this.pairings === undefined || link.view.state !== 'ready' ? {} : { pairings: this.pairings }),
        lastCertificate: settings.lastCertificate,
        lastDetails: settings.lastDetails,
        ...(this.images === undefined || link.view.state !== 'ready' ? {} : { images: this.images }),
      }),
      found: (tabId) => {
        const shown = found.get(tabId)
        return shown && markBatched(shown, batches.known())
      },
      carryOut: async (command) => {
        await this.loaded
        return this.commands.carryOut(command)
      },
      counted: (count) => {
        this.windowsOpen = count
        this.watch()
      },
    })
  }

  private attend(connection: Connection): void {
    connection.onMessage((message) => this.hear(message))
    connection.send({ kind: 'list-certificates' })
    connection.send({ kind: 'status' })
    connection.send({ kind: 'pairings', step: 'list' })
    connection.send({ kind: 'image', step: 'list' })
    this.batches.attend(connection)
  }

  private hear(message: Incoming): void {
    switch (message.kind) {
      case 'sign':
        if (message.step === 'batch' || message.step === 'document') this.batches.hear(message)
        return
      case 'list-certificates':
        this.keys.set(message)
        return this.windows.changed()
      case 'reading-tokens':
        this.keys.reading = true
        return this.windows.changed()
      case 'status':
        for (const { batchId } of message.batches) this.batches.discover(batchId)
        void this.sites.fix(message.listedSites).then(() => this.commands.sitesChanged())
        return
      case 'refused':
        if (message.batchId !== undefined) this.batches.hearRefusal(message.about, message.batchId, message.refusal)
        return
      case 'image':
        if (message.step === 'list') this.images = message.images
        return this.windows.changed()
      case 'pairings':
        this.pairings = message.pairings
        return this.windows.changed()
      case 'tick':
        return
    }
  }
}
