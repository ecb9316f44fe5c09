import type { BrowserContext } from 'playwright-core'

/** What the clerk has done in the windows of the extension so far: every click and every Enter that the browser itself told them, and the browser's own questions. */
export interface Actions {
  done: string[]
}

/**
 * Counts in every window that is opened from now on. What a script clicks is no action; the click that Enter or the space bar makes
 * of a button is the same action as the key. A permission that is asked for is a click in the browser's own window.
 */
export async function countActions(context: BrowserContext): Promise<Actions> {
  const actions: Actions = { done: [] }
  await context.exposeFunction('tellAction', (what: string) => void actions.done.push(what))
  await context.addInitScript(() => {
    if (location.protocol !== 'chrome-extension:') return
    const { tellAction, chrome } = globalThis as unknown as { tellAction: (what: string) => void; chrome: { permissions?: { request: (what: object, answer: unknown) => unknown } } }
    if (chrome.permissions !== undefined) {
      const ask = chrome.permissions.request.bind(chrome.permissions)
      chrome.permissions.request = (what, answer) => {
        tellAction(`permission: ${JSON.stringify(what)}`)
        return ask(what, answer)
      }
    }
    const nameOf = (target: EventTarget | null): string => (target as HTMLElement | null)?.closest('button, label, a')?.textContent.trim() ?? ''
    let byKey = false
    addEventListener('keydown', (event) => {
      if (!event.isTrusted || (event.key !== 'Enter' && event.key !== ' ')) return
      byKey = true
      tellAction(`${event.key === ' ' ? 'Space' : event.key}: ${nameOf(event.target)}`)
    }, true)
    addEventListener('keyup', () => (byKey = false), true)
    addEventListener('click', (event) => {
      if (event.isTrusted && !byKey) tellAction(`click: ${nameOf(event.target)}`)
    }, true)
  })
  return actions
}
