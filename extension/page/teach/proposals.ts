import { attempt } from '../attempt.ts'
import { certaintyOfAddress, resolve } from '../address.ts'
import { tidy } from '../found.ts'
import { rowGroupOf, type RowGroup } from './similar-rows.ts'

const mostProposals = 12

/** One row of each list of the page, the likeliest list first: for those who work without a mouse, and as a first guess for all. */
export function proposeRows(document: Document): RowGroup[] {
  const lists = new Map<Element, RowGroup>()
  for (const target of document.querySelectorAll('tbody > tr, [role="row"], li, article, .card')) {
    if (lists.has(target.parentElement ?? target)) continue
    const group = attempt(() => rowGroupOf(target.querySelector('td, a, button, [role="gridcell"]') ?? target))
    if (group !== undefined && group.rows.length > 0 && !lists.has(group.list)) lists.set(group.list, group)
    if (lists.size > 200) break
  }
  const weight = ({ rows }: RowGroup): number => rows.length * (rows.slice(0, 10).some(holdsFile) ? 20 : 1)
  return [...lists.values()].filter(({ row }) => row.getClientRects().length > 0).sort((one, other) => weight(other) - weight(one)).slice(0, mostProposals)
}

/** What in a row may be its file: the surest first. */
export function proposeFiles({ row }: RowGroup): Element[] {
  const parts = Array.from(row.querySelectorAll('a[href], button, embed, iframe, object, [data-href], [data-url], [data-src], [data-file], [onclick]'))
  const weight = (part: Element): number => (looksLikeFile(part) ? 2 : part.localName === 'a' ? 1 : 0)
  return parts.sort((one, other) => weight(other) - weight(one)).slice(0, mostProposals)
}

export function proposeWaysBack(document: Document): Element[] {
  const inputs = Array.from(document.querySelectorAll<HTMLElement>('input[type="file"]'))
  const zones = Array.from(document.querySelectorAll<HTMLElement>('[class*="drop" i]:not(select):not(li), [class*="upload" i]')).filter((zone) => zone.querySelector('input[type="file"]') === null)
  return [...inputs, ...zones].slice(0, mostProposals)
}

export function wordsOf(element: Element): string {
  return tidy(element.textContent, 80) || tidy(element.getAttribute('aria-label') ?? element.getAttribute('title') ?? element.getAttribute('name'), 80) || element.localName
}

function holdsFile(row: Element): boolean {
  return Array.from(row.querySelectorAll('a[href], [data-href], [data-url], [data-file], embed, iframe')).some(looksLikeFile)
}

function looksLikeFile(part: Element): boolean {
  const address = part.getAttribute('href') ?? part.getAttribute('data-href') ?? part.getAttribute('data-url') ?? part.getAttribute('data-file') ?? part.getAttribute('src')
  const url = address === null ? undefined : resolve(address, part.baseURI)
  return /\.pdf\b/i.test(part.textContent) || (url !== undefined && attempt(() => certaintyOfAddress(url)) !== undefined) || /__doPostBack.*(file|tep|down|tai)/i.test(address ?? '')
}
