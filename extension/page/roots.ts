import { attempt } from './attempt.ts'

/** The shadow root of an element, open or closed, as far as the browser lets an extension see it. */
export type ShadowRootOf = (element: Element) => ShadowRoot | null

export const openShadowRootOf: ShadowRootOf = (element) => element.shadowRoot

/** Names that can hold no shadow root, and that lists are made of: left out by the browser, not one by one. */
const neverHosts =
  ':not(a,abbr,b,br,button,circle,col,colgroup,dd,defs,dl,dt,em,fieldset,form,g,hr,i,img,input,label,legend,li,line,link,meta,noscript,ol,option,path,polygon,pre,rect,script,select,small,strong,style,sub,sup,svg,symbol,table,tbody,td,template,text,textarea,tfoot,th,thead,tr,u,ul,use)'

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
