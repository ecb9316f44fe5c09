import { describe, expect, test } from 'vitest'
import { readyToSign } from '../../../extension/ui/ready-to-sign.ts'
import type { FoundDocument } from '../../../shared/messages/page.ts'
import type { SignChoice } from '../../../shared/messages/view.ts'

type Act = SignChoice['profile']

const inState = (state?: string): FoundDocument => ({ key: 'a', byPage: false, name: 'a.pdf', certainty: 'certain', ...(state === undefined ? {} : { state }) })
const isReady = (state: string | undefined, act: Act) => readyToSign([inState(state)], act).ready.length === 1

describe('the words of a list', () => {
  test.each([undefined, 'Chờ ký', 'Chưa ký', 'Đã trình ký', 'Đã gửi trình ký', 'Trình ký', 'Đang xử lý', 'Đã ký nháy', 'ĐÃ KÝ TẮT', 'Đã xem', 'Mới'])('%s waits for approval', (state) => {
    expect(isReady(state, 'approve')).toBe(true)
  })
  test.each(['Đã ký', 'Đã ký duyệt', 'đã được ký số', 'Đã duyệt', 'Đã phê duyệt', 'Đã phát hành', 'ĐÃ BAN HÀNH', 'Đã gửi', 'Hoàn thành', 'Bị trả lại', 'Từ chối', 'Đã hủy', 'Đã thu hồi'])(
    '%s does not',
    (state) => {
      expect(isReady(state, 'approve')).toBe(false)
    },
  )
  test.each<[string, Act, boolean]>([
    ['Đã ký duyệt', 'issue', true],
    ['Đã đóng dấu', 'issue', false],
    ['Đã phát hành', 'appendix', false],
    ['Đã phát hành', 'copy', true],
    ['Đã thu hồi', 'copy', false],
    ['Đã xử lý', 'income', true],
    ['Đã ký nháy', 'initials', false],
    ['Đã ký duyệt', 'comment', false],
  ])('%s for %s: %s', (state, act, ready) => {
    expect(isReady(state, act)).toBe(ready)
  })
})

test('every document is either ready or counted among the exceptions, in the order of the page', () => {
  const documents: FoundDocument[] = [
    { ...inState(), key: '0' },
    { ...inState(), key: '1', secrecy: 'Tối mật', batch: 'signed' },
    { ...inState('Đã ký'), key: '2' },
    { ...inState(), key: '3', batch: 'open' },
    { ...inState(), key: '4', certainty: 'probable' },
    { ...inState('Chờ ký'), key: '5' },
  ]
  const { ready, leftOut } = readyToSign(documents, 'approve')
  expect(ready.map(({ key }) => key)).toEqual(['0', '5'])
  expect(leftOut).toEqual({ secret: 1, done: 1, inBatch: 1, unsure: 1 })
})

test('what the page says that a document waits for goes before the words of its state', () => {
  const waiting = { ...inState('Đã duyệt'), act: 'approve' as const }
  expect(readyToSign([waiting, inState('Chờ ký')], 'approve')).toEqual({ ready: [waiting], leftOut: { notAwaited: 1 } })
})

test('a filter does not change what the page tells: what waits for nothing is not meant because only such rows are shown', () => {
  const [waiting, other] = [{ ...inState(), act: 'approve' as const }, { ...inState('Lưu nháp'), key: 'b' }]
  expect(readyToSign([other], 'approve', [waiting, other])).toEqual({ ready: [], leftOut: { notAwaited: 1 } })
})
