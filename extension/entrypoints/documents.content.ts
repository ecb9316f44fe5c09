import { browser } from 'wxt/browser'
import { defineContentScript } from 'wxt/utils/define-content-script'
import type { ShadowRootOf } from '../page/roots.ts'
import { demo } from '../page/sites/demo.ts'
import { startPage, type PageRuntime } from '../page/start-page.ts'

/** Elements of these names can hold a shadow root; asking the browser for closed ones is slow, and throws for anything else. */
const hosts = /^(article|aside|div|main|section|span|.*-.*)$/i

const shadowRootOf: ShadowRootOf = (element) =>
  element.shadowRoot ?? (element instanceof HTMLElement && element.childElementCount === 0 && hosts.test(element.tagName) ? browser.dom.openOrClosedShadowRoot(element) : null)

/** Registered at run time, for listed sites only. The background may run it again in a frame that has it already. */
export default defineContentScript({
  registration: 'runtime',
  matches: [],
  noScriptStartedPostMessage: true,
  main() {
    // The badge reads the count here, frame by frame.
    const world = globalThis as typeof globalThis & { antinCount?: number }
    if (world.antinCount !== undefined) return
    world.antinCount = 0
    const storages = {
      local: { getItem: (key: string) => localStorage.getItem(key) },
      session: { getItem: (key: string) => sessionStorage.getItem(key) },
    }
    const page = {
      document,
      // Single-page applications change it without a new page.
      get location() {
        return new URL(location.href)
      },
      shadowRootOf,
      storages,
    }
    const { onMessage, onConnect } = browser.runtime
    const sendMessage: PageRuntime['sendMessage'] = (message) => {
      world.antinCount = message.count
      return browser.runtime.sendMessage(message)
    }
    startPage([demo], page, { sendMessage, onMessage, onConnect })
  },
})
