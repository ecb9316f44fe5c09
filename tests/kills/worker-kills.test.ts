import { afterAll, beforeAll, expect, it } from 'vitest'
import { WebOffice } from './web-office.ts'
import { oddDays, oddPoints, otherPoints, pointsOfRestart, workerPoints } from './worker-points.ts'

// The extension's worker, killed at each of its points. The browser is killed at a sample of them in browser-kills.test.ts, and at all of
// them in tests/long/browser-kills.test.ts.

const office = new WebOffice('worker')
beforeAll(() => office.open())
afterAll(() => office.close())

it('the list is what the worker passes in a batch, and nothing else', async () => {
  expect(await office.day([])).toEqual([])
  const listed = workerPoints.filter((point) => !pointsOfRestart.includes(point) || point === 'store forgotten#1').map((point) => point.slice(0, point.indexOf('#')))
  expect(await office.passed()).toEqual([...listed, ...otherPoints].sort())
})

it('killed before and after each, in turn: nothing is lost, nothing is finished, uploaded or sent on twice', async () => {
  await office.killAtEach(workerPoints.flatMap((point) => [`before ${point}`, `after ${point}`]))
})

it('each point of odd days has a day, before it and after it', () => {
  const killed = oddDays.flatMap(({ points }) => points).map((point) => point.slice(0, point.indexOf('#')))
  for (const point of oddPoints) expect(killed).toEqual(expect.arrayContaining([`before ${point}`, `after ${point}`]))
})

it.each(oddDays)('and where $day: $points', async (odd) => {
  expect((await office.day(odd.points, odd)).toSorted()).toEqual(odd.points.toSorted())
})
