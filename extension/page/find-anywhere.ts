import type { FoundDocument } from '../../shared/messages/page.ts'
import { certaintyOfAddress, isPdfName, mayBeFile, mayShow, nameInAddress, resolve, viewedAddress } from './address.ts'
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
  const own = attempt(() => ownDocument(document, location))
  if (own) findings.push(own)
  for (const root of rootsOf(document, shadowRootOf)) {
    for (const element of root.querySelectorAll(candidates)) {
      if (pace.isOver) await pace.rest()
      const finding = attempt(() => findingOf(element, location, rows))
      if (finding) findings.push(finding)
    }
  }
  return findings
}

/** The page is a document itself, or a viewer of one. */
function ownDocument(document: Document, location: URL): Finding | undefined {
  const viewed = document.contentType === 'application/pdf' ? location : viewedAddress(location)
  if (!viewed || !mayShow(location, viewed)) return undefined
  const name = nameInAddress(viewed) ?? tidy(document.title)
  return { document: { ...addressed(viewed), name, certainty: 'certain', wayBack: { by: 'download' } }, source: { by: 'address', url: viewed.href } }
}

function findingOf(element: Element, location: URL, rows: RowReader): Finding | undefined {
  const postback = postbackOf(element)
  if (postback) return { document: { ...describe(element, undefined, rows), ...postback.document }, source: postback.source }
  const address = addressOf(element, location)
  if (!address || !mayShow(location, address.url)) return undefined
  const { url, certainty } = address
  return { document: { ...describe(element, url, rows), ...addressed(url), certainty }, source: { by: 'address', url: url.href } }
}

function addressed(url: URL): Pick<FoundDocument, 'key' | 'url' | 'byPage'> {
  url.hash = ''
  const byPage = url.protocol === 'blob:' || url.protocol === 'data:'
  // The bytes of a data: address would be carried along as its key.
  return { key: url.href.length > 2_000 ? `${url.href.slice(0, 1_900)}#${url.href.length}` : url.href, byPage, ...(byPage ? {} : { url: url.href }) }
}

/** The first address of an element that leads to a document, and how sure that is. */
function addressOf(element: Element, location: URL): { url: URL; certainty: 'certain' | 'probable' } | undefined {
  const saysSo = isMarked(element)
  for (const text of addressTexts(element)) {
    if (!saysSo && !mayBeFile(text)) continue
    const direct = resolve(text, element.baseURI || location.href)
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

function addressTexts(element: Element): string[] {
  const texts: string[] = []
  let script: string | null = null
  for (const { name, value } of Array.from(element.attributes)) {
    if (addressAttributes.has(name)) texts.push(value)
    else if (name === 'onclick') script = value
  }
  for (const [, quoted = ''] of (script ?? '').matchAll(/['"]([^'"\s]{4,2000})['"]/g)) {
    if (/[/.]/.test(quoted)) texts.push(quoted)
  }
  return texts.filter((text) => !/^\s*(javascript:|#)/i.test(text))
}

function certaintyOfElement(element: Element, url: URL): 'certain' | 'probable' | undefined {
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

function describe(element: Element, url: URL | undefined, rows: RowReader): Pick<FoundDocument, 'name' | 'wayBack'> & ReturnType<RowReader['read']> {
  const text = tidy(element.textContent)
  const inAddress = url && nameInAddress(url)
  const row = rows.read(element)
  const named = [element.getAttribute('download'), text, element.getAttribute('title'), inAddress].map((name) => tidy(name)).find(isPdfName)
  const name = named ?? (tidy(row.title, 150) || text || inAddress || tidy(element.ownerDocument.title) || 'document.pdf')
  return { name, ...row, wayBack: { by: 'download' } }
}
