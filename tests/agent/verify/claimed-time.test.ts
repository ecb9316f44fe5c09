import { expect, it } from 'vitest'
import { claimedTime } from '../../../agent/verify/claimed-time.ts'

it.each([
  ["D:20260301090304+07'00'", '2026-03-01T02:03:04.000Z'],
  ["D:20260301090304+07'00", '2026-03-01T02:03:04.000Z'],
  ['D:20260301090304+0700', '2026-03-01T02:03:04.000Z'],
  ["D:20260301090304-05'30'", '2026-03-01T14:33:04.000Z'],
  ['D:20260301090304Z', '2026-03-01T09:03:04.000Z'],
  ['D:20260301090304', '2026-03-01T09:03:04.000Z'],
  ['D:2026', '2026-01-01T00:00:00.000Z'],
  ['1 March 2026', undefined],
  ['', undefined],
  [undefined, undefined],
])('%s is %s', (text, iso) => {
  expect(claimedTime(text)?.toISOString()).toBe(iso)
})
