import type { WayBack } from '../../shared/messages/page.ts'
import type { PageView, WayBackTemplate } from '../../shared/messages/site.ts'
import { attempt } from './attempt.ts'

/** The way back of a row: the first of its view whose condition is met, with what was read put into its templates. */
export function wayBackOf({ waysBack }: PageView, row: Element, values: Record<string, string>, page: { document: Document; location: URL }): WayBack | undefined {
  const chosen = waysBack.find(({ when, in: place = 'row' }) => when === undefined || (place === 'row' ? row : page.document).querySelector(when))
  // A way with a hole in it is no way: `fill` throws, and the document is found without one.
  return chosen && attempt(() => fillWayBack(chosen.way, values, page.location))
}

function fillWayBack(way: WayBackTemplate, values: Record<string, string>, location: URL): WayBack {
  if (way.by === 'download') return way
  const address = (template: string): string => fillAddress(template, values, location)
  const confirmation = {
    ...(way.digestUrl === undefined ? {} : { digestUrl: address(way.digestUrl) }),
    ...(way.listRow === undefined ? {} : { listRow: { url: address(way.listRow.url), selector: fill(way.listRow.selector, values, inSelector) } }),
  }
  switch (way.by) {
    case 'page':
    case 'drop':
      return { ...way, ...confirmation }
    case 'form':
      return { ...way, ...confirmation, url: address(way.url), form: fill(way.form, values, inSelector), fields: fillAll(way.fields, values) }
    case 'api': {
      const token = way.token === undefined ? {} : { token: { ...way.token, url: address(way.token.url) } }
      return { ...way, ...confirmation, url: address(way.url), fields: fillAll(way.fields, values), ...token }
    }
  }
}

/** Paths are put together as text: thousands of rows have three addresses each, and parsing takes its time. */
export function fillAddress(template: string, values: Record<string, string>, location: URL): string {
  const filled = fill(template, values, encodeURIComponent)
  return /^\/(?![/\\])/.test(template) && !/[\\#\s]|\/\.|%2e/i.test(filled) ? location.origin + filled : new URL(filled, location.href).href
}

export function fillAll(templates: Record<string, string>, values: Record<string, string>): Record<string, string> {
  const filled: Record<string, string> = {}
  for (const [name, template] of Object.entries(templates)) filled[name] = fill(template, values, String)
  return filled
}

export function fill(template: string, values: Record<string, string>, encode: (value: string) => string): string {
  if (!template.includes('{')) return template
  return template.replaceAll(/\{(\+?)([\w-]+)\}/g, (_, raw: string, name: string) => {
    const value = values[name]
    if (value === undefined) throw new Error(`nothing was read as ${name}`)
    return raw === '' ? encode(value) : value
  })
}

/** Inside the quotation marks of a selector. */
export function inSelector(value: string): string {
  return value.replaceAll(/["\\\n]/g, (character) => (character === '\n' ? String.raw`\a ` : `\\${character}`))
}
