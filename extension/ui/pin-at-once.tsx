import { useId } from 'preact/hooks'
import type { View } from '../../shared/messages/view.ts'
import { useSay } from './say.ts'
import type { UiEvents } from './ui-events.ts'

/** One step less for each batch, where the clerk wants it so. */
export function PinAtOnceChoice({ view, on }: { view: Pick<View, 'pinAtOnce'>; on: UiEvents }) {
  const say = useSay()
  const hint = useId()
  return (
    <>
      <label class="check">
        <input
          type="checkbox"
          checked={view.pinAtOnce === true}
          aria-describedby={hint}
          onChange={(event) => on.send({ kind: 'set-pin-at-once', pinAtOnce: event.currentTarget.checked })}
        />
        {say.pinAtOnce}
      </label>
      <p id={hint} class="soft small">
        {say.pinAtOnceHint}
      </p>
    </>
  )
}
