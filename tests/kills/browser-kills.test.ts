import { afterAll, beforeAll, expect, it } from 'vitest'
import { WebOffice } from './web-office.ts'

// A sample, of points behind which the document system or the agent knows more than the browser's disk may: each costs a start of the
// browser. tests/long/browser-kills.test.ts kills it at every point of its worker.

const office = new WebOffice('browser')
beforeAll(() => office.open())
afterAll(() => office.close())

it('a browser that is killed around an upload and a next step loses nothing and does nothing twice', async () => {
  const points = ['after store begun#1', 'after ask upload#1', 'after store through#1', 'after send send-on#1']
  expect(await office.day(points)).toEqual(points)
})
