import { browser } from 'wxt/browser'
import { defineBackground } from 'wxt/utils/define-background'
import type { Browser } from 'webextension-polyfill'
import { addressByPage, addressHere, type Offscreen } from '../background/blob-address.ts'
import { diskFiles } from '../background/disk-files.ts'
import { startBackground } from '../background/start-background.ts'
import { pairingStore } from '../link/pairing-store.ts'
import { builtIn } from '../page/sites/built-in.ts'

/** What only one of the browsers has. */
interface Extras {
  offscreen?: Offscreen
  sidePanel?: { open(options: { windowId: number }): Promise<void> }
  sidebarAction?: { open(): Promise<void> }
}

export default defineBackground(() => {
  // The polyfill stands behind this name in both browsers; WXT types it as Chromium's own.
  const both = browser as unknown as Browser
  const { offscreen, sidePanel, sidebarAction } = browser as unknown as Extras
  startBackground({
    browser: both,
    origin: location.origin,
    browserName: browserName(),
    pairings: pairingStore,
    builtIn,
    diskFiles,
    blobToAddress: offscreen === undefined ? addressHere : addressByPage(offscreen, '/save.html'),
    openPanel: (windowId) => {
      const opening = sidebarAction?.open() ?? (windowId === undefined ? undefined : sidePanel?.open({ windowId }))
      opening?.catch((error: unknown) => console.warn('the side panel did not open', error))
    },
  })
})

/** How the agent's pairing window calls this browser. */
function browserName(): string {
  const names = [
    ['Firefox/', 'Firefox'],
    ['Edg/', 'Edge'],
    ['coc_coc_browser', 'Coc Coc'],
    ['OPR/', 'Opera'],
  ] as const
  return names.find(([mark]) => navigator.userAgent.includes(mark))?.[1] ?? 'Chrome'
}
