import { expect, it } from 'vitest'
import { fuzzProtocol } from './protocol-fuzz.ts'

it('10,000 messages, well-formed, changed and senseless: no crash, no untyped error, no signature', async () => {
  const report = await fuzzProtocol(10_000, 20_261_124)
  expect(report.messages).toBe(10_000)
  // Of the processor, not of the clock: a few ms are usual.
  expect(report.cpuMsPerMessage).toBeLessThan(20)
  console.log(`fuzz: ${JSON.stringify(report)}`)
}, 1_800_000)
