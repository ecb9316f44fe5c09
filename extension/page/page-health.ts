import type { PageHealth } from '../../shared/messages/page.ts'
import type { PageView } from '../../shared/messages/site.ts'
import { attempt } from './attempt.ts'
import { elementOf, type Place } from './read-value.ts'

const columns = ['file', 'number', 'date', 'title', 'secrecy'] as const

/** As many rows tell whether a column is still there: the first ones may be without a number or a file. */
const rowsLookedAt = 30

/**
 * What a page of a known system no longer has. A list without rows is no change as long as its frame stands; `others` is how many documents
 * are found there without the descriptor.
 */
export function pageHealth(view: PageView, places: readonly Place[], document: Document, others: number): PageHealth | undefined {
  if (view.list !== undefined && attempt(() => document.querySelector(view.list ?? '')) == null) return { missing: ['list'] }
  if (places.length === 0) return others > 0 ? { missing: ['row'] } : undefined
  const missing = columns.filter((name) => {
    const reading = view.reads[name]
    // A mark of secrecy that has no column of its own stands in few rows, or in none.
    if (name === 'secrecy' && reading?.column === undefined && reading?.label === undefined) return false
    return reading !== undefined && !places.slice(0, rowsLookedAt).some((place) => attempt(() => elementOf(reading, place)) !== undefined)
  })
  return missing.length === 0 ? undefined : { missing }
}
