import { useId } from 'preact/hooks'
import type { SignChoice } from '../../shared/messages/view.ts'
import { profileWords } from './profile-words.ts'
import { useSay } from './say.ts'

type Act = SignChoice['profile']

interface ActChoiceProps<Offered extends Act> {
  acts: readonly Offered[]
  value: Offered
  onChoose: (act: Offered) => void
}

/** What the documents are signed for. */
export function ActChoice<Offered extends Act>({ acts, value, onChoose }: ActChoiceProps<Offered>) {
  const say = useSay()
  const id = useId()
  const words = profileWords(say)
  return (
    <div class="act-choice">
      <label for={id} class="soft">
        {say.profile}
      </label>
      <select id={id} class="field" value={value} onChange={(event) => onChoose(event.currentTarget.value as Offered)}>
        {acts.map((act) => (
          <option key={act} value={act}>
            {words[act]}
          </option>
        ))}
      </select>
    </div>
  )
}
