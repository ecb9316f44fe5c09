import type { FoundFromPage, PageHealth } from '../../shared/messages/page.ts'
import type { Site } from '../../shared/messages/site.ts'
import { findAnywhere } from './find-anywhere.ts'
import { findBySite, placesOf, type Page } from './find-by-site.ts'
import { mergeByKey, type Finding, type Source } from './found.ts'
import { nextPageOf } from './next-page.ts'
import { Pace } from './pace.ts'
import { pageHealth } from './page-health.ts'
import { recogniseSite } from './recognise-site.ts'

export interface Found {
  found: FoundFromPage
  /** How the page fetches each, by key. */
  sources: Map<string, Source>
  /** How the next page of the list is fetched. */
  further: Source | undefined
  /** Milliseconds of work. */
  workedMs: number
}

/** What this frame shows: by its descriptor where one fits, else by what documents look like anywhere. */
export async function findDocuments(sites: readonly Site[], page: Page): Promise<Found> {
  const pace = new Pace()
  // Read once: it is a new object each time.
  const own = { ...page, location: page.location }
  const { document, location } = own
  const recognised = recogniseSite(sites, document, location)
  const { findings, health } = await findIn(recognised, own, pace)
  const merged = mergeByKey(findings)
  const further = nextPageOf(own, recognised?.view?.nextPage)
  const workedMs = pace.end()
  return {
    found: {
      site: location.origin,
      siteName: recognised?.site.name ?? location.host,
      documents: merged.map((finding) => finding.document),
      ...(recognised === undefined ? {} : { siteId: recognised.site.id }),
      ...(recognised?.site.readingIsSilent === false ? { opensLoudly: true } : {}),
      workedMs,
      ...(health === undefined ? {} : { health }),
      ...(further === undefined || merged.length === 0 ? {} : { hasFurther: true }),
    },
    sources: new Map(merged.map((finding) => [finding.document.key, finding.source])),
    further,
    workedMs,
  }
}

async function findIn(recognised: ReturnType<typeof recogniseSite>, page: Page, pace: Pace): Promise<{ findings: Finding[]; health?: PageHealth | undefined }> {
  const anywhere = (): Promise<Finding[]> => findAnywhere(page.document, page.location, page.shadowRootOf, pace)
  if (recognised === undefined) return { findings: await anywhere() }
  const { site, view, fits } = recognised
  if (!fits) return { findings: await anywhere(), health: { missing: ['site'] } }
  // What is only assumed of a system must not hide what any page would show.
  if (view === undefined) return { findings: site.assumed === undefined ? [] : await anywhere() }
  const places = placesOf(view, page)
  const findings = await findBySite(site, view, places, page, pace)
  const others = findings.length === 0 && (places.length === 0 || site.assumed !== undefined) ? await anywhere() : []
  const health = site.assumed === undefined ? pageHealth(view, places, page.document, others.length) : undefined
  return { findings: findings.length === 0 ? others : findings, health }
}
