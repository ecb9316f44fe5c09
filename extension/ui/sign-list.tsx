import { useEffect, useId, useRef, useState } from 'preact/hooks'
import { canBeSeen, filters, type Filter, type RowChoice } from './choose-rows.ts'
import { SearchField } from './document-choice.tsx'
import type { Papers } from './papers.ts'
import { useSay } from './say.ts'
import { SignRow, type SignRowProps } from './sign-row.tsx'
import { Steady, useSlices } from './steady.ts'

/** Below this many documents there is nothing to search for. */
const searchFrom = 8

interface SignListProps {
  rows: RowChoice
  showState: boolean
  /** Undefined while documents come in or are signed: their pictures can wait, the work cannot. */
  thumbnails: Papers['thumbnail'] | undefined
  /** The pointer or the focus has come to the rows. */
  onNear: () => void
  /** The document that the preview shows. */
  seen: string | undefined
  onSee: (documentId: string) => void
  onInsist: (documentId: string) => void
  /** The focus moved on while a document is seen. */
  onFollow: (documentId: string) => void
}

export function SignList({ rows, ...rest }: SignListProps) {
  const say = useSay()
  return (
    <section class="sign-list" aria-label={say.documentList}>
      <div class="find-row">
        {rows.total >= searchFrom && <SearchField value={rows.query} onInput={rows.setQuery} />}
        <Filters rows={rows} />
      </div>
      <div class="sign-columns soft small" aria-hidden="true">
        <span />
        <span />
        <span>{say.columnFile}</span>
        <span>{say.columnPage}</span>
        <span>{say.columnMarks}</span>
      </div>
      {rows.shown.length === 0 && <p class="no-match soft">{say.noMatch}</p>}
      <Rows rows={rows} {...rest} />
    </section>
  )
}

/** One tab stop for the whole list; the arrow keys move inside it, and an open preview follows. */
function Rows({ rows: { shown }, showState, thumbnails, onNear, seen, onSee, onInsist, onFollow }: SignListProps) {
  const say = useSay()
  const hint = useId()
  const list = useRef<HTMLOListElement>(null)
  const [current, setCurrent] = useState<string>()
  const seeable = shown.filter(({ document }) => canBeSeen(document)).map(({ document }) => document.documentId)
  const tabStop = [seen, current].find((documentId) => documentId !== undefined && seeable.includes(documentId)) ?? seeable[0]
  useEffect(() => {
    if (seen !== undefined) list.current?.querySelector(`[data-document="${seen}"]`)?.closest('li')?.scrollIntoView({ block: 'nearest' })
  }, [seen])
  const move = (event: KeyboardEvent) => {
    const to = targetOf(event.key, seeable.indexOf(tabStop ?? ''), seeable)
    if (to === undefined) return
    event.preventDefault()
    list.current?.querySelector<HTMLElement>(`[data-document="${to}"]`)?.focus()
    if (seen !== undefined) onFollow(to)
  }
  return (
    <>
      <p id={hint} class="hidden-but-said">
        {say.rowKeys}
      </p>
      <ol class="sign-rows" ref={list} aria-label={say.documentList} aria-describedby={hint} onKeyDown={move} onPointerOver={onNear} onFocusCapture={onNear}>
        {useSlices(shown).map((row) => {
          const { documentId } = row.document
          return <SameRow key={documentId} {...{ row, showState, thumbnails, onSee, onInsist }} seen={documentId === seen} isTabStop={documentId === tabStop} onFocus={setCurrent} />
        })}
      </ol>
    </>
  )
}

class SameRow extends Steady<SignRowProps> {
  override render() {
    return <SignRow {...this.props} />
  }
}

function targetOf(key: string, at: number, ids: readonly string[]): string | undefined {
  const last = ids.length - 1
  const targets: Record<string, number> = {
    ArrowDown: Math.min(at + 1, last), ArrowUp: Math.max(at - 1, 0), Home: 0, End: last, PageDown: Math.min(at + 10, last), PageUp: Math.max(at - 10, 0),
  }
  const to = targets[key]
  return to === undefined ? undefined : ids[to]
}

function Filters({ rows: { counts, filter: active, setFilter } }: { rows: RowChoice }) {
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
          <input type="radio" name="filter" value={filter} checked={filter === active} onChange={() => setFilter(filter)} />
          {words[filter]}
        </label>
      ))}
    </fieldset>
  )
}
