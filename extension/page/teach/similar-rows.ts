import { attempt } from '../attempt.ts'
import { tidy } from '../found.ts'
import { isStableName, uniqueSelector } from './stable-selector.ts'

export interface RowGroup {
  /** The element that holds the rows. */
  list: Element
  /** The row that was shown, and those like it, in their order. */
  row: Element
  rows: Element[]
}

/** Which ancestor of what was clicked is one row of a list: where many like it stand side by side. */
export function rowGroupOf(target: Element): RowGroup | undefined {
  const groups: (RowGroup & { weight: number })[] = []
  for (let row: Element | null = target; row !== null && row.localName !== 'body'; row = row.parentElement) {
    const list: Element | null = row.parentElement
    if (list === null) break
    const rows = likeIt(row)
    const weight = (rows.length > 1 ? Math.min(rows.length, 50) : 0.5) * kindWeight(row) * (tidy(row.textContent).length > 8 ? 1 : 0.1)
    groups.push({ list, row, rows, weight })
  }
  return groups.reduce<(typeof groups)[number] | undefined>((best, next) => (best === undefined || next.weight > best.weight ? next : best), undefined)
}

function likeIt(row: Element): Element[] {
  const shape = shapeOf(row)
  return Array.from(row.parentElement?.children ?? []).filter((other) => other.localName === row.localName && isHeader(other) === isHeader(row) && alike(shape, shapeOf(other)))
}

/** Cells and links of a row are side by side too, but a list is not made of them. */
function kindWeight(row: Element): number {
  const { localName } = row
  if (localName === 'tr' || row.getAttribute('role') === 'row') return 8
  if (/^(li|article|dd)$/.test(localName)) return 4
  if (/^(td|th|a|button|span|b|small|input|option|thead|tbody|tfoot|col)$/.test(localName)) return 0.02
  return 2
}

function isHeader(row: Element): boolean {
  return row.localName === 'tr' && row.querySelector('td') === null
}

/** Names of the children: rows of one list have nearly the same. */
function shapeOf(row: Element): string[] {
  return Array.from(row.children, (child) => child.localName)
}

function alike(one: readonly string[], other: readonly string[]): boolean {
  const shared = one.filter((name, index) => other[index] === name).length
  return one.length === 0 ? other.length === 0 : shared / Math.max(one.length, other.length) >= 0.5
}

/** Selectors of the list and of its rows, and of nothing else on the page. */
export function rowSelectors({ list, row, rows }: RowGroup, document: Document): { list: string; row: string } {
  const holder = list.localName === 'tbody' ? (list.parentElement ?? list) : list
  const listSelector = uniqueSelector(holder, document)
  const shared = Array.from(row.classList).filter((name) => isStableName(name) && rows.every((other) => other.classList.contains(name)))
  const classes = shared.map((name) => `.${CSS.escape(name)}`).join('')
  const between = holder === list ? ' > ' : ' > tbody > '
  const plain = `${listSelector}${between}${row.localName}`
  const found = (selector: string): number => attempt(() => document.querySelectorAll(selector).length) ?? 0
  const prefix = sharedPrefix(rows.map(({ id }) => id))
  const marked = [classes, prefix === '' ? '' : `[id^="${CSS.escape(prefix)}"]`, row.localName === 'tr' ? ':has(> td)' : ''].filter((mark) => mark !== '').map((mark) => `${plain}${mark}`)
  const rowSelector = found(plain) === rows.length ? plain : (marked.find((selector) => found(selector) === rows.length) ?? marked[0] ?? plain)
  return { list: listSelector, row: rowSelector }
}

/** "vb-" of vb-17, vb-18, …; nothing where there is no such beginning. */
function sharedPrefix(ids: readonly string[]): string {
  const prefix = /^[a-z_-]+/i.exec(ids[0] ?? '')?.[0] ?? ''
  return prefix !== '' && ids.every((id) => id.startsWith(prefix)) ? prefix : ''
}
