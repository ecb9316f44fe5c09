// @vitest-environment happy-dom
import { describe, expect, test } from 'vitest'
import { SignWindow } from '../../../extension/ui/sign-window.tsx'
import type { BatchOnScreen } from '../../../shared/messages/view.ts'
import { batch, batchDocument, batchInReview, batchInWork, batchStopped, batchWithBroken, view } from '../../fixtures/views.ts'
import { now } from './scenes.tsx'
import { mount } from './mount.tsx'
import { blankPapers } from './blank-papers.ts'

const show = (shown: BatchOnScreen) => mount((on) => <SignWindow view={{ ...view, batches: [shown] }} batchId={shown.batchId} now={now} papers={blankPapers().papers} on={on} />)

describe('in review', () => {
  test('what the agent read stands beside what the page says, and differences are marked', async () => {
    const window = await show(batchInReview())
    const different = window.all('.sign-row.different')
    expect(different).toHaveLength(1)
    expect(different[0]?.querySelector('.sign-file')?.textContent).toContain('1210/QĐ-UBND')
    expect([...(different[0]?.querySelectorAll('mark') ?? [])].map(({ textContent }) => textContent)).toEqual([
      '1201/QĐ-UBND', 'Về việc phê duyệt kế hoạch lựa chọn nhà thầu gói thầu số 07 sửa chữa trụ sở làm việc',
    ])
    expect(window.text()).toContain('1 văn bản có nội dung khác với điều trang web ghi')
  })

  test('what could not be read is not called the same', async () => {
    const window = await show(batchInReview())
    const row = window.all('.sign-row')[2]
    expect(row?.textContent).toContain('Không đối chiếu được')
    expect(row?.textContent).not.toContain('Trùng khớp')
    expect(row?.textContent).toContain('Không đọc được chữ trên trang 1')
  })

  test('earlier signatures are shown with their validity', async () => {
    const window = await show(batchInReview())
    expect(window.all('.sign-row')[7]?.textContent).toContain('Trần Quốc Bảo · 23/11/2026 · còn giá trị')
    expect(window.all('.sign-row')[4]?.textContent).toContain('Lê Văn Thành · 20/11/2026 · không còn giá trị')
  })

  test('a refused document says why and is not counted', async () => {
    const window = await show(batchInReview())
    expect(window.all('.sign-row.refused')[0]?.textContent).toContain('Văn bản này có mật khẩu bảo vệ')
    expect(window.text()).toContain('K7Q4-9MXD')
    await window.act(() => window.button('Ký 23 văn bản').click())
    await window.act(() => window.button('Hủy').click())
    const { batchId } = batchInReview()
    expect(window.told).toEqual([['send', { kind: 'approve', batchId }], ['send', { kind: 'cancel', batchId }]])
  })

  test('a document whose signature is broken is not on the list until the clerk insists', async () => {
    const shown = batchWithBroken()
    const window = await show(shown)
    expect(window.all('.sign-row.unlisted')[0]?.textContent).toContain('Không nằm trong danh sách ký')
    expect(window.text()).toContain('1 văn bản có chữ ký cũ không còn đúng')
    await window.act(() => window.all<HTMLButtonElement>('.insist-anyway button')[0]?.click())
    await window.act(() => window.button('Ký 2 văn bản').click())
    const { batchId, documents } = shown
    expect(window.told).toEqual([['send', { kind: 'insist', batchId, documentId: documents[1]?.documentId }], ['send', { kind: 'approve', batchId }]])
  })

  test('only what needs a look', async () => {
    const window = await show(batchInReview())
    const rows = async (value: string) => {
      await window.act(() => window.all<HTMLInputElement>(`input[name=filter][value=${value}]`)[0]?.click())
      return window.all('.sign-place').map(({ textContent }) => textContent)
    }
    expect(await rows('different')).toEqual(['2'])
    expect(await rows('warned')).toEqual(['3', '5'])
    expect(await rows('refused')).toEqual(['6'])
    expect(await rows('all')).toHaveLength(24)
  })

  test('nothing can be signed where everything was refused', async () => {
    const window = await show(batch([batchDocument(0, { state: 'refused', refusal: { code: 'document-not-pdf', facts: {} } })]))
    expect(window.button('Ký 0 văn bản').disabled).toBe(true)
    expect(window.all('h1')[0]?.textContent).toBe('Không có văn bản nào ký được')
  })
})

test('while documents arrive, the count is shown and nothing can be agreed to', async () => {
  const documents = Array.from({ length: 24 }, (_, index) => batchDocument(index, { state: index < 12 ? 'received' : 'offered' }))
  const window = await show(batch(documents, { state: 'open' }))
  expect(window.text()).toContain('Đã nhận 12/24')
  expect(window.button('Ký 24 văn bản').disabled).toBe(true)
})

test('while the PIN is asked for, the code stays and there is no second button to sign', async () => {
  const window = await show({ ...batchInReview(), state: 'approving' })
  expect(window.all('h1')[0]?.textContent).toBe('Nhập mã PIN trong cửa sổ của chương trình ký')
  expect(window.text()).toContain('K7Q4-9MXD')
  expect(window.has('.button.seal')).toBe(false)
})

test('a key that is confirmed elsewhere is not called a PIN window', async () => {
  const window = await show({ ...batchInReview(), state: 'approving', waiting: 'key' })
  expect(window.text()).toContain('chờ bạn xác nhận ở nơi khác')
  expect(window.text()).not.toContain('Cửa sổ nhập mã PIN đã mở')
})

test('while it signs: done, left, minutes', async () => {
  const window = await show(batchInWork())
  expect(window.all('[role=status]')[0]?.textContent).toBe('Đã ký 7/24, Đã trả về 5/24, còn 17, khoảng 8 phút nữa')
})

test('a stopped batch says why and goes on when asked', async () => {
  const window = await show(batchStopped())
  expect(window.all('[role=alert]')[0]?.textContent).toContain('đã bị rút ra')
  await window.act(() => window.button('Ký tiếp').click())
  expect(window.told).toEqual([['send', { kind: 'retry', batchId: batchStopped().batchId }]])
})

test('a batch that nobody knows is said so', async () => {
  const window = await mount((on) => <SignWindow view={view} batchId="gone" now={now} papers={blankPapers().papers} on={on} />)
  expect(window.text()).toContain('Chương trình ký không còn giữ lượt ký này')
})
