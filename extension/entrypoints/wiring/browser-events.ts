import { browser } from 'wxt/browser'
import { diskFiles } from '../../background/disk-files.ts'
import { newFileKey } from '../../background/files-of-pc.ts'
import { sitePattern } from '../../background/site-pattern.ts'
import type { DiskFile } from '../../../shared/messages/view.ts'
import type { UiEvents } from '../../ui/ui-events.ts'

// Known before it is needed: a side panel opens only within the click itself.
let normalWindowId: number | undefined
void browser.windows.getLastFocused({ windowTypes: ['normal'] }).then(({ id }) => (normalWindowId = id))

/** What the windows ask of the browser. `send` goes to the background. */
export function browserEvents(send: UiEvents['send']): UiEvents {
  return {
    send,
    allowSite: (origin) => {
      void browser.permissions.request({ origins: [sitePattern(browser, origin)] }).then((granted) => {
        if (granted) send({ kind: 'site-added', origin })
      })
    },
    teach: (tabId) => {
      send({ kind: 'teach', tabId })
      // The popup stands over the page; in a tab of its own it stays.
      if (!location.search.includes('tab=')) setTimeout(close, closingMs)
    },
    signFiles: (files, choice) => void putDown(files).then((put) => send({ kind: 'sign-files', files: put, ...choice })),
    openBatch: (batchId) => void openBatch(batchId),
    openPanel: () => void openPanel().catch(openPanelAsTab),
    openOptions: () => void browser.runtime.openOptionsPage(),
  }
}

/** The command has to leave before its window. */
const closingMs = 100

async function putDown(files: readonly File[]): Promise<DiskFile[]> {
  const put = files.map((file) => ({ file, key: newFileKey() }))
  for (const { file, key } of put) await diskFiles.put(key, file)
  return put.map(({ file, key }) => ({ key, name: file.name }))
}

async function openBatch(batchId: string): Promise<void> {
  const url = new URL(`/sign.html?batch=${batchId}`, location.href).href
  const [tab] = await browser.tabs.query({ url })
  if (tab?.id === undefined) {
    await browser.windows.create({ url, type: 'popup', width: 1080, height: 800 })
    return
  }
  await browser.tabs.update(tab.id, { active: true })
  await browser.windows.update(tab.windowId, { focused: true })
}

/** Chromium has side panels, Firefox has a sidebar. */
async function openPanel(): Promise<void> {
  if ('sidebarAction' in browser) await (browser.sidebarAction as { open: () => Promise<void> }).open()
  else if (normalWindowId === undefined) throw new Error('no window to open the panel in')
  else await browser.sidePanel.open({ windowId: normalWindowId })
}

async function openPanelAsTab(): Promise<void> {
  await browser.tabs.create({ url: new URL('/sidepanel.html', location.href).href })
}
