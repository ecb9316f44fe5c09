import type { BatchOnScreen } from '../../shared/messages/view.ts'
import { Icon } from './icon.tsx'
import { Notice } from './notice.tsx'
import { useSay } from './say.ts'
import type { UiEvents } from './ui-events.ts'

/** Documents that the system hands out only to a clerk who has logged in again. It goes on by itself then; the button asks at once. */
export function LoginNotice({ batch: { batchId, awaitsLogin }, on }: { batch: BatchOnScreen; on: UiEvents }) {
  const say = useSay()
  if (awaitsLogin === undefined) return null
  const again = (
    <button type="button" class="button" onClick={() => on.send({ kind: 'retry', batchId })}>
      <Icon name="retry" size={12} />
      {say.tryAgain}
    </button>
  )
  return (
    <Notice tone="care" urgent actions={again}>
      {say.loginAwaited(awaitsLogin.facts['site'] ?? '')}
    </Notice>
  )
}
