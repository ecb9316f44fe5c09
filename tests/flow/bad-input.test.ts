import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { downloadSigned } from '../../demo/office/check-signed.ts'
import { listedIds, openDesk, plant, questions, returnedAll, type Desk } from './desk.ts'

// What the clerk reads when something is wrong; and that nothing is lost.
describe('at one desk', () => {
  let desk: Desk
  beforeAll(async () => {
    desk = await openDesk()
  })
  afterAll(() => desk.close())
  // What a test made to fail, and the batches that it left in the panel, are nothing to the next one.
  afterEach(async () => {
    desk.office.system.misbehave({ upload: 'accept' })
    await desk.clerk.clearPanel()
  })

  const says = (window: Page, sentence: RegExp): Promise<void> => window.getByText(sentence).first().waitFor({ timeout: 60_000 })

  test('a wrong PIN stops the batch, the program does not try again, and the right PIN goes on', async () => {
    const { clerk, office } = desk
    const before = pins()
    await office.answer({ pin: office.token.pin, confirm: true, first: [{ pin: '00000000' }] })
    const signWindow = await startBatch(2)
    await clerk.approve(signWindow)
    await says(signWindow, /Mã PIN của .* không đúng/)
    expect(pins() - before).toBe(1)
    await signWindow.getByRole('button', { name: 'Ký tiếp' }).click()
    await returnedAll(signWindow, 2)
    expect(pins() - before).toBe(2)
  })

  test('a cancelled PIN window signs nothing and can be opened again', async () => {
    const { clerk, office } = desk
    await office.answer({ pin: office.token.pin, confirm: true, first: ['cancel'] })
    const signWindow = await startBatch(1)
    await clerk.approve(signWindow)
    await says(signWindow, /Bạn đã hủy việc nhập mã PIN/)
    await signWindow.getByRole('button', { name: 'Ký tiếp' }).click()
    await returnedAll(signWindow, 1)
  })

  test('a login that expired before the download is named, and after a new login the same batch goes on by itself', async () => {
    const { clerk, office, page } = desk
    await clerk.openList('cho-ky-duyet', 25)
    const popup = await clerk.openPopup()
    await popup.getByRole('checkbox', { name: /^Chọn cả/ }).waitFor()
    office.system.endSessions()
    const signWindow = await clerk.choose(popup, 1)
    await says(signWindow, /Phiên đăng nhập ở .* đã hết.*tự tiếp tục/)
    await clerk.logIn('lanhdao', office.system.password)
    await clerk.openList('cho-ky-duyet', 25)
    expect(await listedIds(page)).not.toHaveLength(0)
    await clerk.approve(signWindow)
    await returnedAll(signWindow, 1)
  })

  test('a login that expired before the upload keeps the signed file, and it is returned after a new login', async () => {
    const { clerk, office } = desk
    const typed = path.join(office.folder, 'typed-after-the-session-ended')
    await office.answer({ pin: office.token.pin, confirm: true, waitFor: typed })
    const signWindow = await startBatch(1)
    await clerk.approve(signWindow)
    await says(signWindow, /Nhập mã PIN trong cửa sổ/)
    office.system.endSessions()
    writeFileSync(typed, '')
    const panel = await clerk.openPanel()
    await says(panel, /Phiên đăng nhập ở .* đã hết.*vẫn được giữ/)
    await clerk.logIn('lanhdao', office.system.password)
    await panel.getByRole('button', { name: /^Thử lại/ }).first().click()
    await returnedAll(signWindow, 1)
    await panel.close()
  })

  test('a system that does not take the file is named, the file is kept and goes back at the next try', async () => {
    const { clerk, office } = desk
    await office.answer({ pin: office.token.pin, confirm: true })
    office.system.misbehave({ upload: 'fail' })
    const signWindow = await startBatch(1)
    await clerk.approve(signWindow)
    const panel = await clerk.openPanel()
    await says(panel, /Hệ thống không nhận tệp đã ký/)
    office.system.misbehave({ upload: 'accept' })
    await panel.getByRole('button', { name: /^Thử lại/ }).first().click()
    await returnedAll(signWindow, 1)
    await panel.close()
  })

  // Late, because the planted files stay at the head of the list.
  test('files that are no PDF, encrypted, damaged or twice the same are refused by name, and the rest is signed', async () => {
    const { office, page, clerk } = desk
    await clerk.openList('cho-ky-duyet', 50)
    const [html = 0, encrypted = 0, damaged = 0, twin = 0, good = 0] = await listedIds(page)
    const original = await downloadSigned(page, office.system.origin, good, path.join(office.folder, 'good'))
    const locked = path.join(office.folder, 'locked.pdf')
    execFileSync('qpdf', ['--encrypt', 'mat-khau', 'chu', '256', '--', original, locked])
    await plant(desk, html, Buffer.from('<!doctype html><title>Lỗi</title>'))
    await plant(desk, encrypted, readFileSync(locked))
    await plant(desk, damaged, Buffer.from('%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n<< /Root 1 0 R >>\n%%EOF'))
    await plant(desk, twin, readFileSync(original))
    const signWindow = await startBatch(5)
    await says(signWindow, /không phải là PDF|Không tải được văn bản/)
    await says(signWindow, /có mật khẩu bảo vệ/)
    await says(signWindow, /bị hỏng nên không đọc được/)
    await says(signWindow, /giống hệt/)
    await clerk.approve(signWindow)
    await returnedAll(signWindow, 1, 5)
  })

  test('without an agent the popup says so, and what to do', async () => {
    const { clerk, office } = desk
    await office.agent.stop()
    const popup = await clerk.openPopup()
    await says(popup, /Không kết nối được chương trình ký/)
    await popup.getByRole('button', { name: 'Thử lại' }).click()
    await says(popup, /Không kết nối được chương trình ký/)
    await office.restartAgent()
    // The link mends itself; coming back to the window hastens it.
    await popup.evaluate(() => dispatchEvent(new Event('focus')))
    await says(popup, /^Sẵn sàng$/)
    await popup.close()
  })

  async function startBatch(count: number): Promise<Page> {
    await desk.clerk.openList('cho-ky-duyet', 50)
    const popup = await desk.clerk.openPopup()
    const signWindow = await desk.clerk.choose(popup, count)
    await popup.close()
    await signWindow.getByRole('button', { name: /^Ký \d+ văn bản/ }).and(signWindow.locator(':enabled')).waitFor({ timeout: 60_000 })
    return signWindow
  }

  function pins(): number {
    return questions(desk.office).filter(({ kind }) => kind === 'getpin').length
  }
})

test('an expired certificate is shown as such before anything is chosen', async () => {
  const day = 86_400_000
  const desk = await openDesk({
    credential: (authority) =>
      authority.issue({ profile: 'leader', name: 'Nguyễn Hữu Thành', organisation: 'Sở Nội vụ', notBefore: new Date(Date.now() - 9 * day), notAfter: new Date(Date.now() - 2 * day) }),
  })
  try {
    const popup = await desk.clerk.openPopup()
    await popup.getByText(/Chứng thư của Nguyễn Hữu Thành đã hết hạn/).first().waitFor()
  } finally {
    await desk.close()
  }
})

test('a browser that is not paired is told to pair', async () => {
  const desk = await openDesk({ unpaired: true })
  try {
    const popup = await desk.clerk.openPopup()
    await popup.getByRole('button', { name: 'Ghép nối' }).waitFor()
    await desk.office.answer({ confirm: false })
    await popup.getByRole('button', { name: 'Ghép nối' }).click()
    await popup.getByText(/Việc ghép nối đã bị từ chối/).first().waitFor()
  } finally {
    await desk.close()
  }
})
