import type { MarkName, MarkRectangle } from '../../shared/protocol/marks.ts'
import { mayStretch, pointsPerMm, type Change } from './mark-geometry.ts'

type Key = Pick<KeyboardEvent, 'key' | 'shiftKey' | 'altKey' | 'ctrlKey' | 'metaKey'>

/** What a key does to a mark; undefined where it is not for the mark: arrows by 1 mm, with Shift by 5; Alt with arrows, plus and minus resize. */
export function changeByKey({ key, shiftKey, altKey, ctrlKey, metaKey }: Key, mark: MarkName, { width, height }: MarkRectangle): Change | undefined {
  if (ctrlKey || metaKey) return undefined
  const step = pointsPerMm * (shiftKey && key.startsWith('Arrow') ? 5 : 1)
  const arrows: Record<string, readonly [number, number]> = { ArrowLeft: [-step, 0], ArrowRight: [step, 0], ArrowUp: [0, step], ArrowDown: [0, -step] }
  const arrow = arrows[key]
  if (arrow) return altKey ? { wider: arrow[0], higher: arrow[1] } : { dx: arrow[0], dy: arrow[1] }
  if (altKey || !mayStretch(mark)) return undefined
  const more = key === '+' || key === '=' ? step : key === '-' ? -step : undefined
  // Both sides in their proportion.
  return more === undefined ? undefined : { wider: more, higher: (more * height) / width }
}
