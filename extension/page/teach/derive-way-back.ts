import type { PageView, Reading, WayBackTemplate } from '../../../shared/messages/site.ts'
import { resolve } from '../address.ts'
import { plain } from '../table-headings.ts'
import { partSelector, uniqueSelector } from './stable-selector.ts'

/** What the list tells of the page that takes the signed file: kept while the clerk goes there. */
export interface RowClues {
  /** Address of the list. */
  list: string
  /** Links of the row that was shown, resolved, and how each is read. */
  links: { href: string; reading: Reading }[]
}

export type WayBackFound = { way: WayBackTemplate; reads: PageView['reads'] extends infer Reads ? Partial<Reads> : never } | { reason: 'other-page' | 'no-name' }

export function cluesOf(row: Element, rows: readonly Element[], location: URL): RowClues {
  const links = Array.from(row.querySelectorAll('a[href]'), (link) => ({ href: resolve(link.getAttribute('href'), link.baseURI || location.href)?.href ?? '', reading: { selector: partSelector(link, row, rows), attribute: 'href' } }))
  return { list: location.href, links: links.filter(({ href }) => href.startsWith(`${location.origin}/`)) }
}

/**
 * The way back through what the clerk pointed at. On the list's own page, or on one that a link of the row leads to, a form is sent as it
 * stands; without a form, the page in the tab has to take the file itself, which only its own page can.
 */
export function deriveWayBack(target: Element, clues: RowClues, row: Element | undefined, location: URL): WayBackFound {
  const input = fileInputOf(target)
  const here = sameAddress(location.href, clues.list)
  const form = input?.closest('form') ?? null
  if (input !== undefined && form !== null) {
    if (input.name === '') return { reason: 'no-name' }
    const sent = { by: 'form', fileField: input.name, fields: pressed(form), confirm: 'answer' } as const
    if (here && row?.contains(form) === true) {
      return { way: { ...sent, url: '{+here}', form: 'form[action="{+returnTo}"]' }, reads: { here: { from: 'address' }, returnTo: { selector: partSelector(form, row, [row]), attribute: 'action' } } }
    }
    const selector = uniqueSelector(form, form.ownerDocument)
    if (here) return { way: { ...sent, url: '{+here}', form: selector }, reads: { here: { from: 'address' } } }
    const link = clues.links.find(({ href }) => sameAddress(href, location.href))
    return link === undefined ? { reason: 'other-page' } : { way: { ...sent, url: '{+returnPage}', form: selector }, reads: { returnPage: link.reading } }
  }
  if (!here) return { reason: 'other-page' }
  if (input !== undefined) return { way: { by: 'page', input: uniqueSelector(input, input.ownerDocument), confirm: 'none' }, reads: {} }
  return { way: { by: 'drop', zone: uniqueSelector(target, target.ownerDocument), confirm: 'none' }, reads: {} }
}

/** The input that was clicked, or the one behind the label or button that stands for it. */
export function fileInputOf(target: Element): HTMLInputElement | undefined {
  const inputs = 'input[type="file"]'
  const own = target.closest<HTMLInputElement>(inputs) ?? target.querySelector<HTMLInputElement>(inputs)
  if (own !== null) return own
  const label = target.closest('label')
  const labelled = label?.control ?? label?.querySelector<HTMLInputElement>(inputs)
  if (labelled instanceof HTMLInputElement && labelled.type === 'file') return labelled
  const form = target.closest('form')
  const inForm = form === null ? [] : Array.from(form.querySelectorAll<HTMLInputElement>(inputs))
  return inForm.length === 1 ? inForm[0] : undefined
}

/** Systems look at which button was pressed; a form that is sent without it does nothing there. */
function pressed(form: HTMLFormElement): Record<string, string> {
  const buttons = Array.from(form.querySelectorAll<HTMLButtonElement | HTMLInputElement>('button:not([type="button"]):not([type="reset"]), input[type="submit"]'))
  const sends = buttons.find((button) => /tai len|gui|luu|upload|cap nhat|nop|submit|save|send/.test(plain(button.textContent === '' ? button.value : button.textContent))) ?? buttons[0]
  return sends === undefined || sends.name === '' ? {} : { [sends.name]: sends.value }
}

function sameAddress(one: string, other: string): boolean {
  return one.replace(/#.*$/, '') === other.replace(/#.*$/, '')
}
