import type { Browser } from 'webextension-polyfill'

/** The number of documents found, on the toolbar button of each tab. */
export class Badge {
  private readonly browser: Browser
  private readonly timers = new Map<number, ReturnType<typeof setTimeout>>()

  constructor(browser: Browser) {
    this.browser = browser
    void browser.action.setBadgeBackgroundColor({ color: '#9f1d2a' })
  }

  /** A frame of the tab tells a new count. Frames tell one by one; all of them are asked once, a moment later. */
  recount(tabId: number): void {
    clearTimeout(this.timers.get(tabId))
    this.timers.set(
      tabId,
      setTimeout(() => {
        this.timers.delete(tabId)
        void this.count(tabId)
      }, quietMs),
    )
  }

  private async count(tabId: number): Promise<void> {
    try {
      const results = await this.browser.scripting.executeScript({ target: { tabId, allFrames: true }, func: countInFrame })
      const total = results.reduce((sum, { result }) => sum + (typeof result === 'number' ? result : 0), 0)
      await this.browser.action.setBadgeText({ tabId, text: total === 0 ? '' : String(total) })
    } catch {
      // The tab was closed or left meanwhile, and its badge with it.
    }
  }
}

const quietMs = 100

/** Runs in the frame: what its content script counted last. */
function countInFrame(): number {
  return (globalThis as { antinCount?: number }).antinCount ?? 0
}
