import type { PageView, Reading } from '../../../shared/messages/site.ts'
import { isPdfName, mayShow, resolve } from '../address.ts'
import { attempt } from '../attempt.ts'
import { tidy } from '../found.ts'
import { dateText, documentNumber, headings } from '../sites/generic.ts'
import { TableHeadings } from '../table-headings.ts'
import type { RowGroup } from './similar-rows.ts'
import { partSelector } from './stable-selector.ts'

/** The same as in `generic.ts`, with one group, as a descriptor carries them. */
const numberPattern = String.raw`(\d{1,6}(?:/\d{4})?/[\p{Lu}\d][\p{Lu}\d-]*)`
const datePattern = String.raw`(\d{1,2}[/.-]\d{1,2}[/.-]\d{4})`

type Column = keyof typeof headings

/** Number, date, title, state and secrecy: by the headings over the columns, or by what they look like. */
export function deriveColumns({ row, rows }: RowGroup): Partial<Record<Column, Reading>> {
  const names = Object.keys(headings) as Column[]
  const over = new TableHeadings().over(row)
  const readings: Partial<Record<Column, Reading>> = {}
  for (const name of names) {
    const heading = over.find((text) => headings[name].test(text))
    if (heading !== undefined) readings[name] = { column: `^${escaped(heading)}$` }
  }
  return Object.keys(readings).length > 0 ? readings : deriveByLooks(row, rows)
}

function deriveByLooks(row: Element, rows: readonly Element[]): Partial<Record<Column, Reading>> {
  const texts = textsOf(row)
  const number = texts.find(({ text }) => documentNumber.test(text))
  const date = texts.find(({ text }) => dateText.test(text))
  const title = texts.filter(({ text }) => text.length >= 15 && !isPdfName(text)).sort((one, other) => other.text.length - one.text.length)[0]
  const reading = (part: { element: Element; text: string } | undefined, looks?: string): Reading | undefined => {
    if (part === undefined) return undefined
    const selector = part.element === row ? {} : { selector: partSelector(part.element, row, rows) }
    return looks === undefined || new RegExp(`^${looks}$`, 'u').test(part.text) ? selector : { ...selector, pattern: looks }
  }
  const found = { number: reading(number, numberPattern), date: reading(date, datePattern), title: reading(title) }
  return Object.fromEntries(Object.entries(found).filter(([, value]) => value !== undefined))
}

/** The innermost elements that hold text of their own. */
function textsOf(row: Element): { element: Element; text: string }[] {
  return [row, ...row.querySelectorAll('*')].flatMap((element) => {
    const own = Array.from(element.childNodes).some((node) => node.nodeType === 3 && (node.nodeValue ?? '').trim() !== '')
    return own ? [{ element, text: tidy(element.textContent) }] : []
  })
}

const carriers = ['href', 'src', 'data', 'data-href', 'data-url', 'data-src', 'data-file', 'data-link', 'formaction'] as const

/** How the address of the file is read from what was clicked; undefined where nothing there leads to an address of this site. */
export function deriveFile(target: Element, { row, rows }: RowGroup, location: URL): Pick<PageView['reads'], 'file' | 'name'> | undefined {
  for (let element: Element | null = target; element !== null && element !== row.parentElement; element = element.parentElement) {
    const carried = addressIn(element, location)
    if (carried === undefined) continue
    const selector = element === row ? {} : { selector: partSelector(element, row, rows) }
    const text = tidy(element.textContent)
    const named = isPdfName(text) ? selector : nameCarrier(element, selector)
    return { file: { ...selector, ...carried }, ...(named === undefined ? {} : { name: named }) }
  }
  const inside = Array.from(target.querySelectorAll('a[href], embed, iframe, object, [data-href], [data-url], [data-src], [data-file]'))
  const [only] = inside.filter((element) => addressIn(element, location) !== undefined)
  return only === undefined ? undefined : deriveFile(only, { list: row, row, rows: [...rows] }, location)
}

function nameCarrier(element: Element, selector: Reading): Reading | undefined {
  const attribute = ['download', 'title', 'data-name', 'data-file-name'].find((name) => isPdfName(element.getAttribute(name) ?? ''))
  return attribute === undefined ? undefined : { ...selector, attribute }
}

function addressIn(element: Element, location: URL): Pick<Reading, 'attribute' | 'pattern'> | undefined {
  const leads = (text: string | null): boolean => {
    if (text === null || text.trim() === '' || /^\s*(#|javascript:(?!.*__doPostBack))/i.test(text)) return false
    if (text.includes('__doPostBack')) return true
    const url = resolve(text, element.baseURI || location.href)
    return url !== undefined && /^(https?|blob|data):$/.test(url.protocol) && mayShow(location, url)
  }
  const attribute = carriers.find((name) => attempt(() => leads(element.getAttribute(name))))
  if (attribute !== undefined) return { attribute }
  const script = element.getAttribute('onclick') ?? ''
  if (script.includes('__doPostBack')) return { attribute: 'onclick' }
  const quoted = /['"](\/[^'"\s]{3,}|https?:[^'"\s]+)['"]/.exec(script)?.[1]
  return quoted !== undefined && leads(quoted) ? { attribute: 'onclick', pattern: `['"](/[^'"\\s]{3,}|https?:[^'"\\s]+)['"]` } : undefined
}

export function escaped(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|/]/g, (character) => `\\${character}`)
}
