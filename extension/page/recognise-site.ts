import type { PageView, Site } from '../../shared/messages/site.ts'
import { attempt } from './attempt.ts'
import { compiled } from './read-value.ts'

export interface Recognised {
  site: Site
  /** The kind of page that this address is; undefined where the descriptor has none for it. */
  view: PageView | undefined
  /** False where the address is the site's and the page is not what the descriptor says it must be. */
  fits: boolean
}

/** The descriptor for this page. One that names this origin stands for it even when the page no longer looks like it. */
export function recogniseSite(sites: readonly Site[], document: Document, location: URL): Recognised | undefined {
  const fitting = sites.find((site) => looksLike(site, document))
  if (fitting !== undefined) return { site: fitting, view: viewOf(fitting, document, location), fits: true }
  const named = sites.find((site) => site.origins !== undefined && viewOf(site, document, location) !== undefined && !isLogin(document))
  return named && { site: named, view: viewOf(named, document, location), fits: false }
}

function viewOf({ views }: Site, document: Document, { pathname, search }: URL): PageView | undefined {
  return views.find(
    ({ path, query, when }) =>
      compiled(path).test(pathname) && (query === undefined || compiled(query).test(search)) && (when === undefined || attempt(() => document.querySelector(when)) != null),
  )
}

function looksLike({ recognise: { title, selectors } }: Site, document: Document): boolean {
  return (title === undefined || compiled(title).test(document.title)) && selectors.every((selector) => attempt(() => document.querySelector(selector)))
}

function isLogin(document: Document): boolean {
  return document.querySelector('input[type="password"]') !== null
}
