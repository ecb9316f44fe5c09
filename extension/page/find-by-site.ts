import type { FoundDocument } from '../../shared/messages/page.ts'
import type { PageView, Site } from '../../shared/messages/site.ts'
import type { StoredHeader } from '../../shared/messages/way-back.ts'
import { isPlainPath, mayShow, nameInAddress, resolve } from './address.ts'
import { attempt } from './attempt.ts'
import { wayBackOf } from './fill-way-back.ts'
import { nextStepOf } from './next-step.ts'
import { tidy, type Finding, type Source } from './found.ts'
import type { Pace } from './pace.ts'
import { postbackTarget } from './postback.ts'
import { elementOf, readValue, type Place } from './read-value.ts'
import { rootsOf, type ShadowRootOf } from './roots.ts'
import { RowParts } from './row-parts.ts'
import { isSecret } from './secrecy.ts'
import { TableHeadings } from './table-headings.ts'

export interface Page {
  document: Document
  location: URL
  shadowRootOf: ShadowRootOf
  storages: { local: Pick<Storage, 'getItem'>; session: Pick<Storage, 'getItem'> }
}

/** The rows of a view on this page, in its shadow roots too. */
export function placesOf(view: PageView, { document, location, shadowRootOf }: Page): Place[] {
  const headings = new TableHeadings()
  const { origin } = location
  const placesIn = (root: Document | ShadowRoot): Place[] => {
    const elements = Array.from(root.querySelectorAll(view.row))
    const parts = new RowParts({ selector: view.row, elements })
    return elements.map((row, index) => ({ row, index, document, location, origin, headings, parts }))
  }
  const own = placesIn(document)
  // Shadow roots are looked into only where the page itself has no such row: most lists stand in the open.
  return own.length > 0 ? own : rootsOf(document, shadowRootOf).slice(1).flatMap(placesIn)
}

export async function findBySite(site: Site, view: PageView, places: readonly Place[], page: Page, pace: Pace): Promise<Finding[]> {
  const reader = new RowFinder(site, view, page)
  const findings: Finding[] = []
  for (const place of places) {
    if (pace.isOver) await pace.rest()
    const finding = attempt(() => reader.find(place))
    if (finding) findings.push(finding)
  }
  return findings
}

type Addressed = Pick<FoundDocument, 'key' | 'url' | 'byPage' | 'name'>

class RowFinder {
  private readonly site: Site
  private readonly view: PageView
  private readonly readings: [string, NonNullable<PageView['reads'][string]>][]
  /** Read once from the page, not from each row. */
  private readonly ofPage = new Map<string, string | undefined>()
  private readonly needsHeader: StoredHeader | undefined

  constructor(site: Site, view: PageView, page: Page) {
    const { authorization } = view
    this.site = site
    this.view = view
    this.readings = Object.entries(view.reads).flatMap(([name, reading]) => (reading === undefined ? [] : [[name, reading]]))
    this.needsHeader = authorization !== undefined && storedValue(authorization, page) !== null ? authorization : undefined
  }

  find(place: Place): Finding | undefined {
    const values = this.read(place)
    const file = values['file'] ?? ''
    const addressed = file.includes('__doPostBack') ? this.postback(place) : this.address(file, place)
    if (addressed === undefined) return undefined
    const document: FoundDocument = { ...addressed.document, name: values['name'] ?? nameOf(addressed), certainty: 'certain' }
    for (const name of ['number', 'date', 'title', 'state', 'arrivalNumber', 'arrivalDate'] as const) {
      if (values[name] !== undefined) document[name] = values[name]
    }
    const { secrecy } = values
    if (secrecy !== undefined && isSecret(secrecy)) document.secrecy = secrecy
    const wayBack = wayBackOf(this.view, values, place)
    if (wayBack !== undefined) document.wayBack = wayBack
    const act = this.view.acts?.find(({ when }) => when === undefined || place.parts.first(place.index, when) !== undefined)
    if (act !== undefined) document.act = act.act
    const next = nextStepOf(this.view, place, values)
    if (next !== undefined) document.next = next
    return { document, source: addressed.source }
  }

  private address(file: string, { location, origin }: Place): { document: Addressed; source: Source } | undefined {
    const authorization = this.needsHeader
    const header = authorization === undefined ? {} : { authorization }
    if (isPlainPath(file)) {
      const href = origin + file
      return { document: { key: href, url: href, byPage: authorization !== undefined, name: '' }, source: { by: 'address', url: href, ...header } }
    }
    const url = resolve(file, location.href)
    if (!url || !mayShow(location, url, this.site.fileHosts)) return undefined
    url.hash = ''
    const { href } = url
    const inPage = url.protocol === 'blob:' || url.protocol === 'data:'
    return { document: { key: href, ...(inPage ? {} : { url: href }), byPage: inPage || authorization !== undefined, name: '' }, source: { by: 'address', url: href, ...header } }
  }

  private postback(place: Place): { document: Addressed; source: Source } | undefined {
    const element = elementOf(this.view.reads.file, place)
    const postback = element && postbackTarget(element)
    if (postback === undefined) return undefined
    const { target, argument } = postback
    return { document: { key: `postback:${target}:${argument}`, byPage: true, name: tidy(element?.textContent, 150) || 'document.pdf' }, source: { by: 'postback', ...postback } }
  }

  private read(place: Place): Record<string, string> {
    const values: Record<string, string> = {}
    for (const [name, reading] of this.readings) {
      let value: string | undefined
      if (reading.from === undefined || reading.from === 'row') value = attempt(() => readValue(reading, place))
      else if (this.ofPage.has(name)) value = this.ofPage.get(name)
      else this.ofPage.set(name, (value = attempt(() => readValue(reading, place))))
      if (value) values[name] = value
    }
    return values
  }
}

/** What a row without a name calls its file. */
function nameOf({ document }: { document: Addressed }): string {
  if (document.name !== '') return document.name
  const url = resolve(document.url ?? document.key, document.key)
  return (url && nameInAddress(url)) ?? 'document.pdf'
}

export function storedValue({ storage, key }: StoredHeader, { storages }: Pick<Page, 'storages'>): string | null {
  return attempt(() => storages[storage].getItem(key)) ?? null
}
