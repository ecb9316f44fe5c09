import { EventEmitter } from 'node:events'
import type { Browser } from 'webextension-polyfill'
import type { FoundFromPage } from '../../../shared/messages/page.ts'
import type { Command, CommandAnswer, View, ViewMessage } from '../../../shared/messages/view.ts'

export const extensionOrigin = 'chrome-extension://nkhlcbdhifpgjejdcoecgjnheofhkpij'

interface FakeTab {
  url: string
  /** What each of its frames finds; undefined where a frame does not answer. */
  frames: Map<number, FoundFromPage | undefined>
  counts?: Map<number, number>
}

/** As much of a browser as the background lives on, in memory. What it is asked to show is kept to be looked at. */
export class FakeBrowser {
  readonly tabs = new Map<number, FakeTab>()
  readonly permitted = new Set<string>()
  disk: Record<string, unknown> = {}
  readonly session: Record<string, unknown> = {}
  readonly windows: string[] = []
  readonly notifications: { title: string; message: string }[] = []
  readonly badges = new Map<number, string>()
  readonly menus: { title?: string; documentUrlPatterns?: string[] }[] = []
  readonly alarms = new Set<string>()
  readonly asked: { tabId: number; frameId: number }[] = []
  popups = 0
  private scripts: { id: string }[] = []
  private readonly events = new EventEmitter()

  readonly api = {
    storage: {
      local: {
        get: () => Promise.resolve(structuredClone(this.disk)),
        set: (items: object) => Promise.resolve(void Object.assign(this.disk, structuredClone(items))),
        remove: (keys: string | string[]) => Promise.resolve([keys].flat().forEach((key) => Reflect.deleteProperty(this.disk, key))),
      },
      managed: { get: () => Promise.resolve({}) },
      session: {
        get: (key: string) => Promise.resolve({ [key]: structuredClone(this.session[key]) }),
        set: (items: object) => Promise.resolve(void Object.assign(this.session, structuredClone(items))),
        remove: (key: string) => Promise.resolve(void Reflect.deleteProperty(this.session, key)),
      },
    },
    permissions: {
      contains: ({ origins }: { origins: string[] }) => Promise.resolve(origins.every((origin) => this.permitted.has(origin))),
      remove: ({ origins }: { origins: string[] }) => Promise.resolve(origins.every((origin) => this.permitted.delete(origin))),
      onRemoved: this.event('permissionRemoved'),
    },
    scripting: {
      getRegisteredContentScripts: () => Promise.resolve(this.scripts),
      registerContentScripts: (scripts: { id: string }[]) => Promise.resolve(void (this.scripts = scripts)),
      updateContentScripts: (scripts: { id: string }[]) => Promise.resolve(void (this.scripts = scripts)),
      unregisterContentScripts: () => Promise.resolve(void (this.scripts = [])),
      executeScript: ({ target: { tabId }, func }: { target: { tabId: number }; func?: unknown }) => {
        const { frames, counts } = this.tab(tabId)
        return Promise.resolve([...frames.keys()].map((frameId) => ({ frameId, result: func === undefined ? undefined : counts?.get(frameId) })))
      },
    },
    tabs: {
      get: (tabId: number) => (this.tabs.has(tabId) ? Promise.resolve({ id: tabId, ...this.tab(tabId) }) : Promise.reject(new Error(`No tab with id: ${tabId}.`))),
      create: ({ url }: { url: string }) => Promise.resolve(void this.windows.push(url)),
      sendMessage: (tabId: number, _message: unknown, { frameId }: { frameId: number }) => {
        this.asked.push({ tabId, frameId })
        const found = this.tab(tabId).frames.get(frameId)
        return found === undefined ? Promise.reject(new Error('Could not establish connection.')) : Promise.resolve(structuredClone(found))
      },
      onRemoved: this.event('tabRemoved'),
    },
    runtime: {
      onConnect: this.event('connect'),
      onMessage: this.event('message'),
      onStartup: this.event('startup'),
      onInstalled: this.event('installed'),
      getPlatformInfo: () => Promise.resolve({}),
      getURL: (path: string): string => `${extensionOrigin}/${path.replace(/^\//, '')}`,
    },
    action: {
      setBadgeBackgroundColor: () => Promise.resolve(),
      setBadgeText: ({ tabId, text }: { tabId: number; text: string }) => Promise.resolve(void this.badges.set(tabId, text)),
      openPopup: () => {
        this.popups++
        return Promise.resolve()
      },
    },
    contextMenus: {
      onClicked: this.event('menu'),
      removeAll: () => Promise.resolve(void this.menus.splice(0)),
      create: (menu: { title?: string; documentUrlPatterns?: string[] }) => this.menus.push(menu),
    },
    alarms: {
      onAlarm: this.event('alarm'),
      create: (name: string) => Promise.resolve(void this.alarms.add(name)),
      clear: (name: string) => Promise.resolve(this.alarms.delete(name)),
    },
    notifications: {
      onClicked: this.event('notification'),
      create: (_id: string, notification: { title: string; message: string }) => Promise.resolve(void this.notifications.push(notification)),
      clear: () => Promise.resolve(true),
    },
    windows: { create: ({ url }: { url: string }) => Promise.resolve(void this.windows.push(url)) },
  }

  get browser(): Browser {
    return this.api as unknown as Browser
  }

  emit(event: string, ...values: unknown[]): void {
    this.events.emit(event, ...values)
  }

  /** One of the extension's windows, connected as they are. */
  openWindow(url = `${extensionOrigin}/popup.html`): FakeWindow {
    const window = new FakeWindow(url)
    this.emit('connect', window.port)
    return window
  }

  private tab(tabId: number): FakeTab {
    const tab = this.tabs.get(tabId)
    if (tab === undefined) throw new Error(`No tab with id: ${tabId}.`)
    return tab
  }

  private event(name: string) {
    return { addListener: (listener: (...values: unknown[]) => void) => void this.events.on(name, listener) }
  }
}

export class FakeWindow {
  readonly answers: CommandAnswer[] = []
  views = 0
  view: View | undefined
  private readonly events = new EventEmitter()
  readonly port

  constructor(url: string) {
    this.port = {
      name: 'view',
      sender: { url },
      postMessage: (message: ViewMessage) => {
        if (message.kind === 'answer') this.answers.push(message.answer)
        else {
          this.views++
          this.view = structuredClone(message.view)
        }
      },
      onMessage: { addListener: (listener: (command: Command) => void) => void this.events.on('command', listener) },
      onDisconnect: { addListener: (listener: () => void) => void this.events.on('disconnect', listener) },
    }
  }

  send(command: Command): void {
    this.events.emit('command', command)
  }

  close(): void {
    this.events.emit('disconnect')
  }
}
