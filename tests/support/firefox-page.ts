import { writeFileSync } from 'node:fs'
import type { BidiSession, RemoteValue } from './bidi.ts'

interface Evaluated {
  type: 'success' | 'exception'
  result?: RemoteValue
  exceptionDetails?: { text: string }
}

/** What a clerk looks for: an element by its role or kind, and what it is called. */
export interface Wanted {
  /** CSS. */
  selector: string
  /** Of its accessible name (aria-label, label or text), as the source of a regular expression. */
  name?: string
  /** Among several, from 0. */
  at?: number
}

/** One page of Firefox: what stands on it, and the clerk's hands. */
export class FirefoxPage {
  readonly context: string
  readonly #session: BidiSession

  constructor(session: BidiSession, context: string) {
    this.#session = session
    this.context = context
  }

  async goto(url: string): Promise<void> {
    await this.#session.send('browsingContext.navigate', { context: this.context, url, wait: 'complete' })
  }

  /** Runs a function in the page; its arguments and its result are JSON. */
  async evaluate<Arguments extends unknown[], Result>(work: (...words: Arguments) => Result | Promise<Result>, ...words: Arguments): Promise<Result> {
    const text = `async () => JSON.stringify({ value: await (${work.toString()})(...${JSON.stringify(words)}) })`
    const result = await this.#call(text)
    return (JSON.parse(String(result.value)) as { value: Result }).value
  }

  /** Waits until the element is there and can be used. */
  async find(wanted: Wanted): Promise<void> {
    await this.#locate(wanted)
  }

  /** A page that is still being laid out may move under the mouse: what missed is done again, as a clerk would. */
  async click(wanted: Wanted): Promise<void> {
    let hit = false
    while (!hit) hit = await this.#tryClick(wanted)
  }

  async #tryClick(wanted: Wanted): Promise<boolean> {
    const element = await this.#locate(wanted)
    const target = { sharedId: element.sharedId }
    await this.#call(watchClicks.toString(), target)
    const origin = { type: 'element', element: target }
    const actions = [{ type: 'pointerMove', x: 0, y: 0, origin }, { type: 'pointerDown', button: 0 }, { type: 'pointerUp', button: 0 }]
    await this.#session.send('input.performActions', { context: this.context, actions: [{ type: 'pointer', id: 'mouse', actions }] })
    // An element that is gone, or whose page is, was hit.
    return this.#call(wasClicked.toString(), target).then(({ value }) => value === true, () => true)
  }

  /** Gives files to a file field of the page, which need not be in sight. */
  async setFiles(files: readonly string[], selector = 'input[type=file]'): Promise<void> {
    const element = await this.#locate({ selector }, true)
    await this.#session.send('input.setFiles', { context: this.context, element: { sharedId: element.sharedId }, files })
  }

  /** Types into a field, after whatever stood there. */
  async fill(wanted: Wanted, text: string): Promise<void> {
    await this.click(wanted)
    await this.press(...Array.from(text))
  }

  async press(...keys: string[]): Promise<void> {
    const actions = keys.flatMap((value) => [{ type: 'keyDown', value }, { type: 'keyUp', value }])
    await this.#session.send('input.performActions', { context: this.context, actions: [{ type: 'key', id: 'keyboard', actions }] })
  }

  /** Waits until the visible text of the page matches. @returns what matched */
  async text(pattern: RegExp): Promise<string> {
    return this.evaluate(untilText, pattern.source, pattern.flags)
  }

  async screenshot(file: string): Promise<void> {
    const { data } = await this.#session.send<{ data: string }>('browsingContext.captureScreenshot', { context: this.context })
    writeFileSync(file, Buffer.from(data, 'base64'))
  }

  async resize(width: number, height: number): Promise<void> {
    await this.#session.send('browsingContext.setViewport', { context: this.context, viewport: { width, height } })
  }

  async bringToFront(): Promise<void> {
    await this.#session.send('browsingContext.activate', { context: this.context })
  }

  async close(): Promise<void> {
    await this.#session.send('browsingContext.close', { context: this.context })
  }

  #locate({ selector, name = '', at = 0 }: Wanted, unseen = false): Promise<RemoteValue> {
    return this.#call(`() => (${untilThere.toString()})(${JSON.stringify([selector, name, at, unseen]).slice(1, -1)})`)
  }

  async #call(functionDeclaration: string, ...args: object[]): Promise<RemoteValue> {
    const params = { functionDeclaration, arguments: args, target: { context: this.context }, awaitPromise: true, userActivation: false }
    const { result, exceptionDetails } = await this.#session.send<Evaluated>('script.callFunction', params)
    if (result === undefined) throw new Error(exceptionDetails?.text ?? 'no result')
    return result
  }
}

type Watched = Element & { clicked?: boolean }

/** Runs in the page. */
function watchClicks(element: Watched): void {
  element.clicked = false
  element.addEventListener('click', () => (element.clicked = true), { capture: true, once: true })
}

/** Runs in the page. */
function wasClicked(element: Watched): boolean {
  return element.clicked === true
}

/** Runs in the page. Resolves with the element when it is there, enabled and in sight, unless it may be `unseen`. */
function untilThere(selector: string, name: string, at: number, unseen: boolean): Promise<Element> {
  const pattern = new RegExp(name, 'u')
  const nameOf = (element: Element): string => {
    const label = (element as HTMLInputElement).labels?.[0]?.textContent
    return (element.getAttribute('aria-label') ?? label ?? element.textContent).replaceAll(/\s+/g, ' ').trim()
  }
  const look = (): Element | undefined => {
    const fitting = [...document.querySelectorAll(selector)].filter((element) => pattern.test(nameOf(element)))
    const element = fitting[at]
    const usable = element !== undefined && !element.matches(':disabled, [aria-disabled="true"]') && (unseen || element.checkVisibility())
    return usable ? element : undefined
  }
  return new Promise((resolve) => {
    const check = (): boolean => {
      const element = look()
      if (element === undefined) return false
      element.scrollIntoView({ block: 'center', behavior: 'instant' })
      resolve(element)
      return true
    }
    if (check()) return
    const observer = new MutationObserver(() => {
      if (check()) observer.disconnect()
    })
    observer.observe(document, { subtree: true, childList: true, attributes: true, characterData: true })
  })
}

/** Runs in the page. */
function untilText(source: string, flags: string): Promise<string> {
  const pattern = new RegExp(source, flags)
  return new Promise((resolve) => {
    const check = (): boolean => {
      const [matched] = pattern.exec(document.body.innerText) ?? []
      if (matched === undefined) return false
      resolve(matched)
      return true
    }
    if (check()) return
    const observer = new MutationObserver(() => {
      if (check()) observer.disconnect()
    })
    observer.observe(document, { subtree: true, childList: true, attributes: true, characterData: true })
  })
}
