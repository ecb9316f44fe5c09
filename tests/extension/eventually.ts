import { expect } from 'vitest'

/** What becomes true by itself, on a busy machine too. */
export function eventually<Value>(read: () => Value) {
  return expect.poll(read, { timeout: 15_000, interval: 10 })
}
