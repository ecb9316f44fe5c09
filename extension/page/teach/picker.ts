import type { Overlay } from './overlay.ts'

export interface PickerEvents {
  /** The clerk's hand or keyboard is over an element. */
  over: (target: Element) => void
  pick: (target: Element) => void
  /** Up and down through the proposals, and the one that is shown taken by Enter. */
  move: (by: 1 | -1) => void
  take: () => void
  escape: () => void
}

const kept = ['click', 'auxclick', 'dblclick', 'mousedown', 'mouseup', 'pointerdown', 'pointerup', 'submit', 'dragstart'] as const

/** Takes clicks and keys away from the page while something is to be pointed at. Only what the browser trusts as the clerk's own counts. */
export class Picker {
  private readonly overlay: Overlay
  private readonly events: PickerEvents
  private readonly stop = new AbortController()
  /** False while the clerk uses the page as ever, on the way to another one. */
  picking = true

  constructor(overlay: Overlay, events: PickerEvents) {
    this.overlay = overlay
    this.events = events
    const { signal } = this.stop
    for (const type of kept) addEventListener(type, (event) => this.keep(event), { capture: true, signal })
    addEventListener('mousemove', (event) => this.look(event), { capture: true, passive: true, signal })
    addEventListener('keydown', (event) => this.key(event), { capture: true, signal })
    const draw = (): void => void requestAnimationFrame(() => overlay.draw())
    addEventListener('scroll', draw, { capture: true, passive: true, signal })
    addEventListener('resize', draw, { passive: true, signal })
  }

  end(): void {
    this.stop.abort()
  }

  private keep(event: Event): void {
    if (!this.picking || !event.isTrusted || this.isOurs(event)) return
    event.preventDefault()
    event.stopImmediatePropagation()
    if (event.type === 'click' && event.target instanceof Element) this.events.pick(event.target)
  }

  private look(event: MouseEvent): void {
    if (this.picking && event.isTrusted && !this.isOurs(event) && event.target instanceof Element) this.events.over(event.target)
  }

  private key(event: KeyboardEvent): void {
    if (!event.isTrusted) return
    if (event.key === 'Escape') return this.take(event, this.events.escape)
    if (!this.picking) return
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') return this.take(event, () => this.events.move(event.key === 'ArrowDown' ? 1 : -1))
    if (event.key !== 'Enter') return
    if (!this.isOurs(event)) {
      const { target } = event
      if (target instanceof Element && target !== document.body) return this.take(event, () => this.events.pick(target))
    }
    if (!this.overlay.onButton) this.take(event, this.events.take)
  }

  private take(event: Event, act: () => void): void {
    event.preventDefault()
    event.stopImmediatePropagation()
    act()
  }

  private isOurs(event: Event): boolean {
    return event.target === this.overlay.host
  }
}
