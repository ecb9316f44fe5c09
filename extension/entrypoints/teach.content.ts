import { browser } from 'wxt/browser'
import { defineContentScript } from 'wxt/utils/define-content-script'
import type { Teaching } from '../../shared/messages/teach.ts'
import { askBrowser, closedShadowRootOf } from '../page/closed-roots.ts'
import { teachPage } from '../page/teach/teach-page.ts'

/** Runs only when the clerk asked to teach this page, and where the lesson goes on. */
export default defineContentScript({
  registration: 'runtime',
  matches: [],
  noScriptStartedPostMessage: true,
  async main() {
    const world = globalThis as typeof globalThis & { antinTeaches?: boolean }
    if (world.antinTeaches === true) return
    world.antinTeaches = true
    try {
      const teaching = await browser.runtime.sendMessage<unknown, Teaching | undefined>({ kind: 'teaching' })
      if (teaching === undefined) return
      const page = {
        document,
        get location() {
          return new URL(location.href)
        },
        shadowRootOf: closedShadowRootOf(askBrowser((element) => browser.dom.openOrClosedShadowRoot(element))),
        storages: { local: localStorage, session: sessionStorage },
      }
      await teachPage(page, teaching, (message) => browser.runtime.sendMessage(message))
    } finally {
      world.antinTeaches = false
    }
  },
})
