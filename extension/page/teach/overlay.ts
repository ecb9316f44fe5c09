import { overlayStyle } from './overlay-style.ts'

export interface CardContent {
  title: string
  step?: string
  heading: string
  lines: string[]
  /** What went wrong with the last click. */
  problem?: string
  keys?: string
  table?: { caption: string; headings: string[]; rows: (string | undefined)[][]; none: string }
  buttons: { words: string; main?: boolean; act: () => void }[]
}

/** So many frames show what is alike; more would only slow the page down. */
const mostFrames = 60

/**
 * The card and the frames over the page. In a closed shadow root in the top layer: the page can neither reach its buttons nor lay anything
 * over them, and only the clerk's own hand counts as a click.
 */
export class Overlay {
  readonly host: HTMLElement
  private readonly card: HTMLElement
  private readonly frames: HTMLElement
  private readonly guide: HTMLElement
  private marked: { elements: readonly Element[]; main: Element | undefined } = { elements: [], main: undefined }

  constructor(document: Document, language: string) {
    this.host = document.createElement('div')
    this.host.popover = 'manual'
    const root = this.host.attachShadow({ mode: 'closed' })
    addStyle(root, document)
    this.frames = make(document, 'div', { 'aria-hidden': 'true' })
    this.card = make(document, 'section', { class: 'card', role: 'dialog', 'aria-label': '', tabindex: '-1', lang: language })
    this.guide = make(document, 'div', { class: 'guide', role: 'status', 'aria-live': 'polite' })
    root.append(this.frames, this.card)
    document.documentElement.append(this.host)
    this.host.showPopover()
  }

  show(content: CardContent): void {
    const { ownerDocument } = this.card
    const add = (tag: string, text: string, marks: Record<string, string> = {}): HTMLElement => {
      const element = make(ownerDocument, tag, marks)
      element.textContent = text
      return element
    }
    this.card.setAttribute('aria-label', content.title)
    const bar = make(ownerDocument, 'div', { class: 'bar' })
    bar.append(add('h1', content.title), ...(content.step === undefined ? [] : [add('span', content.step, { class: 'step' })]))
    const lines = content.lines.map((line, index) => add('p', line, index === 0 ? {} : { class: 'soft' }))
    const buttons = make(ownerDocument, 'div', { class: 'buttons' })
    for (const { words, main = false, act } of content.buttons) {
      const button = add('button', words, { type: 'button', ...(main ? { class: 'main' } : {}) })
      // A script of the page can make events, but none that the browser trusts.
      button.addEventListener('click', (event) => event.isTrusted && act())
      buttons.append(button)
    }
    this.guide.textContent = ''
    this.card.replaceChildren(
      bar,
      add('h2', content.heading),
      ...(content.problem === undefined ? [] : [add('p', content.problem, { class: 'bad', role: 'alert' })]),
      ...lines,
      ...(content.table === undefined ? [] : [makeTable(ownerDocument, content.table)]),
      this.guide,
      ...(content.keys === undefined ? [] : [add('p', content.keys, { class: 'soft' })]),
      buttons,
    )
    this.focus()
  }

  focus(): void {
    this.card.focus({ preventScroll: true })
  }

  /** Whether the keyboard is on one of the card's own buttons. */
  get onButton(): boolean {
    const root = this.card.getRootNode() as ShadowRoot
    return root.activeElement?.localName === 'button'
  }

  say(words: string): void {
    this.guide.textContent = words
  }

  /** Frames around what is meant, and around what is alike. */
  mark(main: Element | undefined, others: readonly Element[] = []): void {
    this.marked = { elements: others.slice(0, mostFrames), main }
    this.draw()
  }

  /** The page has scrolled or changed its size. */
  draw(): void {
    const { elements, main } = this.marked
    const frame = (element: Element, kind: string): HTMLElement => {
      const { left, top, width, height } = element.getBoundingClientRect()
      const box = make(this.frames.ownerDocument, 'div', { class: kind })
      Object.assign(box.style, { left: `${left - 2}px`, top: `${top - 2}px`, width: `${width + 4}px`, height: `${height + 4}px` })
      return box
    }
    this.frames.replaceChildren(...elements.filter((element) => element !== main).map((element) => frame(element, 'frame other')), ...(main === undefined ? [] : [frame(main, 'frame')]))
    this.stepAside(main)
  }

  remove(): void {
    this.host.remove()
  }

  /** The card must not stand over what it speaks of. */
  private stepAside(main: Element | undefined): void {
    if (main === undefined) return
    const [own, its] = [this.card.getBoundingClientRect(), main.getBoundingClientRect()]
    const small = its.width < innerWidth / 2
    if (small && its.right > own.left && its.left < own.right && its.bottom > own.top && its.top < own.bottom) this.card.classList.toggle('left')
  }
}

function makeTable(document: Document, { caption, headings, rows, none }: NonNullable<CardContent['table']>): HTMLElement {
  const table = make(document, 'table', {})
  const cell = (tag: string, text: string | undefined): HTMLElement => {
    const element = make(document, tag, { ...(tag === 'th' ? { scope: 'col' } : {}), ...(text === undefined ? { class: 'none' } : {}) })
    element.textContent = text ?? none
    return element
  }
  const line = (tag: string, texts: readonly (string | undefined)[]): HTMLElement => {
    const row = make(document, 'tr', {})
    row.append(...texts.map((text) => cell(tag, text)))
    return row
  }
  const title = make(document, 'caption', {})
  title.textContent = caption
  table.append(title, line('th', headings), ...rows.map((row) => line('td', row)))
  return table
}

/** The page's own policy on styles does not reach a sheet that was made here; Firefox keeps such sheets from extensions. */
function addStyle(root: ShadowRoot, document: Document): void {
  try {
    const sheet = new CSSStyleSheet()
    sheet.replaceSync(overlayStyle)
    root.adoptedStyleSheets = [sheet]
  } catch {
    const style = make(document, 'style', {})
    style.textContent = overlayStyle
    root.append(style)
  }
}

function make(document: Document, tag: string, marks: Record<string, string>): HTMLElement {
  const element = document.createElement(tag)
  for (const [name, value] of Object.entries(marks)) element.setAttribute(name, value)
  return element
}
