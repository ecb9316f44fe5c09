import type { BatchOnScreen } from '../../shared/messages/view.ts'
import { countBatch, isHeldUp } from './count-batch.ts'
import { Notice } from './notice.tsx'
import { useSay } from './say.ts'
import type { UiEvents } from './ui-events.ts'

/** Signed documents that wait for their time stamps: why, and what the clerk may do about it. */
export function StampNotice({ batch, on }: { batch: BatchOnScreen; on: UiEvents }) {
  const say = useSay()
  const { waiting } = countBatch(batch)
  const offered = batch.documents.filter(({ state, mayGoUnstamped }) => (state === 'signed' || state === 'stamped') && mayGoUnstamped).length
  if (waiting === 0) return null
  const action = offered > 0 && (
    <button type="button" class="button" onClick={() => on.send({ kind: 'go-unstamped', batchId: batch.batchId })}>
      {say.goUnstamped(offered)}
    </button>
  )
  const heldUp = batch.documents.some(isHeldUp)
  if (!heldUp && !action && batch.waiting !== 'stamp') return null
  return (
    <Notice tone={heldUp ? 'care' : 'wait'} actions={action}>
      {heldUp ? say.stampsHeldUp(waiting) : say.stampsAwaited}
    </Notice>
  )
}
