import { afterAll, beforeAll, it } from 'vitest'
import { WebOffice } from '../kills/web-office.ts'
import { workerPoints } from '../kills/worker-points.ts'

const office = new WebOffice('browser')
beforeAll(() => office.open())
afterAll(() => office.close())

it('a browser that is killed before and after each point of its worker, in turn: nothing is lost, nothing is finished, uploaded or sent on twice', async () => {
  await office.killAtEach(workerPoints.flatMap((point) => [`before ${point}`, `after ${point}`]))
})
