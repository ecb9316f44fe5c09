import { rootsOf, type ShadowRootOf } from './roots.ts'

const quietMs = 250

/** Calls `changed` once after each burst of changes that may have brought or taken documents. Returns what ends the watching. */
export function watchPage(document: Document, shadowRootOf: ShadowRootOf, changed: () => void): () => void {
  const watched = new WeakSet<Node>()
  let timer: ReturnType<typeof setTimeout> | undefined
  const observer = new MutationObserver(() => {
    clearTimeout(timer)
    timer = setTimeout(() => {
      watchRoots()
      changed()
    }, quietMs)
  })
  const watchRoots = (): void => {
    for (const root of rootsOf(document, shadowRootOf)) {
      if (watched.has(root)) continue
      watched.add(root)
      observer.observe(root, { subtree: true, childList: true, attributes: true, attributeFilter: ['href', 'src', 'data', 'data-href', 'data-url'] })
    }
  }
  watchRoots()
  return () => {
    clearTimeout(timer)
    observer.disconnect()
  }
}
