import { render, type ComponentChildren } from 'preact'
import { act } from 'preact/test-utils'
import { LanguageOfWindow } from '../../../extension/ui/say.ts'
import type { UiEvents } from '../../../extension/ui/ui-events.ts'
import type { Language } from '../../../shared/text/errors.ts'

export interface Mounted {
  /** What the clerk asked for, in order: the name of the event and its value. */
  told: [string, unknown][]
  text: () => string
  button: (words: string | RegExp) => HTMLButtonElement
  has: (selector: string) => boolean
  all: <Found extends Element = HTMLElement>(selector: string) => Found[]
  /** Until all that follows is drawn; a promise of the work is waited for. */
  act: (work: () => void | Promise<void>) => Promise<void>
  again: (content: ComponentChildren) => Promise<void>
}

/** Shows a window in the document of the test. `content` gets events that are remembered. */
export async function mount(content: (on: UiEvents) => ComponentChildren, language: Language = 'vi'): Promise<Mounted> {
  const told: [string, unknown][] = []
  const tell = (name: string) => (value?: unknown) => void told.push([name, value])
  const on: UiEvents = { send: tell('send'), allowSite: tell('allowSite'), signFiles: tell('signFiles'), teach: tell('teach'), openBatch: tell('openBatch'), openPanel: tell('openPanel'), openOptions: tell('openOptions') }
  const body = document.body
  render(null, body)
  const again = (children: ComponentChildren) => act(() => render(<LanguageOfWindow.Provider value={language}>{children}</LanguageOfWindow.Provider>, body))
  await again(content(on))
  const all = <Found extends Element = HTMLElement>(selector: string) => [...body.querySelectorAll<Found>(selector)]
  return {
    told,
    all,
    again,
    has: (selector) => body.querySelector(selector) !== null,
    text: () => body.textContent,
    button: (words) => {
      const named = all<HTMLButtonElement>('button').filter((button) => fits(button.getAttribute('aria-label') ?? button.textContent, words))
      const [button] = named
      if (!button || named.length > 1) throw new Error(`${named.length} buttons say ${words.toString()}`)
      return button
    },
    act: (work) => act(work),
  }
}

function fits(text: string, words: string | RegExp): boolean {
  return typeof words === 'string' ? text.trim() === words : words.test(text.trim())
}

/** Chooses what the documents are signed for. */
export async function chooseAct(window: Mounted, act: string): Promise<void> {
  const [select] = window.all<HTMLSelectElement>('.act-choice select')
  if (!select) throw new Error('nothing to choose from')
  await window.act(() => {
    select.value = act
    select.dispatchEvent(new Event('change', { bubbles: true }))
  })
}
