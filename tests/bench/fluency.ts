import type { Page } from 'playwright-core'

/** What a person would feel as a stutter, since the last question. */
export interface Worst {
  /** Of the page's own thread; 0 where none was longer than 50 ms, which is what browsers call long. */
  taskMs: number
  /** Between two frames. */
  frameMs: number
}

interface Watch extends Worst {
  /** When a button that signs was enabled for the first time, from the start of the page; 0 before. */
  usableAt: number
}

/** Runs in every page before its own code. */
export function watchFluency(): void {
  const watch: Watch = { taskMs: 0, frameMs: 0, usableAt: 0 }
  Object.assign(globalThis, { watch })
  new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) watch.taskMs = Math.max(watch.taskMs, duration)
  }).observe({ type: 'longtask', buffered: true })
  const observer = new MutationObserver(() => {
    if (document.querySelector('button.seal:enabled') === null) return
    watch.usableAt = performance.now()
    observer.disconnect()
  })
  observer.observe(document, { childList: true, subtree: true, attributes: true })
  let last = performance.now()
  const frame = (): void =>
    void requestAnimationFrame(() => {
      const now = performance.now()
      watch.frameMs = Math.max(watch.frameMs, now - last)
      last = now
      frame()
    })
  frame()
}

/** Asked after two frames, so that what the last act has brought about counts. */
export function worstSince(page: Page): Promise<Watch> {
  return page.evaluate(async () => {
    for (const _ of [1, 2]) await new Promise(requestAnimationFrame)
    const { watch } = globalThis as unknown as { watch: Watch }
    const told = { ...watch }
    Object.assign(watch, { taskMs: 0, frameMs: 0 })
    return told
  })
}

export async function leastOf(runs: number, measure: () => Promise<number>): Promise<number> {
  const times: number[] = []
  for (let run = 0; run < runs; run++) times.push(await measure())
  return Math.min(...times)
}
