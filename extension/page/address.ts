import { mayServe } from '../../shared/messages/may-serve.ts'
import { attempt } from './attempt.ts'
import { fileAddress } from './sites/generic.ts'

/** An absolute address, or nothing where the text is none. */
export function resolve(address: string | null | undefined, base: string): URL | undefined {
  const text = address?.trim()
  return text ? attempt(() => new URL(text, base)) : undefined
}

/** As much of an address as finding needs; never with a fragment. */
export type Address = Pick<URL, 'href' | 'protocol' | 'origin' | 'host' | 'pathname' | 'search'>

/** What addresses are relative to, taken apart once for all of them: each look into a URL takes its time. */
export type Base = Pick<URL, 'href' | 'protocol' | 'origin' | 'host'>

export function baseOf({ href, protocol, origin, host }: URL): Base {
  return { href, protocol, origin, host }
}

export function addressOf(text: string, base: Base): Address | undefined {
  if (isPlainPath(text)) {
    const query = text.indexOf('?')
    const { protocol, origin, host } = base
    return { href: origin + text, protocol, origin, host, pathname: query < 0 ? text : text.slice(0, query), search: query < 0 ? '' : text.slice(query) }
  }
  const url = resolve(text, base.href)
  return url && withoutFragment(url)
}

/** Needs no parsing to be known as an address of its base's origin; parsing thousands takes its time. */
export function isPlainPath(text: string): boolean {
  return /^\/[\w-][\w\-./?&=%+~,;:@!$*]*$/.test(text) && !/\/\.|%2e|\/\/|\?$/i.test(text)
}

export function withoutFragment(url: URL): Address {
  url.hash = ''
  const { href, protocol, origin, host, pathname, search } = url
  return { href, protocol, origin, host, pathname, search }
}

/** The address that a pdf.js viewer shows: `…/viewer.html?file=…`. */
export function viewedAddress({ pathname, search, href }: Pick<URL, 'pathname' | 'search' | 'href'>): Address | undefined {
  if (!/viewer[^/]*\.html?$/i.test(pathname)) return undefined
  const viewed = resolve(new URLSearchParams(search).get('file'), href)
  return viewed && withoutFragment(viewed)
}

/** Whether an address as it is written is worth a closer look: most of a page's are not, and parsing takes its time. */
export function mayBeFile(text: string): boolean {
  return /pdf|viewer|^\s*(blob|data):/i.test(text) || fileAddress.test(text)
}

export function certaintyOfAddress(url: Pick<URL, 'href' | 'protocol' | 'pathname' | 'search'>): 'certain' | 'probable' | undefined {
  if (url.protocol === 'data:') return /^data:application\/pdf\b/i.test(url.href) ? 'certain' : undefined
  if (url.protocol === 'blob:') return 'probable'
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return undefined
  if (isPdfName(plainText(url.pathname)) || queryValues(url).some(isPdfName)) return 'certain'
  if (hasOtherExtension(url)) return undefined
  return fileAddress.test(url.pathname) && (url.search !== '' || /\d/.test(url.pathname)) ? 'probable' : undefined
}

export function isPdfName(name: string): boolean {
  return /\.pdf\s*$/i.test(name)
}

/** The last part of the path, or a query value that is a file name. */
export function nameInAddress(url: Pick<URL, 'protocol' | 'pathname' | 'search'>): string | undefined {
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return undefined
  const named = queryValues(url).find(isPdfName)
  return plainText(named ?? url.pathname).split('/').filter(Boolean).at(-1)
}

/** A page may show what it carries itself, and what the background may fetch for it. */
export function mayShow(page: Pick<URL, 'origin'>, file: Pick<URL, 'origin' | 'protocol' | 'host'>, fileHosts: readonly string[] = []): boolean {
  return file.protocol === 'data:' || mayServe(page.origin, file, fileHosts)
}

function queryValues({ search }: Pick<URL, 'search'>): string[] {
  const values: string[] = []
  // Asked for file names only; taking thousands of addresses apart takes its time.
  if (!/pdf/i.test(search)) return values
  // Firefox's wrappers around page objects cannot be iterated over; forEach works in both browsers.
  new URLSearchParams(search).forEach((value) => values.push(value))
  return values
}

/** Malformed escapes stay as they are. */
function plainText(text: string): string {
  if (!text.includes('%')) return text
  return attempt(() => decodeURIComponent(text)) ?? text
}

function hasOtherExtension(url: Pick<URL, 'pathname'>): boolean {
  return /\.(docx?|xlsx?|pptx?|odt|rtf|txt|zip|rar|7z|png|jpe?g|gif|svg|css|js|mp[34]|xml|json)$/i.test(plainText(url.pathname))
}
