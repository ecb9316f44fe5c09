import { browser } from 'wxt/browser'
import { Popup } from '../../ui/popup.tsx'
import { showWindow } from '../wiring/show-window.tsx'

/** The tab in front; or, where this page itself stands in a tab, the one that its address names. */
async function tabInFront(): Promise<number | undefined> {
  const named = new URLSearchParams(location.search).get('tab')
  if (named !== null) return Number(named)
  const [tab] = await browser.tabs.query({ active: true, currentWindow: true })
  const isWebPage = tab?.url === undefined || /^https?:/.test(tab.url)
  return isWebPage ? tab?.id : undefined
}

void tabInFront().then((tabId) => {
  showWindow({
    title: 'windowPopup',
    greetings: [...(tabId === undefined ? [] : [{ kind: 'find', tabId } as const]), { kind: 'refresh' }],
    content: (parts) => <Popup {...parts} tabId={tabId} />,
  })
})
