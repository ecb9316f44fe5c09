import { browser } from 'wxt/browser'
import { defineContentScript } from 'wxt/utils/define-content-script'
import { askBrowser, closedShadowRootOf } from '../page/closed-roots.ts'
import { startPage, type PageRuntime } from '../page/start-page.ts'

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
        // A frame that was written by its page (srcdoc, about:blank) has the page's origin and no address of its own.
        return new URL(location.protocol === 'about:' && origin !== 'null' ? document.baseURI : location.href)
      },
      shadowRootOf: closedShadowRootOf(askBrowser((element) => browser.dom.openOrClosedShadowRoot(element))),
      storages,
    }
    const { onMessage, onConnect } = browser.runtime
    const sendMessage: PageRuntime['sendMessage'] = (message) => {
      if (message.kind === 'count') world.antinCount = message.count
      return browser.runtime.sendMessage(message)
    }
    startPage(page, { sendMessage, onMessage, onConnect })
  },
})
