import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { checkSigned, downloadSigned } from '../../demo/office/check-signed.ts'
import { killWorker, listedIds, openDesk, questions, returnedAll, type Desk } from './desk.ts'

let desk: Desk
beforeAll(async () => {
  desk = await openDesk()
})
afterAll(() => desk.close())

test('a batch outlives its worker: killed while documents go out, while the PIN is awaited, while files go back', async () => {
  const { clerk, office, page } = desk
  const count = 12
  const ids = (await listedIds(page)).slice(0, count)
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
  for (const id of ids) {
    // One signed version each: nothing was uploaded twice.
    const versions = office.system.store.get<{ count: number }>("select count(*) as count from files join versions on fileId = files.id where documentId = ? and part = 'main' and step = 'ky-duyet'", id)
    expect(versions?.count).toBe(1)
    const file = await downloadSigned(page, office.system.origin, id, path.join(office.folder, 'out'))
    expect(await checkSigned(id, file, office)).toMatchObject({ valid: true })
  }
})
