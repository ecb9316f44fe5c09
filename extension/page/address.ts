import { mayServe } from '../../shared/messages/may-serve.ts'
import { attempt } from './attempt.ts'
import { fileAddress } from './sites/generic.ts'

/** An absolute address, or nothing where the text is none. */
export function resolve(address: string | null | undefined, base: string): URL | undefined {
  const text = address?.trim()
  return text ? attempt(() => new URL(text, base)) : undefined
}

/** The address that a pdf.js viewer shows: `…/viewer.html?file=…`. */
export function viewedAddress(url: URL): URL | undefined {
  return /viewer[^/]*\.html?$/i.test(url.pathname) ? resolve(url.searchParams.get('file'), url.href) : undefined
}

/** Whether an address as it is written is worth a closer look: most of a page's are not, and parsing takes its time. */
export function mayBeFile(text: string): boolean {
  return /pdf|viewer|^\s*(blob|data):/i.test(text) || fileAddress.test(text)
}

export function certaintyOfAddress(url: URL): 'certain' | 'probable' | undefined {
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
export function nameInAddress(url: URL): string | undefined {
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return undefined
  const named = queryValues(url).find(isPdfName)
  return plainText(named ?? url.pathname).split('/').filter(Boolean).at(-1)
}

/** A page may show what it carries itself, and what the background may fetch for it. */
export function mayShow(page: URL, file: URL, fileHosts: readonly string[] = []): boolean {
  return file.protocol === 'data:' || mayServe(page.origin, file, fileHosts)
}

function queryValues(url: URL): string[] {
  const values: string[] = []
  // Asked for file names only; taking thousands of addresses apart takes its time.
  if (!/pdf/i.test(url.search)) return values
  // Firefox's wrappers around page objects cannot be iterated over; forEach works in both browsers.
  url.searchParams.forEach((value) => values.push(value))
  return values
}

/** Malformed escapes stay as they are. */
function plainText(text: string): string {
  return attempt(() => decodeURIComponent(text)) ?? text
}

function hasOtherExtension(url: URL): boolean {
  return /\.(docx?|xlsx?|pptx?|odt|rtf|txt|zip|rar|7z|png|jpe?g|gif|svg|css|js|mp[34]|xml|json)$/i.test(plainText(url.pathname))
}
