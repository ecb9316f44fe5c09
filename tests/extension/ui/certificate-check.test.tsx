// @vitest-environment happy-dom
import { expect, test } from 'vitest'
import { SidePanel } from '../../../extension/ui/side-panel.tsx'
import { SignWindow } from '../../../extension/ui/sign-window.tsx'
import type { BatchOnScreen } from '../../../shared/messages/view.ts'
import { batchAwaitingStamps, batchInReview, batchOfUnknown, batchStampsHeldUp, revoked, view } from '../../fixtures/views.ts'
import { drawnPapers } from './drawn-papers.ts'
import { mount } from './mount.tsx'
import { now } from './scenes.tsx'

const signWindow = (shown: BatchOnScreen) => mount((on) => <SignWindow view={{ ...view, batches: [shown] }} batchId={shown.batchId} now={now} papers={drawnPapers} on={on} />)
const panel = (shown: BatchOnScreen) => mount((on) => <SidePanel view={{ ...view, batches: [shown] }} now={now} on={on} />)

test('the answer of the issuer is asked for, and said when it is good', async () => {
  expect((await signWindow({ ...batchInReview(), certificateCheck: { state: 'asking' } })).text()).toContain('Đang hỏi')
  const good = await signWindow({ ...batchInReview(), certificateCheck: { state: 'good' } })
  expect(good.text()).toContain('Nơi cấp xác nhận chứng thư còn hiệu lực.')
  expect(good.button(/^Ký \d+ văn bản$/).disabled).toBe(false)
})

test('where nobody could say, nothing is signed until the clerk has ticked it, and the agent is told so', async () => {
  const shown = batchOfUnknown()
  const window = await signWindow(shown)
  expect(window.button(/^Ký \d+ văn bản$/).disabled).toBe(true)
  await window.act(() => window.all<HTMLInputElement>('.insist input')[0]?.click())
  expect(window.button(/^Ký \d+ văn bản$/).disabled).toBe(false)
  await window.act(() => window.button(/^Ký \d+ văn bản$/).click())
  expect(window.told).toEqual([['send', { kind: 'approve', batchId: shown.batchId, insist: true }]])
})

test('a revoked certificate blocks, and there is nothing to tick', async () => {
  const window = await signWindow({ ...batchInReview(), certificateCheck: revoked })
  expect(window.text()).toContain('thu hồi')
  expect(window.has('.insist')).toBe(false)
  expect(window.button(/^Ký \d+ văn bản$/).disabled).toBe(true)
})

test('in the panel such a batch leads to the window with the tick, not to a refusal', async () => {
  const shown: BatchOnScreen = { ...batchOfUnknown(), state: 'stopped' }
  const stopped = await panel(shown)
  expect(stopped.text()).not.toContain('Ký tiếp')
  await stopped.act(() => stopped.button('Xem và ký').click())
  expect(stopped.told).toEqual([['openBatch', shown.batchId]])
})

test('what waits for its stamp is said to be signed and to come back by itself, without a button', async () => {
  const waiting = await panel(batchAwaitingStamps())
  expect(waiting.text()).toContain('không cần USB ký số nữa')
  expect(waiting.text()).not.toContain('Trả bản không có dấu thời gian')
})

test('where the server fails, the panel says that all is kept, and offers to go without only for what has waited long enough', async () => {
  const shown = batchStampsHeldUp()
  const held = await panel(shown)
  expect(held.text()).toContain('3 văn bản đã ký được giữ an toàn trên máy này')
  await held.act(() => held.button('Trả bản không có dấu thời gian (2)').click())
  expect(held.told).toEqual([['send', { kind: 'go-unstamped', batchId: shown.batchId }]])
})
