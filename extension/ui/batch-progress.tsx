import { useRef } from 'preact/hooks'
import type { BatchOnScreen } from '../../shared/messages/view.ts'
import { countBatch, minutesLeft, needsClerk } from './count-batch.ts'
import { Icon, type IconName } from './icon.tsx'
import { useSay } from './say.ts'

type BatchState = BatchOnScreen['state']

const icons = {
  open: 'turning', offered: 'pen', approving: 'lock', signing: 'turning', paused: 'pause', stopped: 'care', done: 'check', cancelled: 'cross',
} as const satisfies Record<BatchState, IconName>
const tones = {
  open: 'busy', offered: 'busy', approving: 'busy', signing: 'busy', paused: 'care', stopped: 'care', done: 'good', cancelled: '',
} as const satisfies Record<BatchState, string>

export function BatchStateWords({ batch }: { batch: BatchOnScreen }) {
  const say = useSay()
  const needing = batch.state === 'done' && batch.documents.some(needsClerk)
  const words = {
    open: batch.awaitsLogin ? say.batchAwaitsLogin : say.batchOpen,
    offered: say.batchOffered,
    approving: say.batchApproving,
    signing: batch.waiting === 'stamp' ? say.batchAwaitsStamps : say.batchSigning,
    paused: say.batchPaused,
    stopped: say.batchStopped,
    done: needing ? say.batchDoneButSome : say.batchDone,
    cancelled: say.batchCancelled,
  } satisfies Record<BatchState, string>
  return (
    <span class={`state ${needing || batch.awaitsLogin ? 'care' : tones[batch.state]}`}>
      <Icon name={needing || batch.awaitsLogin ? 'care' : batch.waiting === 'stamp' ? 'clock' : icons[batch.state]} size={14} />
      {words[batch.state]}
    </span>
  )
}

/** The progress in a few words; the first are enough where there is little room. */
export function useProgressWords(batch: BatchOnScreen, now: number): string[] {
  const say = useSay()
  const count = countBatch(batch)
  if (batch.state === 'open') return [say.received(count.received, count.total)]
  if (batch.state === 'offered' || batch.state === 'approving') return [say.documents(count.total - count.refused)]
  const minutes = minutesLeft(batch, now)
  const words = [say.signed(count.signed, count.total)]
  if (count.signed > 0) words.push(say.returned(count.returned, count.total))
  if (batch.sendOn && count.returned > 0) words.push(say.sentOn(count.sent, count.total))
  if (count.left > 0) words.push(say.left(count.left))
  if (count.waiting > 0) words.push(say.awaitingStamps(count.waiting))
  if (minutes !== undefined) words.push(minutes <= 1 ? say.lessThanMinute : say.minutesLeft(minutes))
  return words
}

/** What a screen reader hears: the same words, but only when the batch turns or another tenth of it is done. */
export function useSpokenProgress(batch: BatchOnScreen, now: number): string {
  const words = useProgressWords(batch, now).join(', ')
  const { total, received, signed, waiting, refused, kept } = countBatch(batch)
  const turn = [batch.state, refused, kept, Math.floor((10 * waiting) / total), Math.floor((10 * received) / total), Math.floor((10 * signed) / total)].join(' ')
  const spoken = useRef({ turn, words })
  if (spoken.current.turn !== turn) spoken.current = { turn, words }
  return spoken.current.words
}

export function BatchProgress({ batch, now }: { batch: BatchOnScreen; now: number }) {
  const say = useSay()
  const { refused, kept, skipped, unsent } = countBatch(batch)
  const [first, ...rest] = useProgressWords(batch, now)
  const failed = refused - skipped + kept + unsent
  return (
    <div class="progress">
      <ProgressLine batch={batch} />
      <p class="progress-words">
        <strong>{first}</strong>
        {rest.map((words) => (
          <span key={words}>{words}</span>
        ))}
        {failed > 0 && (
          <span class="state bad">
            <Icon name="refused" size={12} />
            {say.failed(failed)}
          </span>
        )}
      </p>
    </div>
  )
}

/** Returned, then signed and on its way back, then refused; while documents are still coming: received. */
export function ProgressLine({ batch }: { batch: BatchOnScreen }) {
  const { total, received, signed, returned, refused } = countBatch(batch)
  if (batch.state === 'offered' || batch.state === 'approving') return null
  const done = batch.state === 'open' ? received : returned
  return (
    <div class="progress-line" aria-hidden="true">
      <span style={{ inlineSize: share(done, total) }} />
      <span class="under-way" style={{ inlineSize: share(batch.state === 'open' ? 0 : signed - returned, total) }} />
      <span class="failed" style={{ inlineSize: share(refused, total) }} />
    </div>
  )
}

function share(part: number, whole: number): string {
  return `${whole === 0 ? 0 : (100 * part) / whole}%`
}
