import { rootsOf, type ShadowRootOf } from './roots.ts'

const quietMs = 250
/** A page that changes all the time is looked at for a fiftieth of the time at most. */
const restFactor = 50

/** Calls `changed` once after each burst of changes that may have brought or taken documents; it tells how many ms it worked. Returns what ends the watching. */
export function watchPage(document: Document, shadowRootOf: ShadowRootOf, changed: () => Promise<number>): () => void {
  const watched = new WeakSet<Node>()
  let timer: ReturnType<typeof setTimeout> | undefined
  let busy = false
  let notBefore = 0
  const look = async (): Promise<void> => {
    busy = true
    watchRoots()
    notBefore = performance.now() + (await changed()) * restFactor
    busy = false
  }
  const arm = (): void => {
    clearTimeout(timer)
    timer = setTimeout(() => (busy ? arm() : void look()), Math.max(quietMs, notBefore - performance.now()))
  }
  const observer = new MutationObserver(arm)
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
