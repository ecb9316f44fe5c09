import { afterAll, beforeAll, it } from 'vitest'
import { WebOffice } from '../kills/web-office.ts'
import { workerPoints } from '../kills/worker-points.ts'

// From the consent on. Before it a browser that comes back without its login may not fetch what it still has to bring: those documents
// are told as refused, and the clerk, who is asked to log in, chooses them anew.
const untilConsent = ['store opened#1', 'send open#1', 'send sent#1']

const office = new WebOffice('browser')
beforeAll(() => office.open())
afterAll(() => office.close())

it('a browser that is killed before and after each point of its worker, in turn: nothing is lost, nothing is finished, uploaded or sent on twice', async () => {
  await office.killAtEach(workerPoints.filter((point) => !untilConsent.includes(point)).flatMap((point) => [`before ${point}`, `after ${point}`]))
})
