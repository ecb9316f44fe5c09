import { afterAll, describe, it } from 'vitest'
import { RandomKills } from './random-kills.ts'

const kills = new RandomKills()
afterAll(() => {
  kills.remove()
  console.log(kills.report())
})

describe('an agent that is killed somewhere in a batch of 50', () => {
  it.concurrent.each(Array.from({ length: 20 }, (_, index) => index + 1))('loses nothing and finishes nothing twice (seed %i)', (seed) => kills.kill(seed))
})
