import { refusalOf } from '../../shared/errors.ts'
import type { FoundDocument } from '../../shared/messages/page.ts'
import type { Site } from '../../shared/messages/site.ts'
import type { Page } from './find-by-site.ts'
import { findDocuments, type Found } from './find-documents.ts'
import { openFurther } from './next-page.ts'

/** A clerk's list is not longer; and a system whose last page points at itself must not be asked for ever. */
const mostPages = 40
const mostDocuments = 1_000
/** Between two pages, so that the system sees a reader and no flood. */
const pauseMs = 150

/** The documents of this page and of those that follow it. What could not be read is told beside what was. */
export async function gatherFurther(first: Found, sites: readonly Site[], page: Page): Promise<Found> {
  const documents = new Map<string, FoundDocument>(first.found.documents.map((document) => [document.key, document]))
  const sources = new Map(first.sources)
  const { hasFurther: _, ...found } = first.found
  let { further } = first
  try {
    for (let pages = 1; further !== undefined && pages < mostPages && documents.size < mostDocuments; pages++) {
      await new Promise((resolve) => setTimeout(resolve, pauseMs))
      const next = await findDocuments(sites, await openFurther(further, page))
      const before = documents.size
      for (const document of next.found.documents) documents.set(document.key, document)
      for (const [key, source] of next.sources) sources.set(key, source)
      // A page that brings nothing new is the last one, whatever it points at.
      further = documents.size === before ? undefined : next.further
    }
    const rest = further === undefined ? {} : { hasFurther: true }
    return { ...first, found: { ...found, documents: [...documents.values()], ...rest }, sources, further }
  } catch (error) {
    return { ...first, found: { ...found, documents: [...documents.values()], hasFurther: true, refusal: refusalOf(error) }, sources, further }
  }
}
