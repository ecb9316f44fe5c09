import type { FoundFromPage } from '../../shared/messages/page.ts'
import { findAnywhere } from './find-anywhere.ts'
import { findBySite, recogniseSite, type Page } from './find-by-site.ts'
import type { Source } from './found.ts'
import type { Site } from './site.ts'

export interface Found {
  found: FoundFromPage
  /** How the page fetches each, by key. */
  sources: Map<string, Source>
}

/** What this frame shows: by its descriptor where one fits, else by what documents look like anywhere. */
export function findDocuments(sites: readonly Site[], page: Page): Found {
  // Read once: it is a new object each time.
  const { document, location, shadowRootOf, storages } = page
  const site = recogniseSite(sites, page)
  const findings = site ? findBySite(site, { document, location, shadowRootOf, storages }) : findAnywhere(document, location, shadowRootOf)
  return {
    found: { site: location.origin, siteName: site?.name ?? location.host, documents: findings.map((finding) => finding.document) },
    sources: new Map(findings.map((finding) => [finding.document.key, finding.source])),
  }
}
