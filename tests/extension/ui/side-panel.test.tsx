// @vitest-environment happy-dom
import { expect, test } from 'vitest'
import { SidePanel } from '../../../extension/ui/side-panel.tsx'
import type { BatchOnScreen } from '../../../shared/messages/view.ts'
import { batchDocument, batch, batchAwaitingLogin, batchInReview, batchInWork, batchStopped, batchUnconfirmed, batchWithFailures, view } from '../../fixtures/views.ts'
import { mount } from './mount.tsx'
import { now } from './scenes.tsx'

const show = (...batches: BatchOnScreen[]) => mount((on) => <SidePanel view={{ ...view, batches }} now={now} on={on} />)

test('what needs the clerk stands open with its sentence; retry and save name the document', async () => {
  const shown = batchWithFailures()
  const panel = await show(shown)
  expect(panel.text()).toContain('Cần bạn xử lý (3)')
  expect(panel.text()).toContain('Phiên đăng nhập ở qlvb.anphu.gov.vn đã hết')
  await panel.act(() => panel.button('Thử lại cả 2 văn bản').click())
  await panel.act(() => panel.button('Thử lại: 1202/KH-UBND').click())
  await panel.act(() => panel.button('Lưu tệp: 1203/BC-SNV').click())
  const [second, third] = [shown.documents[2]?.documentId, shown.documents[3]?.documentId]
  expect(panel.told.map(([, command]) => command)).toEqual([
    { kind: 'retry', batchId: shown.batchId, documentIds: [second, third] },
    { kind: 'retry', batchId: shown.batchId, documentIds: [second] },
    { kind: 'save', batchId: shown.batchId, documentId: third },
  ])
})

test('a login that is over is said as what the batch waits for, and can be tried at once', async () => {
  const waiting = batchAwaitingLogin()
  const panel = await show(waiting)
  expect(panel.all('.card-head .state').map(({ textContent }) => textContent)).toEqual(['Chờ đăng nhập lại'])
  expect(panel.text()).toContain('Phiên đăng nhập ở qlvb.anphu.gov.vn đã hết, nên các văn bản còn lại chưa lấy về được')
  await panel.act(() => panel.button('Thử lại').click())
  expect(panel.told).toEqual([['send', { kind: 'retry', batchId: waiting.batchId }]])
})

test('a document that never can be signed offers no retry, and kept files cannot be thrown away by a click', async () => {
  const panel = await show(batchWithFailures())
  expect(panel.all('button').some((button) => button.getAttribute('aria-label')?.includes('1206'))).toBe(false)
  expect(panel.text()).not.toContain('Bỏ khỏi danh sách')
})

test('a finished batch can be removed from the list', async () => {
  const done = batch([batchDocument(0, { state: 'delivered' })], { state: 'done' })
  const panel = await show(done)
  await panel.act(() => panel.button('Bỏ khỏi danh sách').click())
  expect(panel.told).toEqual([['send', { kind: 'dismiss', batchId: done.batchId }]])
})

test('batches stand newest first, each with its own way on', async () => {
  const review = { ...batchInReview(), batchId: '44444444-4444-4444-8444-444444444444', startedAt: '2026-11-24T03:00:00Z' }
  const panel = await show(batchStopped(), batchInWork(), review)
  expect(panel.all('.card-head .state').map(({ textContent }) => textContent)).toEqual(['Chờ bạn xem lại', 'Đang ký', 'Đã dừng'])
  await panel.act(() => panel.button('Xem và ký').click())
  await panel.act(() => panel.button('Dừng ký').click())
  await panel.act(() => panel.button('Ký tiếp').click())
  expect(panel.told).toEqual([
    ['openBatch', review.batchId],
    ['send', { kind: 'cancel', batchId: batchInWork().batchId }],
    ['send', { kind: 'retry', batchId: batchStopped().batchId }],
  ])
})

test('signing can be paused, gone on with, and shortened by a document that waits', async () => {
  const work = batchInWork()
  const { batchId } = work
  const panel = await show(work)
  await panel.act(() => panel.button('Tạm dừng').click())
  await panel.act(() => panel.all('summary')[0]?.click())
  await panel.act(() => panel.all('details').forEach((details) => details.dispatchEvent(new Event('toggle'))))
  const skips = panel.all('button').filter((button) => button.getAttribute('aria-label')?.startsWith('Bỏ qua: '))
  expect(skips).toHaveLength(work.documents.filter(({ state }) => state === 'approved' || state === 'prepared').length)
  await panel.act(() => skips[0]?.click())
  const waiting = work.documents.find(({ state }) => state === 'prepared')?.documentId
  expect(panel.told).toEqual([['send', { kind: 'pause', batchId }], ['send', { kind: 'skip', batchId, documentId: waiting }]])

  const paused = await show({ ...work, state: 'paused' })
  expect(paused.text()).toContain('Trong vòng 5 phút không cần nhập lại mã PIN')
  await paused.act(() => paused.button('Ký tiếp').click())
  await paused.act(() => paused.button('Dừng ký').click())
  expect(paused.told).toEqual([['send', { kind: 'go-on', batchId }], ['send', { kind: 'cancel', batchId }]])
})

test('what the clerk left out needs nobody, and can still be signed later', async () => {
  const panel = await show(batch([batchDocument(0, { state: 'refused', refusal: { code: 'skipped', facts: {} } }), batchDocument(1, { state: 'delivered' })], { state: 'done' }))
  expect(panel.text()).not.toContain('Cần bạn xử lý')
  expect(panel.text()).not.toContain('cần xử lý')
  expect(panel.all('button').some(({ textContent }) => textContent.includes('Thử lại cả'))).toBe(false)
})

test('a delivery that nothing confirmed: seen by the clerk, or read back', async () => {
  const shown = batch([batchDocument(0, { state: 'checked', refusal: { code: 'delivery-unconfirmed', facts: {} } })], { state: 'done' })
  const documentId = shown.documents[0]?.documentId
  const panel = await show(shown)
  expect(panel.text()).toContain('Đã gửi, chưa xác nhận')
  await panel.act(() => panel.button(/^Đã thấy trong hệ thống: /).click())
  await panel.act(() => panel.button(/^Đọc lại để xác nhận: /).click())
  await panel.act(() => panel.button('Lưu biên nhận').click())
  const { batchId } = shown
  expect(panel.told.map(([, command]) => command)).toEqual([{ kind: 'seen', batchId, documentId }, { kind: 'read-back', batchId, documentId }, { kind: 'receipt', batchId }])
})

test('what is not confirmed is never sent again together with others', async () => {
  const panel = await show(batchUnconfirmed())
  expect(panel.all('button').some(({ textContent }) => textContent.includes('Thử lại cả'))).toBe(false)
  expect(panel.all('button').filter((button) => button.getAttribute('aria-label')?.startsWith('Thử lại: '))).toHaveLength(2)
})
