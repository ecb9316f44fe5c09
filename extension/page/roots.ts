import { attempt } from './attempt.ts'

/** The shadow root of an element, open or closed, as far as the browser lets an extension see it. */
export type ShadowRootOf = (element: Element) => ShadowRoot | null

export const openShadowRootOf: ShadowRootOf = (element) => element.shadowRoot

/**
 * Names that can hold no shadow root, and that lists are made of: left out by the browser, not one by one. The commonest
 * stand first, where it stops looking, and more names would cost more than they spare.
 */
const neverHosts =
  ':not(td,a,tr,li,input,b,i,small,button,img,option,label,svg,path,th,ul,strong,em,br,script,select,style,link,meta,tbody,table,thead,dd,dt,use,g)'

/** The document and every shadow root inside, outermost first. */
export function rootsOf(document: Document, shadowRootOf: ShadowRootOf): (Document | ShadowRoot)[] {
  const roots: (Document | ShadowRoot)[] = [document]
  // The list grows while it is walked: shadow roots hold further hosts.
  for (const root of roots) {
    for (const element of root.querySelectorAll(neverHosts)) {
      const inner = attempt(() => shadowRootOf(element))
      if (inner) roots.push(inner)
    }
  }
  return roots
}
