import { expect, test } from 'vitest'
import { Turns } from '../../../extension/ui/turns.ts'

const never = new AbortController().signal

/** Work that ends when it is told to. */
function job(started: string[], name: string): { work: () => Promise<string>; end: () => void; fail: () => void } {
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  return { work: () => (started.push(name), promise), end: () => resolve(name), fail: () => reject(new Error(name)) }
}

test('never more than so many at once, in the order of asking, and a failure gives its place back', async () => {
  const started: string[] = []
  const turns = new Turns(2)
  const [a, b, c, d] = ['a', 'b', 'c', 'd'].map((name) => job(started, name))
  if (!a || !b || !c || !d) throw new Error('no jobs')
  const taken = [a, b, c, d].map(({ work }) => turns.take(work, never))
  await Promise.resolve()
  expect(started).toEqual(['a', 'b'])
  b.fail()
  await expect(taken[1]).rejects.toThrow('b')
  expect(started).toEqual(['a', 'b', 'c'])
  a.end()
  expect(await taken[0]).toBe('a')
  expect(started).toEqual(['a', 'b', 'c', 'd'])
})

test('what nobody wants any more loses its turn and is never begun', async () => {
  const started: string[] = []
  const turns = new Turns(1)
  const first = job(started, 'first')
  const away = new AbortController()
  const taken = turns.take(first.work, never)
  const waiting = turns.take(job(started, 'gone').work, away.signal)
  const last = job(started, 'last')
  const after = turns.take(last.work, never)
  away.abort(new Error('scrolled away'))
  await expect(waiting).rejects.toThrow('scrolled away')
  first.end()
  await taken
  last.end()
  expect(await after).toBe('last')
  expect(started).toEqual(['first', 'last'])
  await expect(turns.take(first.work, AbortSignal.abort(new Error('too late')))).rejects.toThrow('too late')
})
