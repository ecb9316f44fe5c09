import { waitsForStamp } from '../../shared/protocol/document-states.ts'
import type { Browser } from 'webextension-polyfill'
import type { BatchOnScreen } from '../../shared/messages/view.ts'
import { backgroundText } from '../../shared/text/background.ts'

/** One notification for a whole batch, when nothing of it is under way any more. */
export async function notifyEnd(browser: Browser, language: 'vi' | 'en', { batchId, state, pageOrigin, siteName, documents }: BatchOnScreen): Promise<void> {
  // The clerk ended it: no news.
  if (state === 'cancelled') return
  const text = backgroundText(language)
  const count = (...states: (typeof documents)[number]['state'][]): number => documents.filter((document) => states.includes(document.state)).length
  const sent = count('sent')
  const returned = count('delivered', 'sending')
  const kept = count('checked', 'returned')
  const back = pageOrigin.startsWith('http') ? text.returned : text.saved
  const waiting = documents.filter(waitsForStamp).length
  const unsigned = documents.length - sent - returned - kept - waiting
  const lines = [
    sent > 0 && text.sent(sent),
    returned > 0 && back(returned),
    kept > 0 && text.kept(kept),
    waiting > 0 && text.waiting(waiting),
    unsigned > 0 && text.unsigned(unsigned),
  ]
  await browser.notifications.create(`batch:${batchId}`, {
    type: 'basic',
    iconUrl: browser.runtime.getURL('icon/128.png'),
    title: state === 'stopped' ? text.stoppedTitle : text.endTitle,
    message: [siteName, ...lines.filter((line) => line !== false)].join('\n'),
  })
}
