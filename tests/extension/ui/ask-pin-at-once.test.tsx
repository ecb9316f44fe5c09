// @vitest-environment happy-dom
import { beforeEach, describe, expect, test, vi } from 'vitest'
import { isPlain } from '../../../extension/ui/ask-pin-at-once.ts'
import { SignWindow } from '../../../extension/ui/sign-window.tsx'
import type { BatchOnScreen } from '../../../shared/messages/view.ts'
import { batch, batchDocument, facts, view } from '../../fixtures/views.ts'
import { blankPapers } from './blank-papers.ts'
import { mount } from './mount.tsx'
import { now } from './scenes.tsx'

beforeEach(() => {
  vi.stubGlobal('matchMedia', () => ({ matches: true, addEventListener: () => undefined, removeEventListener: () => undefined }))
  vi.stubGlobal('IntersectionObserver', class { observe() {} disconnect() {} })
})

const received = (change: Partial<ReturnType<typeof facts>> = {}) =>
  batchDocument(0, { state: 'received', facts: { ...facts(0), signatures: [], warnings: [], ...change } })
const window = (shown: BatchOnScreen, pinAtOnce: boolean) => (on: Parameters<Parameters<typeof mount>[0]>[0]) =>
  <SignWindow view={{ ...view, pinAtOnce, batches: [shown] }} batchId={shown.batchId} now={now} papers={blankPapers().papers} on={on} />
const plain = batch([received()], { state: 'offered' })

describe('the PIN at once', () => {
  test.each([
    ['nobody can say whether it was revoked', { certificateCheck: { state: 'unknown' } }],
    ['the documents can be sent on, which is the clerk’s word', { next: { label: 'Phát hành', recipients: {} } }],
  ] as const)('waits where %s', async (_, rest) => {
    expect((await mount(window({ ...plain, ...rest }, true))).told).toEqual([])
  })

  test('is asked for when all is there and nothing wants an eye, once', async () => {
    const shown = await mount(window(plain, true))
    const approve = ['send', { kind: 'approve', batchId: plain.batchId }]
    expect(shown.told).toEqual([approve])
    await shown.again(window({ ...plain, state: 'approving' }, true)({} as never))
    expect(shown.told).toEqual([approve])
  })

  test('is not asked for where the clerk has not chosen so', async () => {
    expect((await mount(window(plain, false))).told).toEqual([])
  })

  test.each([
    ['a warning', batch([received({ warnings: ['javascript'] })], { state: 'offered' })],
    ['a broken signature', batch([received({ signatures: [{ holder: 'A', valid: false }] })], { state: 'offered' })],
    ['a refused document', batch([received(), batchDocument(1, { state: 'refused' })], { state: 'offered' })],
    ['a label that says something else', { ...plain, labels: { [received().documentId]: { name: received().name, number: '999/KHAC' } } }],
  ])('waits for the clerk where there is %s', async (_, shown) => {
    expect(isPlain(plain)).toBe(true)
    expect(isPlain(shown)).toBe(false)
    expect((await mount(window(shown, true))).told).toEqual([])
  })
})
