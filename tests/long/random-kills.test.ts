import { afterAll, describe, it } from 'vitest'
import { RandomKills } from '../kills/random-kills.ts'

const kills = new RandomKills()
afterAll(() => {
  kills.remove()
  console.log(kills.report())
})

describe('an agent that is killed somewhere in a batch of 50', () => {
  it.each(Array.from({ length: 40 }, (_, index) => index + 21))('loses nothing and finishes nothing twice (seed %i)', (seed) => kills.kill(seed))
})
