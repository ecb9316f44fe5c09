import { siteFormat, type PageView, type Site, type WayBackTemplate } from '../../../shared/messages/site.ts'
import { deriveColumns, deriveFile, escaped } from './derive-readings.ts'
import { cluesOf, type RowClues } from './derive-way-back.ts'
import { rowSelectors, type RowGroup } from './similar-rows.ts'

/** A descriptor that is not whole yet, and what of the list is needed for its way back. */
export interface SiteDraft {
  site: Site
  clues: RowClues
}

/** Undefined where what was pointed at leads to no address. */
export function draftSite(group: RowGroup, file: Element, document: Document, location: URL): SiteDraft | undefined {
  const reads = deriveFile(file, group, location)
  if (reads === undefined) return undefined
  const { list, row } = rowSelectors(group, document)
  const view: PageView = { path: pathPattern(location), list, row, reads: { ...reads, ...deriveColumns(group) }, waysBack: [{ way: { by: 'download' } }] }
  const site: Site = {
    format: siteFormat,
    id: `taught-${location.host.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')}`,
    version: 1,
    name: location.host,
    source: `Taught at ${location.origin}${location.pathname}`.slice(0, 500),
    origins: [location.origin],
    recognise: { selectors: [] },
    views: [view],
  }
  return { site, clues: cluesOf(group.row, group.rows, location) }
}

export function withWayBack({ site }: SiteDraft, way: WayBackTemplate, reads: Partial<PageView['reads']>): Site {
  const views = site.views.map((view) => ({ ...view, reads: { ...view.reads, ...reads }, waysBack: [{ way }] }))
  return { ...site, views }
}

/** The same kind of page: numbers in its path are the document's, not the kind's. */
function pathPattern({ pathname }: URL): string {
  return `^${pathname.split('/').map((part) => (/^\d+$/.test(part) ? '\\d+' : escaped(part))).join('/')}$`
}
