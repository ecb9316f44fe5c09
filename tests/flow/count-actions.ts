import type { BrowserContext } from 'playwright-core'

/** What the clerk has done in the windows of the extension so far: every click and every Enter that the browser itself told them. */
export interface Actions {
  done: string[]
}

/**
 * Counts in every window that is opened from now on. What a script clicks is no action; the click that Enter or the space bar makes
 * of a button is the same action as the key.
 */
export async function countActions(context: BrowserContext): Promise<Actions> {
  const actions: Actions = { done: [] }
  await context.exposeFunction('tellAction', (what: string) => void actions.done.push(what))
  await context.addInitScript(() => {
    if (location.protocol !== 'chrome-extension:') return
    const { tellAction } = globalThis as unknown as { tellAction: (what: string) => void }
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
