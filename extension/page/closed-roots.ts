import type { ShadowRootOf } from './roots.ts'

/** Elements of the page's own making, and the plain ones that may hold a shadow root. */
const ownElement = /-/
const plainHost = /^(article|aside|blockquote|body|div|footer|h[1-6]|header|main|nav|p|section|span)$/

/**
 * Closed shadow roots too, by the browser's word for extensions. Asking is slow and throws for anything that can be no host, so plain
 * elements are asked only where they hold nothing of their own: what stands in them would be hidden by the root.
 */
export function closedShadowRootOf(ask: (element: HTMLElement) => ShadowRoot | null): ShadowRootOf {
  return (element) => {
    const open = element.shadowRoot
    if (open !== null) return open
    if (!(element instanceof HTMLElement)) return null
    const { localName } = element
    return ownElement.test(localName) || (plainHost.test(localName) && isBare(element)) ? ask(element) : null
  }
}

/** Firefox tells its content scripts by a property of the element, Chromium by a call. */
export function askBrowser(call: (element: HTMLElement) => ShadowRoot | null): (element: HTMLElement) => ShadowRoot | null {
  return (element) => ('openOrClosedShadowRoot' in element ? (element.openOrClosedShadowRoot as ShadowRoot | null) : call(element))
}

/** No child but white space, or children that a slot takes up. */
function isBare(element: HTMLElement): boolean {
  const { firstChild, firstElementChild } = element
  if (firstChild === null) return true
  return firstElementChild === null ? (firstChild.nodeValue ?? '').trim() === '' : firstElementChild.hasAttribute('slot')
}
