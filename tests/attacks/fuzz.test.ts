import { expect, it } from 'vitest'
import { fuzzProtocol } from './protocol-fuzz.ts'

it('10,000 messages, well-formed, changed and senseless: no crash, no untyped error, no signature', async () => {
  const report = await fuzzProtocol(10_000, 20_261_124)
  expect(report.messages).toBe(10_000)
  console.log(`fuzz: ${JSON.stringify(report)}`)
}, 240_000)
