import { refuse, RefusalError } from '../../shared/errors.ts'
import { loginInText, loginOrError } from '../../shared/messages/read-answer.ts'
import { attempt } from './attempt.ts'
import { resolve } from './address.ts'
import type { Page } from './find-by-site.ts'
import type { Source } from './found.ts'
import { fetchHere } from './fetch-here.ts'
import { postbackTarget } from './postback.ts'
import { plain } from './table-headings.ts'

/** Where no descriptor names it: what leads on is called so, or says so. */
const pagers = '.pagination, .pager, [class*="paging"], [class*="pagination"], [class*="phan-trang"], nav, tfoot'
/** Pagers stand before a list or after it: of thousands of links, these are looked at. */
const linksAtEnds = 200
const words = /^(trang )?(sau|tiep( theo)?|ke tiep|next( page)?|›|»|>|>>)$/

/** How the next page of the list is fetched; undefined on the last one, and where only a script of the page knows. */
export function nextPageOf({ document, location }: Pick<Page, 'document' | 'location'>, selector: string | undefined): Source | undefined {
  const link = selector === undefined ? linkThatSaysSo(document) : attempt(() => document.querySelector(selector))
  if (link == null || link.matches('[disabled], .disabled, [aria-disabled="true"]') || link.closest('.disabled') !== null) return undefined
  const postback = postbackTarget(link)
  if (postback) return { by: 'postback', ...postback }
  const url = resolve(link.getAttribute('href') ?? link.getAttribute('data-href') ?? link.getAttribute('data-url'), location.href)
  if (!url || url.origin !== location.origin) return undefined
  url.hash = ''
  return url.href === location.href.replace(/#.*$/, '') ? undefined : { by: 'address', url: url.href }
}

function linkThatSaysSo(document: Document): Element | undefined {
  const { links } = document
  const ends: Element[] = []
  for (let at = 0; at < links.length; at++) {
    if (at === linksAtEnds && links.length > 2 * linksAtEnds) at = links.length - linksAtEnds
    const link = links[at]
    if (link !== undefined) ends.push(link)
  }
  const saysSo = (link: Element): boolean => [link.textContent, link.getAttribute('aria-label'), link.getAttribute('title')].some((text) => text !== null && text.length < 40 && words.test(plain(text)))
  const named = ends.find((link) => /\bnext\b/.test(link.getAttribute('rel') ?? '')) ?? document.head.querySelector('link[rel~="next"]')
  return named ?? ends.find((link) => saysSo(link) && link.closest(pagers) !== null)
}

/** Fetches a further page of the list, as the clerk's own click would, and leaves the page in the tab as it is. */
export async function openFurther(source: Source, page: Page): Promise<Page> {
  const response = await fetchHere(source, page)
  const { url, redirected, status, headers } = response
  const contentType = headers.get('content-type') ?? ''
  const text = await response.text()
  const refused = loginOrError({ url, redirected, status, contentType }, 'download-failed') ?? loginInText({ url, contentType, text })
  if (refused) throw new RefusalError(refused)
  const location = new URL(url)
  if (location.origin !== page.location.origin) return refuse('document-elsewhere', { site: location.host })
  return { ...page, document: new DOMParser().parseFromString(text, 'text/html'), location }
}
