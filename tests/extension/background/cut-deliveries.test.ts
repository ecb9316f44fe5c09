import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { CutDeliveries } from '../../../extension/background/cut-deliveries.ts'
import { LineLost } from '../../../shared/messages/line-lost.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const unknown = new LineLost('unknown')
const missing = new LineLost('missing')

function turnsOf(cut: CutDeliveries, documentIds: readonly string[]): string[] {
  return documentIds.filter((documentId) => cut.isTurnOf(documentId))
}

test('one has its turn after pauses that grow, and all have once the system has answered', () => {
  const started: number[] = []
  const startedAt = Date.now()
  const cut = new CutDeliveries(() => {
    started.push((Date.now() - startedAt) / 1_000)
    const [next = ''] = turnsOf(cut, ['a', 'b'])
    cut.take(next)
    cut.add(next, unknown)
  })
  cut.add('a', unknown)
  cut.add('b', unknown)
  vi.advanceTimersByTime(130_000)
  expect(started).toEqual([1, 3, 7, 15, 31, 63, 123])
  expect([cut.isLost, cut.any, turnsOf(cut, ['a', 'b'])]).toEqual([true, true, []])
  cut.stands()
  expect([cut.isLost, cut.any, turnsOf(cut, ['a', 'b'])]).toEqual([false, true, ['a', 'b']])
})

test('what is over by another way holds up nobody', () => {
  const go = vi.fn()
  const cut = new CutDeliveries(go)
  cut.await('a')
  cut.await('b')
  vi.advanceTimersByTime(1_000)
  expect(turnsOf(cut, ['a', 'b'])).toEqual(['a'])
  cut.drop('a')
  vi.advanceTimersByTime(2_000)
  expect(turnsOf(cut, ['a', 'b'])).toEqual(['b'])
  cut.drop('b')
  expect([cut.isLost, cut.any, go.mock.calls.length]).toEqual([false, false, 2])
})

test('a system that breaks off each upload, and says that it has not come, is left to the clerk in the end', () => {
  const cut = new CutDeliveries(() => undefined)
  const again: boolean[] = []
  for (let times = 0; times < 5; times++) {
    again.push(cut.add('a', missing))
    cut.stands()
    cut.take('a')
  }
  expect(again).toEqual([true, true, true, false, false])
  expect(cut.any).toBe(false)
})
