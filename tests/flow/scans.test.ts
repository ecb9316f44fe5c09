import { execFileSync } from 'node:child_process'
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { scanPdf } from '../support/small-pdf.ts'
import { agencyOffice, openDesk, questions, returnedAll, type Desk } from './desk.ts'
import { expectAccessible } from './expect-accessible.ts'
import { shoot } from './shoot.ts'

// A folder of scans becomes electronic copies in one batch: SAO Y by the agency's key, and what a scan lacks by the rule is said of each.
const scans = {
  'Bằng khen.pdf': scanPdf(),
  'Quyết định cũ.pdf': scanPdf({ version: '1.3' }),
  'Tờ khai.pdf': scanPdf({ dpi: 100, colour: false }),
}
let desk: Desk
let downloads: string

beforeAll(async () => {
  desk = await openDesk({ user: 'vanthu', credential: agencyOffice })
  downloads = path.join(desk.office.folder, 'downloads')
  mkdirSync(path.join(desk.office.folder, 'scans'))
  mkdirSync(downloads)
  for (const [name, bytes] of Object.entries(scans)) writeFileSync(path.join(desk.office.folder, 'scans', name), bytes)
  const session = await desk.browser.context.browser()?.newBrowserCDPSession()
  await session?.send('Browser.setDownloadBehavior', { behavior: 'allow', downloadPath: downloads })
})
afterAll(() => desk.close())

test('a folder of scans: the copy is proposed, each fault is said, and every copy bears its form, the agency and the time', async () => {
  const { clerk, browser, office } = desk
  const panel = await clerk.openPanel()
  await panel.locator('input[type=file]').nth(1).setInputFiles(path.join(office.folder, 'scans'))
  const files = panel.getByRole('region', { name: 'Ký tệp trên máy' })
  await files.getByText(/^3 văn bản · /).waitFor()
  expect(await files.getByLabel('Mục đích ký').inputValue()).toBe('copy')
  expect(await files.getByLabel('Hình thức sao').inputValue()).toBe('full')
  const opened = browser.context.waitForEvent('page', { predicate: (page) => page.url().includes('/sign.html') })
  await files.getByRole('button', { name: 'Xem và ký 3 văn bản' }).click()
  const signWindow = await opened
  await signWindow.getByRole('button', { name: 'Ký 3 văn bản' }).and(signWindow.locator(':enabled')).waitFor()

  const said = async (name: string): Promise<string> => signWindow.locator('.sign-row', { hasText: name }).innerText()
  expect(await said('Bằng khen')).not.toContain('Bản quét ở')
  expect(await said('Bằng khen')).not.toMatch(/dpi|màu/)
  expect(await said('Quyết định cũ')).toContain('Bản quét ở PDF dưới 1.4')
  expect(await said('Tờ khai')).toContain('Bản quét dưới 200 dpi')
  expect(await said('Tờ khai')).toContain('Bản quét không có màu')
  await shoot(signWindow, 'scans')
  await expectAccessible(signWindow)

  await clerk.approve(signWindow)
  await returnedAll(signWindow, 3)
  expect(questions(office).filter(({ kind }) => kind === 'getpin')).toHaveLength(1)
  const copies = readdirSync(downloads).map((name) => path.join(downloads, name))
  expect(copies).toHaveLength(3)
  for (const copy of copies) {
    const text = execFileSync('pdftotext', ['-layout', copy, '-'], { encoding: 'utf8' }).normalize('NFC')
    expect(text).toMatch(/SAO Y[^]*tỉnh Sơn Lâm[^]*\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+07:00/)
    const judged = execFileSync('pdfsig', [copy], { encoding: 'utf8' })
    expect([judged.includes('Signature is Valid.'), judged.includes('Total document signed')]).toEqual([true, true])
  }
})
