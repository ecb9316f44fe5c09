import { sureFrom } from '../../shared/protocol/limits.ts'
import type { MarkName } from '../../shared/protocol/marks.ts'
import type { Reach } from './alike-documents.ts'
import { Icon } from './icon.tsx'
import { markWords, placeWords } from './mark-words.ts'
import { useSay } from './say.ts'
import type { MarkPlaces } from './use-mark-places.ts'

interface MarkBarProps {
  places: MarkPlaces
  /** Bring a mark into sight and give it the focus. */
  onGo: (mark: MarkName) => void
}

/** Which marks the document gets and on which page, where the current one is, and for whom its place holds. */
export function MarkBar({ places, onGo }: MarkBarProps) {
  const say = useSay()
  const { marks, movable, current, alike } = places
  if (marks.length === 0) return null
  const words = markWords(say)
  const placed = marks.find(({ mark }) => mark === current?.mark)
  return (
    <div class="mark-bar" role="group" aria-label={say.markPlaces}>
      <div class="mark-names">
        {marks.map(({ mark, page, confidence, by }) => (
          <button key={mark} type="button" class="button quiet low" aria-pressed={mark === current?.mark} onClick={() => onGo(mark)}>
            <Icon name={by === 'clerk' ? 'pen' : confidence < sureFrom ? 'question' : 'check'} size={12} />
            <span class="hidden-but-said">{say.markShow} </span>
            {say.markOnPage(words[mark], page)}
          </button>
        ))}
      </div>
      <p class={isUnsure(places) ? 'mark-word state care' : 'mark-word soft small'} role="status">
        {isUnsure(places) && <Icon name="care" size={14} />}
        <span>{useWord(places)}</span>
      </p>
      {movable && placed?.proposed && (
        <div class="mark-choice">
          {alike.length > 0 && placed.by === 'clerk' && <ReachChoice places={places} />}
          <button type="button" class="button quiet low" onClick={() => places.back(placed.mark)}>
            <Icon name="retry" size={12} />
            {say.markBack}
          </button>
          {placed.by === 'clerk' && places.document.facts?.template !== undefined && <span class="soft small">{say.markLearns}</span>}
        </div>
      )}
    </div>
  )
}

function isUnsure({ marks, current }: MarkPlaces): boolean {
  const looked = current ? marks.filter(({ mark }) => mark === current.mark) : marks
  return looked.some(({ by, confidence }) => by === 'reading' && confidence < sureFrom)
}

/** Where the current mark is; before there is one, what can be done. */
function useWord(places: MarkPlaces): string {
  const say = useSay()
  const { current, movable, marks } = places
  const unsure = isUnsure(places) ? say.markUnsure : undefined
  if (current === undefined) return unsure ?? (marks.some(({ by }) => by === 'memory') ? say.markRemembered : movable ? say.markHint : '')
  return [placeWords(say, current.mark, current.at), ...(unsure ? [unsure] : [])].join('. ')
}

function ReachChoice({ places: { reach, setReach, alike, document } }: { places: MarkPlaces }) {
  const say = useSay()
  const count = alike.length + 1
  const choices: { value: Reach; words: string }[] = [
    { value: 'one', words: say.reachOne },
    { value: 'alike', words: document.facts?.warnings.includes('place-unsure') ? say.reachSize(count) : say.reachTemplate(count) },
  ]
  return (
    <fieldset class="choices">
      <legend class="hidden-but-said">{say.markReach}</legend>
      {choices.map(({ value, words }) => (
        <label key={value}>
          <input type="radio" name="reach" value={value} checked={reach === value} onChange={() => setReach(value)} />
          {words}
        </label>
      ))}
    </fieldset>
  )
}
