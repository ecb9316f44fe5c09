import { useMemo, useRef, useState } from 'preact/hooks'
import type { BatchOnScreen } from '../../shared/messages/view.ts'
import { warningsLeft } from './alike-documents.ts'
import { differences, type Difference } from './compare-label.ts'
import { matcher } from './find-text.ts'

type Document = BatchOnScreen['documents'][number]

export interface SignRowFacts {
  /** Place in the digest list, from 1. */
  place: number
  document: Document
  label: BatchOnScreen['labels'][string] | undefined
  differences: Difference[]
}

export const filters = ['all', 'different', 'warned', 'refused'] as const
export type Filter = (typeof filters)[number]

export interface RowChoice {
  /** How many documents the batch has. */
  total: number
  shown: SignRowFacts[]
  counts: Record<Filter, number>
  filter: Filter
  query: string
  setFilter: (filter: Filter) => void
  setQuery: (query: string) => void
}

/** The documents of the batch in the order of the digest list; what needs a look can be shown alone. */
export function useRowChoice(batch: BatchOnScreen): RowChoice {
  const [chosen, setFilter] = useState<Filter>('all')
  const [query, setQuery] = useState('')
  const rows = useRows(batch)
  const counts = useMemo(() => countRows(rows), [rows])
  const filter = counts[chosen] > 0 ? chosen : 'all'
  const shown = useMemo(() => {
    const matches = matcher(query)
    return rows.filter((row) => passes(row, filter) && matches(searchText(row)))
  }, [rows, filter, query])
  return { total: rows.length, shown, counts, filter, query, setFilter, setQuery }
}

/** Whether the agent has a copy to look at: from the moment that it has read the document, unless it was refused. */
export function canBeSeen({ state }: Document): boolean {
  return state !== 'offered' && state !== 'refused'
}

/** A row is the same object as long as nothing about it changes, so that of 500 only those are drawn anew that did. */
function useRows(batch: BatchOnScreen): SignRowFacts[] {
  const known = useRef(new Map<string, { told: string; row: SignRowFacts }>()).current
  return useMemo(() => {
    return batch.documents.map((document, index) => {
      const label = batch.labels[document.documentId]
      const told = JSON.stringify([index, document, label])
      const earlier = known.get(document.documentId)
      if (earlier?.told === told) return earlier.row
      const row = { place: index + 1, document, label, differences: differences(document, label) }
      known.set(document.documentId, { told, row })
      return row
    })
  }, [batch, known])
}

function passes({ document, differences: found }: SignRowFacts, filter: Filter): boolean {
  switch (filter) {
    case 'all':
      return true
    case 'different':
      return found.length > 0
    case 'warned':
      return document.facts !== undefined && (warningsLeft(document).length > 0 || document.facts.signatures.some(({ valid }) => !valid))
    case 'refused':
      return document.state === 'refused'
  }
}

function countRows(rows: readonly SignRowFacts[]): Record<Filter, number> {
  const count = (filter: Filter) => rows.filter((row) => passes(row, filter)).length
  return { all: count('all'), different: count('different'), warned: count('warned'), refused: count('refused') }
}

function searchText({ document, label }: SignRowFacts): string {
  return [document.facts?.number, document.facts?.subject, document.facts?.title, document.name, label?.number, label?.title].join(' ')
}
