import type { Page } from 'playwright-core'

/** What a person would feel as a stutter. */
export interface Worst {
  /** The longest task of the page's own thread, by what it took of the processor: what other programs take is not the page's. */
  taskMs: number
  /** The longest time between two frames, by the clock. */
  frameMs: number
}

interface Watch extends Pick<Worst, 'frameMs'> {
  /** When a button that signs was enabled for the first time, from the start of the page; 0 before. */
  usableAt: number
}

/** Runs in every page before its own code. */
export function watchFluency(): void {
  const watch: Watch = { frameMs: 0, usableAt: 0 }
  Object.assign(globalThis, { watch })
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

/** Since the last question; asked after two frames, so that what the last act has brought about counts. */
export function worstSince(page: Page): Promise<Watch> {
  return page.evaluate(async () => {
    for (const _ of [1, 2]) await new Promise(requestAnimationFrame)
    const { watch } = globalThis as unknown as { watch: Watch }
    const told = { ...watch }
    watch.frameMs = 0
    return told
  })
}

interface TraceEvent {
  name: string
  pid: number
  tid: number
  /** Microseconds of the clock, and of the processor. */
  dur?: number
  tdur?: number
}

/** The longest task while something is done, by the browser's own trace, and the latest frame. */
export async function worstWhile(page: Page, act: () => Promise<void>): Promise<Worst> {
  const session = await page.context().browser()?.newBrowserCDPSession()
  if (session === undefined) throw new Error('the browser does not answer the DevTools protocol')
  const events: TraceEvent[] = []
  session.on('Tracing.dataCollected', ({ value }) => void events.push(...(value as unknown as TraceEvent[])))
  await session.send('Tracing.start', { transferMode: 'ReportEvents', traceConfig: { includedCategories: ['devtools.timeline', 'disabled-by-default-devtools.timeline'] } })
  // Names the thread in the trace.
  await page.evaluate(() => console.timeStamp('here'))
  await worstSince(page)
  await act()
  const { frameMs } = await worstSince(page)
  const complete = new Promise((resolve) => session.once('Tracing.tracingComplete', resolve))
  await session.send('Tracing.end')
  await complete
  await session.detach()
  const here = events.find(({ name }) => name === 'TimeStamp')
  const tasks = events.filter(({ name, pid, tid }) => name === 'RunTask' && pid === here?.pid && tid === here.tid)
  if (tasks.length === 0) throw new Error('the trace tells of no task')
  return { taskMs: Math.max(...tasks.map(({ tdur, dur = 0 }) => (tdur ?? dur) / 1_000)), frameMs }
}

export async function leastOf(runs: number, measure: () => Promise<number>): Promise<number> {
  const times: number[] = []
  for (let run = 0; run < runs; run++) times.push(await measure())
  return Math.min(...times)
}
