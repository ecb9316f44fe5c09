import { refusal, type Refusal } from '../../shared/errors.ts'
import { errorText } from '../../shared/text/errors.ts'
import { Icon } from './icon.tsx'
import { RefusalNotice } from './notice.tsx'
import { useLanguage, useSay } from './say.ts'
import type { UiEvents } from './ui-events.ts'

/** No certificate to sign with: what the agent says is wrong, or simply that the token is not plugged in. */
export function TokenStep({ problems, on }: { problems: readonly Refusal[]; on: UiEvents }) {
  const say = useSay()
  const language = useLanguage()
  return (
    <div class="step">
      <div class="step-words" role="status">
        <h2>{say.tokenTitle}</h2>
        {problems.length === 0 && <p class="soft">{errorText(refusal('token-missing'), language)}</p>}
      </div>
      <Problems problems={problems} />
      <button type="button" class="button main" onClick={() => on.send({ kind: 'refresh' })}>
        {say.tryAgain}
      </button>
    </div>
  )
}

/** The link is there, and the agent has not yet said what it found. */
export function ReadingTokens() {
  const say = useSay()
  return (
    <p class="bar soft" role="status">
      <Icon name="turning" />
      {say.readingTokens}
    </p>
  )
}

export function Problems({ problems }: { problems: readonly Refusal[] }) {
  return problems.map((problem, index) => <RefusalNotice key={`${problem.code} ${index}`} refusal={problem} />)
}
