import { useMemo, useState } from 'preact/hooks'
import type { FoundDocument } from '../../shared/messages/page.ts'
import type { SignChoice } from '../../shared/messages/view.ts'
import { matcher } from './find-text.ts'
import { unfinished } from './ready-to-sign.ts'

export interface DocumentFilter {
  shown: readonly FoundDocument[]
  /** Something is left out. */
  narrows: boolean
  query: string
  setQuery: (query: string) => void
  /** As the page names its states. */
  states: readonly string[]
  /** Some documents are signed and others are not, as far as the page and this browser tell. */
  canBeUnfinished: boolean
  /** One of `states`, `unfinishedOnly`, or empty where any will do. */
  state: string
  setState: (state: string) => void
}

/** Chosen in place of a state; no state of a page begins with a space. */
export const unfinishedOnly = ' unfinished'

/** The documents of the page that fit what the clerk typed and the state that was chosen. `act` says whose signature may be missing. */
export function useDocumentFilter(documents: readonly FoundDocument[], act: SignChoice['profile']): DocumentFilter {
  const [query, setQuery] = useState('')
  const [chosen, setState] = useState('')
  const states = useMemo(() => [...new Set(documents.flatMap(({ state }) => state ?? []))], [documents])
  const open = useMemo(() => new Set(unfinished(documents, act)), [documents, act])
  const canBeUnfinished = open.size < documents.length
  // A state that the page has no more filters nothing.
  const state = states.includes(chosen) || (chosen === unfinishedOnly && canBeUnfinished) ? chosen : ''
  const shown = useMemo(() => {
    const matches = matcher(query)
    const fits = (document: FoundDocument): boolean => state === '' || (state === unfinishedOnly ? open.has(document) : document.state === state)
    return documents.filter((document) => fits(document) && matches(searchText(document)))
  }, [documents, open, query, state])
  return { shown, narrows: shown.length < documents.length, query, setQuery, states, canBeUnfinished, state, setState }
}

function searchText({ number, title, name, date, state }: FoundDocument): string {
  return [number, title, name, date, state].join(' ')
}
