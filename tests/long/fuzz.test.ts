import { expect, it } from 'vitest'
import { fuzzProtocol } from '../attacks/protocol-fuzz.ts'

it('100,000 messages, well-formed, changed and senseless: no crash, no untyped error, no signature', async () => {
  const seed = Date.now() % 2 ** 31
  console.log(`fuzz: seed ${seed}`)
  const report = await fuzzProtocol(100_000, seed)
  expect(report.messages).toBe(100_000)
  console.log(`fuzz: ${JSON.stringify(report)}`)
})
