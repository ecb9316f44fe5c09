import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { expectSignedOnce, killWorker, listedIds, openDesk, questions, returnedAll, type Desk } from './desk.ts'

let desk: Desk
beforeAll(async () => {
  desk = await openDesk()
})
afterAll(() => desk.close())

test('a batch outlives its worker: killed while documents go out, while the PIN is awaited, while files go back', async () => {
  const { clerk, office } = desk
  const count = 12
  const ids = (await listedIds(desk.page)).slice(0, count)
  const typed = path.join(office.folder, 'pin-is-typed')
  await office.answer({ pin: office.token.pin, confirm: true, waitFor: typed })

  const signWindow = await clerk.choose(await clerk.openPopup(), count)
  await signWindow.getByText(/Đã nhận \d+\/12/).first().waitFor()
  await killWorker(desk)
  await signWindow.getByRole('button', { name: `Ký ${count} văn bản` }).and(signWindow.locator(':enabled')).waitFor()

  await clerk.approve(signWindow)
  await signWindow.getByText(/Nhập mã PIN trong cửa sổ/).first().waitFor()
  await killWorker(desk)
  writeFileSync(typed, '')
  await signWindow.getByText(/Đã trả về [1-9]\d*\/12/).first().waitFor({ timeout: 60_000 })
  await killWorker(desk)
  await returnedAll(signWindow, count)

  expect(questions(office).filter(({ kind }) => kind === 'getpin')).toHaveLength(1)
  await expectSignedOnce(desk, ids)
})
