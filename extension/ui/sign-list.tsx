import { useMemo, useState } from 'preact/hooks'
import type { BatchOnScreen } from '../../shared/messages/view.ts'
import { differences, type Difference } from './compare-label.ts'
import { SearchField } from './document-choice.tsx'
import { matcher } from './find-text.ts'
import { useSay } from './say.ts'
import { SignRow, type SignRowProps } from './sign-row.tsx'

const filters = ['all', 'different', 'warned', 'refused'] as const
type Filter = (typeof filters)[number]

/** Below this many documents there is nothing to search for. */
const searchFrom = 8

/** The documents of the batch in the order of the digest list; what needs a look can be shown alone. */
export function SignList({ batch }: { batch: BatchOnScreen }) {
  const say = useSay()
  const [filter, setFilter] = useState<Filter>('all')
  const [query, setQuery] = useState('')
  const rows = useMemo(() => rowsOf(batch), [batch])
  const counts = countRows(rows)
  const active = counts[filter] > 0 ? filter : 'all'
  const shown = useMemo(() => {
    const matches = matcher(query)
    return rows.filter((row) => passes(row, active) && matches(searchText(row)))
  }, [rows, active, query])
  return (
    <section class="sign-list" aria-label={say.documentList}>
      <div class="find-row">
        {rows.length >= searchFrom && <SearchField value={query} onInput={setQuery} />}
        <Filters counts={counts} active={active} onChoose={setFilter} />
      </div>
      <div class="sign-columns soft small" aria-hidden="true">
        <span />
        <span>{say.columnFile}</span>
        <span>{say.columnPage}</span>
        <span>{say.columnMarks}</span>
      </div>
      {shown.length === 0 && <p class="no-match soft">{say.noMatch}</p>}
      <ol class="sign-rows">
        {shown.map((row) => (
          <SignRow key={row.document.documentId} {...row} showState={batch.state !== 'offered' && batch.state !== 'approving'} />
        ))}
      </ol>
    </section>
  )
}

interface FiltersProps {
  counts: Record<Filter, number>
  active: Filter
  onChoose: (filter: Filter) => void
}

function Filters({ counts, active, onChoose }: FiltersProps) {
  const say = useSay()
  const words = {
    all: say.showAll(counts.all),
    different: say.showDifferent(counts.different),
    warned: say.showWarned(counts.warned),
    refused: say.showRefused(counts.refused),
  } satisfies Record<Filter, string>
  const offered = filters.filter((filter) => counts[filter] > 0)
  if (offered.length < 2) return null
  return (
    <fieldset class="choices">
      <legend class="hidden-but-said">{say.showRows}</legend>
      {offered.map((filter) => (
        <label key={filter}>
          <input type="radio" name="filter" value={filter} checked={filter === active} onChange={() => onChoose(filter)} />
          {words[filter]}
        </label>
      ))}
    </fieldset>
  )
}

type Row = Omit<SignRowProps, 'showState'>

function rowsOf(batch: BatchOnScreen): Row[] {
  return batch.documents.map((document, index) => {
    const label = batch.labels[document.documentId]
    return { place: index + 1, document, label, differences: differences(document, label) satisfies Difference[] }
  })
}

function passes({ document, differences: found }: Row, filter: Filter): boolean {
  switch (filter) {
    case 'all':
      return true
    case 'different':
      return found.length > 0
    case 'warned':
      return document.facts !== undefined && (document.facts.warnings.length > 0 || document.facts.signatures.some(({ valid }) => !valid))
    case 'refused':
      return document.state === 'refused'
  }
}

function countRows(rows: readonly Row[]): Record<Filter, number> {
  const count = (filter: Filter) => rows.filter((row) => passes(row, filter)).length
  return { all: count('all'), different: count('different'), warned: count('warned'), refused: count('refused') }
}

function searchText({ document, label }: Row): string {
  return [document.facts?.number, document.facts?.subject, document.facts?.title, document.name, label?.number, label?.title].join(' ')
}
