import type { FoundDocument, WayBack } from '../../shared/messages/page.ts'
import { mayShow, nameInAddress, resolve } from './address.ts'
import { attempt } from './attempt.ts'
import { mergeByKey, tidy, type Finding } from './found.ts'
import { rootsOf, type ShadowRootOf } from './roots.ts'
import type { PageView, Reading, Site, StoredHeader, WayBackTemplate } from './site.ts'

export interface Page {
  document: Document
  location: URL
  shadowRootOf: ShadowRootOf
  storages: { local: Pick<Storage, 'getItem'>; session: Pick<Storage, 'getItem'> }
}

/** The descriptor that fits this page. */
export function recogniseSite(sites: readonly Site[], { document }: Pick<Page, 'document'>): Site | undefined {
  return sites.find(
    ({ recognise: { title, selectors } }) =>
      (title === undefined || compiled(title).test(document.title)) && selectors.every((selector) => document.querySelector(selector)),
  )
}

/** Descriptors are few, rows are many: each pattern is compiled once. */
const patterns = new Map<string, RegExp>()

function compiled(pattern: string): RegExp {
  const known = patterns.get(pattern) ?? new RegExp(pattern, 'u')
  patterns.set(pattern, known)
  return known
}

export function findBySite(site: Site, page: Page): Finding[] {
  const view = site.views.find(({ path }) => compiled(path).test(page.location.pathname))
  if (view === undefined) return []
  const rows = rootsOf(page.document, page.shadowRootOf).flatMap((root) => Array.from(root.querySelectorAll(view.row)))
  return mergeByKey(rows.map((row) => attempt(() => readRow(site, view, row, page))).filter((finding) => finding !== undefined))
}

function readRow(site: Site, view: PageView, row: Element, page: Page): Finding | undefined {
  const values: Record<string, string> = {}
  for (const [name, reading] of Object.entries(view.reads)) {
    const value = reading && attempt(() => read(reading, row, page))
    if (value) values[name] = value
  }
  const url = resolve(values['file'], page.location.href)
  if (!url || !mayShow(page.location, url, site.fileHosts)) return undefined
  url.hash = ''
  const { authorization } = view
  const needsHeader = authorization !== undefined && storedValue(authorization, page) !== null
  const wayBack = wayBackOf(view, row, values, page)
  const document: FoundDocument = {
    key: url.href,
    url: url.href,
    byPage: needsHeader,
    name: values['name'] ?? nameInAddress(url) ?? 'document.pdf',
    certainty: 'certain',
    ...pick(values, 'number'),
    ...pick(values, 'date'),
    ...pick(values, 'title'),
    ...pick(values, 'state'),
    ...(wayBack === undefined ? {} : { wayBack }),
  }
  return { document, source: { by: 'address', url: url.href, ...(needsHeader ? { authorization } : {}) } }
}

function pick<Name extends string>(values: Record<string, string>, name: Name): Partial<Record<Name, string>> {
  const value = values[name]
  return value === undefined ? {} : ({ [name]: value } as Record<Name, string>)
}

function read({ from = 'row', selector, attribute, pattern }: Reading, row: Element, { document, location }: Page): string | undefined {
  const element = from === 'page' ? document.querySelector(selector ?? 'html') : selector === undefined ? row : row.querySelector(selector)
  const text = from === 'address' ? location.pathname + location.search : tidy(attribute === undefined ? element?.textContent : element?.getAttribute(attribute))
  return pattern === undefined ? text : compiled(pattern).exec(text)?.[1]
}

export function storedValue({ storage, key }: StoredHeader, { storages }: Pick<Page, 'storages'>): string | null {
  return attempt(() => storages[storage].getItem(key)) ?? null
}

function wayBackOf({ waysBack }: PageView, row: Element, values: Record<string, string>, { document, location }: Page): WayBack | undefined {
  const chosen = waysBack.find(({ when, in: place = 'row' }) => when === undefined || (place === 'row' ? row : document).querySelector(when))
  return chosen && fillWayBack(chosen.way, values, location)
}

function fillWayBack(way: WayBackTemplate, values: Record<string, string>, location: URL): WayBack | undefined {
  if (way.by === 'download') return way
  const address = (template: string): string => new URL(fill(template, values, encodeURIComponent), location.href).href
  // A way with a hole in it is no way: `fill` throws, and the document is found without one.
  return attempt((): WayBack => {
    const digest = way.digestUrl === undefined ? {} : { digestUrl: address(way.digestUrl) }
    if (way.by === 'page') return { ...way, ...digest }
    const fields = Object.fromEntries(Object.entries(way.fields).map(([name, template]) => [name, fill(template, values, String)]))
    if (way.by === 'form') return { ...way, ...digest, url: address(way.url), fields }
    return { ...way, ...digest, url: address(way.url), fields, ...(way.token === undefined ? {} : { token: { ...way.token, url: address(way.token.url) } }) }
  })
}

function fill(template: string, values: Record<string, string>, encode: (value: string) => string): string {
  return template.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
    const value = values[name]
    if (value === undefined) throw new Error(`nothing was read as ${name}`)
    return encode(value)
  })
}
