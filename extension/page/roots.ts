import { attempt } from './attempt.ts'

/** The shadow root of an element, open or closed, as far as the browser lets an extension see it. */
export type ShadowRootOf = (element: Element) => ShadowRoot | null

export const openShadowRootOf: ShadowRootOf = (element) => element.shadowRoot

/** The document and every shadow root inside, outermost first. */
export function rootsOf(document: Document, shadowRootOf: ShadowRootOf): (Document | ShadowRoot)[] {
  const roots: (Document | ShadowRoot)[] = [document]
  // The list grows while it is walked: shadow roots hold further hosts.
  for (const root of roots) {
    for (const element of root.querySelectorAll('*')) {
      const inner = attempt(() => shadowRootOf(element))
      if (inner) roots.push(inner)
    }
  }
  return roots
}
