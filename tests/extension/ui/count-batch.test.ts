import { expect, test } from 'vitest'
import { countBatch, mayRetry, minutesLeft } from '../../../extension/ui/count-batch.ts'
import { batch, batchDocument, batchInReview, batchInWork, batchWithFailures } from '../../fixtures/views.ts'
import { now } from './scenes.tsx'

test('a batch is counted by where its documents stand', () => {
  expect(countBatch(batchInReview())).toEqual({ total: 24, received: 23, signed: 0, waiting: 0, returned: 0, sent: 0, unsent: 0, refused: 1, skipped: 0, kept: 0, left: 23 })
  expect(countBatch(batchInWork())).toEqual({ total: 24, received: 24, signed: 7, waiting: 0, returned: 5, sent: 0, unsent: 0, refused: 0, skipped: 0, kept: 0, left: 17 })
  expect(countBatch(batchWithFailures())).toEqual({ total: 12, received: 11, signed: 11, waiting: 0, returned: 9, sent: 0, unsent: 0, refused: 1, skipped: 0, kept: 2, left: 0 })
})

test('the time left follows the pace since the first signature', () => {
  // Six signatures after the first in 150 s: 25 s each, 17 to go.
  expect(minutesLeft(batchInWork(), now)).toBe(8)
  expect(minutesLeft(batchInReview(), now)).toBeUndefined()
  expect(minutesLeft(batch([batchDocument(0, { state: 'checked' }), batchDocument(1)], { state: 'signing', firstSignedAt: '2026-11-24T02:06:00Z' }), now)).toBeUndefined()
})

test('only what can end otherwise may be tried again', () => {
  expect(mayRetry(batchDocument(0, { state: 'refused', refusal: { code: 'download-failed', facts: { status: '503' } } }))).toBe(true)
  expect(mayRetry(batchDocument(0, { state: 'refused', refusal: { code: 'document-too-large', facts: { size: '200 MB', limit: '100 MB' } } }))).toBe(false)
  expect(mayRetry(batchDocument(0, { state: 'checked', refusal: { code: 'login-expired', facts: { site: 'x' } } }))).toBe(true)
  expect(mayRetry(batchDocument(0, { state: 'checked' }))).toBe(false)
})
