import { readFileSync } from 'node:fs'
import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { wellBehaved, type Misbehaviour } from '../../demo/misbehave.ts'
import { expectSignedOnce, listedIds, openDesk, returnedAll, timesReturned, type Desk } from './desk.ts'

// What becomes of a signed file in the document system, and what the clerk reads of it.
let desk: Desk
beforeAll(async () => {
  desk = await openDesk()
})
afterEach(async () => {
  desk.office.system.misbehave(wellBehaved)
  await desk.clerk.clearPanel()
})
afterAll(() => desk.close())

const says = (window: Page, sentence: RegExp): Promise<void> => window.getByText(sentence).first().waitFor({ timeout: 60_000 })

/** Opens a batch of the first `count` documents. */
async function review(count: number): Promise<{ signWindow: Page; ids: number[] }> {
  await desk.clerk.openList('cho-ky-duyet', 50)
  const ids = (await listedIds(desk.page)).slice(0, count)
  const popup = await desk.clerk.openPopup()
  const signWindow = await desk.clerk.choose(popup, count)
  await popup.close()
  await signWindow.getByRole('button', { name: /^Ký \d+ văn bản/ }).and(signWindow.locator(':enabled')).waitFor({ timeout: 60_000 })
  return { signWindow, ids }
}

test('a system that adds to the file behind the signature: read back without a click, received, and said so', async () => {
  desk.office.system.misbehave({ upload: 'append' })
  const { signWindow } = await review(1)
  await desk.clerk.approve(signWindow)
  await returnedAll(signWindow, 1)
  const panel = await desk.clerk.openPanel()
  await panel.getByText('Xem 1 văn bản').click()
  await says(panel, /Đã nhận, hệ thống có ghi thêm/)
  await panel.close()
})

test('a system that breaks the signature: said, the IT desk named, and the good file kept', async () => {
  desk.office.system.misbehave({ upload: 'rewrite' })
  const { signWindow } = await review(1)
  await desk.clerk.approve(signWindow)
  const panel = await desk.clerk.openPanel()
  await says(panel, /Hệ thống làm hỏng chữ ký.*Bản đúng vẫn được giữ.*bộ phận CNTT/)
  await panel.getByRole('button', { name: /^Lưu tệp/ }).waitFor()
  desk.office.system.misbehave({ upload: 'accept' })
  await panel.close()
})

test('a system that says nothing and cannot be read: not confirmed, until it is read back or the clerk has seen it', async () => {
  desk.office.system.misbehave({ standing: 'closed' })
  const { signWindow, ids } = await review(2)
  await desk.clerk.approve(signWindow)
  const panel = await desk.clerk.openPanel()
  await panel.getByRole('button', { name: /^Đọc lại để xác nhận/ }).nth(1).waitFor({ timeout: 60_000 })
  await panel.getByRole('button', { name: /^Đọc lại để xác nhận/ }).first().click()
  await says(panel, /Không tải được/)
  desk.office.system.misbehave({ standing: 'untold' })
  await panel.getByRole('button', { name: /^Đọc lại để xác nhận/ }).first().click()
  await returnedAll(panel, 1, 2)
  await panel.getByRole('button', { name: /^Đã thấy trong hệ thống/ }).click()
  await returnedAll(panel, 2)
  await panel.close()
  desk.office.system.misbehave(wellBehaved)
  await expectSignedOnce(desk, ids)
})

test.each<[string, Misbehaviour['line']]>([
  ['in the middle of a signed file', 'breaks-in-upload'],
  ['when a signed file is stored, and before the answer', 'breaks-before-answer'],
])('the network is lost %s: not confirmed, and when it is back all goes on by itself, each file taken once', async (_, line) => {
  const { office, clerk, page } = desk
  const { signWindow, ids } = await review(5)
  office.system.misbehave({ line })
  await clerk.approve(signWindow)
  const panel = await clerk.openPanel()
  await says(panel, /Chưa xác nhận: đã gửi tệp đã ký nhưng chưa rõ hệ thống đã nhận hay chưa/)
  const taken = ids.reduce((sum, id) => sum + timesReturned(office, id), 0)
  office.system.misbehave(wellBehaved)
  // Files go back beside each other: more than one may be stored by the time that the first answer is cut off.
  expect(taken > 0).toBe(line === 'breaks-before-answer')
  await returnedAll(panel, 5)
  await panel.close()
  await page.reload()
  await expectSignedOnce(desk, ids)
})

test('the login is over while files go back: said, nothing lost, and after the login one click returns them', async () => {
  const { office, clerk } = desk
  const { signWindow, ids } = await review(4)
  office.system.misbehave({ sessionEndsAfterRequests: 2 })
  await clerk.approve(signWindow)
  const panel = await clerk.openPanel()
  await says(panel, /Phiên đăng nhập ở .* đã hết\. Văn bản đã ký \(nếu có\) vẫn được giữ ở máy này/)
  const again = panel.getByRole('button', { name: /^Thử lại cả/ })
  await again.waitFor()
  await clerk.logIn('lanhdao', office.system.password)
  await again.click()
  await returnedAll(panel, 4)
  await panel.close()
  await expectSignedOnce(desk, ids)
})

test('a document that is left out before the consent is not signed; the receipt of the others can be kept', async () => {
  const { signWindow, ids } = await review(3)
  const panel = await desk.clerk.openPanel()
  await panel.getByText('Xem 3 văn bản').click()
  await panel.getByRole('button', { name: /^Bỏ qua: / }).nth(1).click()
  await signWindow.getByRole('button', { name: 'Ký 2 văn bản' }).click()
  await returnedAll(signWindow, 2, 3)
  await expectSignedOnce(desk, [ids[0] ?? 0, ids[2] ?? 0])
  await panel.getByRole('button', { name: 'Lưu biên nhận' }).first().click()
  await expect.poll(savedPages, { timeout: 30_000 }).toHaveLength(1)
  expect(readFileSync((await savedPages())[0] ?? '', 'utf8')).toContain('Đã ký và trả về')
  await panel.close()
})

/** Where the browser has put the pages that the extension saved. */
async function savedPages(): Promise<string[]> {
  const worker = await desk.browser.worker()
  return worker.evaluate(async () => {
    const { downloads } = (globalThis as unknown as { chrome: { downloads: { search(what: object): Promise<{ filename: string }[]> } } }).chrome
    return (await downloads.search({ mime: 'text/html', state: 'complete' })).map(({ filename }) => filename)
  })
}
