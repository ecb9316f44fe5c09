import type { FoundDocument } from '../../shared/messages/page.ts'
import { addressOf, baseOf, certaintyOfAddress, isPdfName, mayBeFile, mayShow, nameInAddress, viewedAddress, withoutFragment, type Address, type Base } from './address.ts'
import { attempt } from './attempt.ts'
import { tidy, type Finding } from './found.ts'
import { RowReader } from './read-row.ts'
import type { Pace } from './pace.ts'
import { postbackTarget } from './postback.ts'
import { rootsOf, type ShadowRootOf } from './roots.ts'

const addressAttributes = new Set(['href', 'xlink:href', 'src', 'data', 'data-href', 'data-url', 'data-src', 'data-file', 'data-link', 'formaction'])
const candidates =
  'a, area, embed[src], iframe[src], object[data], [data-href], [data-url], [data-src], [data-file], [data-link], [formaction], [onclick]'

/** Finds documents on a page that no descriptor knows. */
export async function findAnywhere(document: Document, location: URL, shadowRootOf: ShadowRootOf, pace: Pace): Promise<Finding[]> {
  const rows = new RowReader()
  const findings: Finding[] = []
  const page = baseOf(location)
  const own = attempt(() => ownDocument(document, location))
  if (own) findings.push(own)
  // A page may name another base for its addresses than its own.
  const base = attempt(() => baseOf(new URL(document.baseURI))) ?? page
  for (const root of rootsOf(document, shadowRootOf)) {
    for (const element of root.querySelectorAll(candidates)) {
      if (pace.isOver) await pace.rest()
      const finding = attempt(() => findingOf(element, { page, base }, rows))
      if (finding) findings.push(finding)
    }
  }
  return findings
}

/** The page is a document itself, or a viewer of one. */
function ownDocument(document: Document, location: URL): Finding | undefined {
  const viewed = document.contentType === 'application/pdf' ? withoutFragment(new URL(location)) : viewedAddress(location)
  if (!viewed || !mayShow(location, viewed)) return undefined
  const name = nameInAddress(viewed) ?? (tidy(document.title) || 'document.pdf')
  return { document: { ...addressed(viewed), name, certainty: 'certain', wayBack: { by: 'download' } }, source: { by: 'address', url: viewed.href } }
}

interface Bases {
  /** The page's own address, which says what it may show. */
  page: Base
  /** What the addresses in it are relative to. */
  base: Base
}

function findingOf(element: Element, { page, base }: Bases, rows: RowReader): Finding | undefined {
  const texts = addressTexts(element)
  const postback = texts.some((text) => text.includes('__doPostBack')) ? postbackOf(element) : undefined
  if (postback) return { document: { ...describe(element, undefined, rows), ...postback.document }, source: postback.source }
  const address = fileIn(element, texts, base)
  if (!address || !mayShow(page, address.url)) return undefined
  const { url, certainty } = address
  return { document: { ...describe(element, url, rows), ...addressed(url), certainty }, source: { by: 'address', url: url.href } }
}

function addressed({ href, protocol }: Address): Pick<FoundDocument, 'key' | 'url' | 'byPage'> {
  const byPage = protocol === 'blob:' || protocol === 'data:'
  // The bytes of a data: address would be carried along as its key.
  return { key: href.length > 2_000 ? `${href.slice(0, 1_900)}#${href.length}` : href, byPage, ...(byPage ? {} : { url: href }) }
}

/** The first address of an element that leads to a document, and how sure that is. */
function fileIn(element: Element, texts: readonly string[], base: Base): { url: Address; certainty: 'certain' | 'probable' } | undefined {
  // Asked only where the address does not look like one: reading the text of every link takes its time.
  let saysSo: boolean | undefined
  for (const text of texts) {
    if ((!mayBeFile(text) && !(saysSo ??= isMarked(element))) || /^\s*(javascript:|#)/i.test(text)) continue
    const direct = addressOf(text, base)
    const url = direct && (viewedAddress(direct) ?? direct)
    const certainty = url && certaintyOfElement(element, url)
    if (certainty) return { url, certainty }
  }
  return undefined
}

/** The element itself says that it leads to a file, whatever its address. */
function isMarked(element: Element): boolean {
  return element.hasAttribute('download') || element.getAttribute('type') === 'application/pdf' || isPdfName(element.textContent)
}

/** Everything in an element that may be an address, scripts included. */
function addressTexts(element: Element): string[] {
  const texts: string[] = []
  for (const name of element.getAttributeNames()) {
    if (addressAttributes.has(name)) texts.push(element.getAttribute(name) ?? '')
    else if (name === 'onclick') texts.push(...quotedAddresses(element.getAttribute(name) ?? ''))
  }
  return texts
}

/** The quoted addresses of a script; a postback is kept whole. */
function quotedAddresses(script: string): string[] {
  if (script.includes('__doPostBack')) return [script]
  return Array.from(script.matchAll(/['"]([^'"\s]{4,2000})['"]/g), ([, quoted = '']) => quoted).filter((quoted) => /[/.]/.test(quoted))
}

function certaintyOfElement(element: Element, url: Address): 'certain' | 'probable' | undefined {
  const byAddress = certaintyOfAddress(url)
  if (!/^(https?|blob|data):$/.test(url.protocol)) return undefined
  const type = element.getAttribute('type')
  if (type === 'application/pdf') return 'certain'
  const download = element.getAttribute('download')
  if (download !== null && isPdfName(download)) return 'certain'
  if (byAddress === 'certain' || url.protocol === 'data:') return byAddress
  if (/^a(rea)?$/i.test(element.tagName) && isPdfName(tidy(element.textContent))) return 'certain'
  if (url.protocol === 'blob:') return /^(embed|iframe|object)$/i.test(element.tagName) || download !== null ? 'probable' : undefined
  return byAddress ?? (download === null || /\.\w{2,4}$/.test(download) ? undefined : 'probable')
}

function postbackOf(element: Element): { document: Pick<FoundDocument, 'key' | 'byPage' | 'certainty'>; source: Finding['source'] } | undefined {
  const postback = postbackTarget(element)
  if (postback === undefined) return undefined
  const { target, argument } = postback
  const certain = isPdfName(tidy(element.textContent))
  if (!certain && !/file|tep|down|tai|view|xem|pdf/i.test(`${target} ${element.id} ${element.className}`)) return undefined
  return {
    document: { key: `postback:${target}:${argument}`, byPage: true, certainty: certain ? 'certain' : 'probable' },
    source: { by: 'postback', ...postback },
  }
}

function describe(element: Element, url: Address | undefined, rows: RowReader): Pick<FoundDocument, 'name' | 'wayBack'> & ReturnType<RowReader['read']> {
  const text = tidy(element.textContent)
  const inAddress = url && nameInAddress(url)
  const row = rows.read(element)
  const named = isPdfName(text) && !element.hasAttribute('download') ? text : [element.getAttribute('download'), text, element.getAttribute('title'), inAddress].map((name) => tidy(name)).find(isPdfName)
  const name = named ?? (tidy(row.title, 150) || text || inAddress || tidy(element.ownerDocument.title) || 'document.pdf')
  return { name, ...row, wayBack: { by: 'download' } }
}
