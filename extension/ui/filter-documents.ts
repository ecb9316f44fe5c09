import { useMemo, useState } from 'preact/hooks'
import type { FoundDocument } from '../../shared/messages/page.ts'
import { matcher } from './find-text.ts'

export interface DocumentFilter {
  shown: readonly FoundDocument[]
  /** Something is left out. */
  narrows: boolean
  query: string
  setQuery: (query: string) => void
  /** As the page names its states. */
  states: readonly string[]
  state: string
  setState: (state: string) => void
}

/** The documents of the page that fit what the clerk typed and the state that was chosen. */
export function useDocumentFilter(documents: readonly FoundDocument[]): DocumentFilter {
  const [query, setQuery] = useState('')
  const [chosen, setState] = useState('')
  const states = useMemo(() => [...new Set(documents.flatMap(({ state }) => state ?? []))], [documents])
  // A state that the page has no more filters nothing.
  const state = states.includes(chosen) ? chosen : ''
  const shown = useMemo(() => {
    const matches = matcher(query)
    return documents.filter((document) => (state === '' || document.state === state) && matches(searchText(document)))
  }, [documents, query, state])
  return { shown, narrows: shown.length < documents.length, query, setQuery, states, state, setState }
}

function searchText({ number, title, name, date, state }: FoundDocument): string {
  return [number, title, name, date, state].join(' ')
}
