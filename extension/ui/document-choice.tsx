import { useCallback, useId, useRef, useState } from 'preact/hooks'
import type { FoundDocument } from '../../shared/messages/page.ts'
import { unfinishedOnly, type DocumentFilter } from './filter-documents.ts'
import { Icon } from './icon.tsx'
import { useSay } from './say.ts'
import { Steady, useSlices } from './steady.ts'

interface DocumentChoiceProps {
  documents: readonly FoundDocument[]
  filter: DocumentFilter
  chosen: ReadonlySet<string>
  onChoose: (chosen: ReadonlySet<string>) => void
}

/** The documents of the page: find, filter by state, choose all that are shown or one by one. */
export function DocumentChoice({ documents, filter, chosen, onChoose }: DocumentChoiceProps) {
  const list = useRef<HTMLUListElement>(null)
  const { shown } = filter
  return (
    <>
      <div class="find-row">
        <SearchField value={filter.query} onInput={filter.setQuery} onEnter={() => focusFirst(list.current)} />
        <StateFilter filter={filter} />
      </div>
      <ChooseAll total={documents.length} shown={shown} chosen={chosen} onChoose={onChoose} />
      <Rows list={list} shown={shown} chosen={chosen} onChoose={onChoose} />
    </>
  )
}

export function SearchField({ value, onInput, onEnter }: { value: string; onInput: (value: string) => void; onEnter?: () => void }) {
  const say = useSay()
  return (
    <div class="search">
      <Icon name="search" />
      <input
        type="search"
        class="field"
        aria-label={say.search}
        placeholder={say.search}
        value={value}
        onInput={(event) => onInput(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key !== 'Enter' && !(event.key === 'ArrowDown' && onEnter)) return
          event.preventDefault()
          onEnter?.()
        }}
      />
    </div>
  )
}

function StateFilter({ filter: { states, canBeUnfinished, state, setState } }: { filter: DocumentFilter }) {
  const say = useSay()
  if (states.length < 2 && !canBeUnfinished) return null
  return (
    <select class="field state-filter" aria-label={say.filterState} value={state} onChange={(event) => setState(event.currentTarget.value)}>
      <option value="">{say.anyState}</option>
      {canBeUnfinished && <option value={unfinishedOnly}>{say.unfinishedState}</option>}
      {states.map((each) => (
        <option key={each} value={each}>
          {each}
        </option>
      ))}
    </select>
  )
}

interface ShownProps extends Pick<DocumentChoiceProps, 'chosen' | 'onChoose'> {
  shown: readonly FoundDocument[]
}

function ChooseAll({ total, shown, chosen, onChoose }: ShownProps & { total: number }) {
  const say = useSay()
  const chosenHere = shown.filter(({ key }) => chosen.has(key)).length
  const all = shown.length > 0 && chosenHere === shown.length
  const toggle = () => {
    const next = new Set(chosen)
    for (const { key } of shown) {
      if (all) next.delete(key)
      else next.add(key)
    }
    onChoose(next)
  }
  return (
    <div class="choose-all">
      <label>
        <input
          type="checkbox"
          checked={all}
          ref={(box) => {
            if (box) box.indeterminate = chosenHere > 0 && !all
          }}
          disabled={shown.length === 0}
          onChange={toggle}
        />
        {say.chooseAll(shown.length)}
      </label>
      <span class="soft" role="status">
        {say.chosen(chosen.size, total)}
      </span>
    </div>
  )
}

interface RowsProps extends ShownProps {
  list: { current: HTMLUListElement | null }
}

/** One tab stop for the whole list; the arrow keys move inside it. */
function Rows({ list, shown, chosen, onChoose }: RowsProps) {
  const say = useSay()
  const hint = useId()
  const [current, setCurrent] = useState<string>()
  const tabStop = shown.some(({ key }) => key === current) ? current : shown[0]?.key
  const latest = useRef(chosen)
  latest.current = chosen
  const toggle = useCallback((key: string) => {
    const next = new Set(latest.current)
    if (!next.delete(key)) next.add(key)
    onChoose(next)
  }, [onChoose])
  const drawn = useSlices(shown)
  if (shown.length === 0) return <p class="no-match soft">{say.noMatch}</p>
  return (
    <>
      <p id={hint} class="hidden-but-said">
        {say.listKeys}
      </p>
      <ul class="rows" ref={list} aria-label={say.documentList} aria-describedby={hint} onKeyDown={moveByKey}>
        {drawn.map((document) => {
          const { key } = document
          return <Row key={key} document={document} isChosen={chosen.has(key)} isTabStop={key === tabStop} onFocus={setCurrent} onToggle={toggle} />
        })}
      </ul>
    </>
  )
}

interface RowProps {
  document: FoundDocument
  isChosen: boolean
  isTabStop: boolean
  onFocus: (key: string) => void
  onToggle: (key: string) => void
}

class Row extends Steady<RowProps> {
  override render() {
    const { document, isChosen, isTabStop, onFocus, onToggle } = this.props
    return (
      <li>
        <label class={isChosen ? 'row chosen' : 'row'}>
          <input type="checkbox" checked={isChosen} tabIndex={isTabStop ? 0 : -1} onFocus={() => onFocus(document.key)} onChange={() => onToggle(document.key)} />
          <RowWords document={document} />
        </label>
      </li>
    )
  }
}

function RowWords({ document }: { document: FoundDocument }) {
  const say = useSay()
  const { number, title, name, date, secrecy } = document
  return (
    <span class="row-words">
      <span class="row-first">
        <strong title={number === undefined ? (title ?? name) : undefined}>{number ?? title ?? name}</strong>
        {date && <span class="soft small">{date}</span>}
        <StateChip document={document} />
        {secrecy && (
          <span class="chip secret">
            <Icon name="lock" size={11} />
            {secrecy}
          </span>
        )}
      </span>
      {number !== undefined && (
        <span class="row-second" title={title ?? name}>
          {title ?? name}
        </span>
      )}
      {document.certainty === 'probable' && (
        <span class="state care">
          <Icon name="question" size={12} />
          {say.probable}
        </span>
      )}
    </span>
  )
}

/** Where this browser has the document in a batch, that says more than the page, which may be older. */
function StateChip({ document: { state, batch } }: { document: FoundDocument }) {
  const say = useSay()
  if (batch === undefined) return state ? <span class="chip">{state}</span> : null
  const { name, tone, words } = batch === 'signed' ? ({ name: 'check', tone: 'good', words: say.signedHere } as const) : ({ name: 'pen', tone: 'busy', words: say.inBatch } as const)
  return (
    <span class={`chip ${tone}`} title={state}>
      <Icon name={name} size={11} />
      {words}
    </span>
  )
}

function focusFirst(list: HTMLUListElement | null): void {
  list?.querySelector<HTMLInputElement>('input[tabindex="0"]')?.focus()
}

function moveByKey(event: KeyboardEvent & { currentTarget: HTMLUListElement }): void {
  const boxes = [...event.currentTarget.querySelectorAll<HTMLInputElement>('input')]
  const at = boxes.findIndex((box) => box === event.target)
  const last = boxes.length - 1
  const targets: Record<string, number> = { ArrowDown: Math.min(at + 1, last), ArrowUp: Math.max(at - 1, 0), Home: 0, End: last, PageDown: Math.min(at + 10, last), PageUp: Math.max(at - 10, 0) }
  const to = targets[event.key]
  if (to === undefined) return
  event.preventDefault()
  boxes[to]?.focus()
}
