import type { Runtime } from 'webextension-polyfill'
import { refusalOf } from '../../shared/errors.ts'
import type { Command, CommandAnswer, FoundView, View, ViewMessage } from '../../shared/messages/view.ts'

export interface ViewParts {
  /** Everything but the documents of a tab, which are each window's own. */
  view: () => Omit<View, 'found'>
  found: (tabId: number) => FoundView | undefined
  carryOut: (command: Command) => Promise<Omit<CommandAnswer, 'about' | 'refusal'>>
  /** How many windows are open. */
  counted: (windows: number) => void
}

const pauseMs = 100

/**
 * The windows of the extension: each sends commands, and gets the whole view at once when its command was carried out. What else has changed
 * it is told at most every 100 ms.
 */
export class ViewPorts {
  private readonly parts: ViewParts
  /** The tab that each window asked for. */
  private readonly tabs = new Map<Runtime.Port, number | undefined>()
  /** Those that have not been told yet what has changed. */
  private readonly behind = new Set<Runtime.Port>()
  private timer: ReturnType<typeof setTimeout> | undefined
  private lastAt = 0

  constructor(parts: ViewParts) {
    this.parts = parts
  }

  add(port: Runtime.Port): void {
    this.tabs.set(port, undefined)
    port.onMessage.addListener((command) => void this.obey(port, command as Command))
    port.onDisconnect.addListener(() => {
      this.tabs.delete(port)
      this.behind.delete(port)
      this.parts.counted(this.tabs.size)
    })
    this.parts.counted(this.tabs.size)
    this.post(port)
  }

  /** Something that windows show has changed. */
  changed(): void {
    for (const port of this.tabs.keys()) this.behind.add(port)
    if (this.behind.size === 0 || this.timer !== undefined) return
    this.timer = setTimeout(() => {
      this.timer = undefined
      this.lastAt = Date.now()
      for (const port of this.behind) this.post(port)
    }, Math.max(0, this.lastAt + pauseMs - Date.now()))
  }

  private async obey(port: Runtime.Port, command: Command): Promise<void> {
    if (command.kind === 'find') this.tabs.set(port, command.tabId)
    let answer: CommandAnswer
    try {
      answer = { about: command.kind, ...(await this.parts.carryOut(command)) }
    } catch (error) {
      const about = 'batchId' in command ? { about: command.kind, batchId: command.batchId } : { about: command.kind }
      answer = { ...about, refusal: refusalOf(error) }
      if (answer.refusal?.code === 'unexpected') console.error(error)
    }
    this.send(port, { kind: 'answer', answer })
    this.changed()
    this.post(port)
  }

  private post(port: Runtime.Port): void {
    this.behind.delete(port)
    const tabId = this.tabs.get(port)
    const found = tabId === undefined ? undefined : this.parts.found(tabId)
    this.send(port, { kind: 'view', view: { ...this.parts.view(), ...(found === undefined ? {} : { found }) } })
  }

  private send(port: Runtime.Port, message: ViewMessage): void {
    // A window may have closed while its command was carried out.
    if (this.tabs.has(port)) port.postMessage(message)
  }
}
