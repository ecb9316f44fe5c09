import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { checkSigned } from '../../demo/office/check-signed.ts'
import { smallPdf } from '../support/small-pdf.ts'
import { openDesk, questions, returnedAll, type Desk } from './desk.ts'
import { expectAccessible } from './expect-accessible.ts'
import { shoot } from './shoot.ts'

// Files of the PC: chosen in the panel, or dropped on it as a whole folder, they are signed like any other batch and saved.
let desk: Desk
let panel: Page
let folder: string
let downloads: string

beforeAll(async () => {
  desk = await openDesk()
  folder = path.join(desk.office.folder, 'scans')
  downloads = path.join(desk.office.folder, 'downloads')
  mkdirSync(path.join(folder, 'năm 2026'), { recursive: true })
  mkdirSync(downloads)
  for (const name of ['Công văn 1.pdf', 'Công văn 2.pdf', 'năm 2026/Quyết định 3.PDF']) writeFileSync(path.join(folder, name), smallPdf(name.normalize('NFD').replaceAll(/[^ -~]/g, '')))
  writeFileSync(path.join(folder, 'ghi chú.txt'), 'không phải PDF')
  const session = await desk.browser.context.browser()?.newBrowserCDPSession()
  await session?.send('Browser.setDownloadBehavior', { behavior: 'allow', downloadPath: downloads })
  panel = await desk.clerk.openPanel()
})
afterAll(() => desk.close())

const files = () => panel.getByRole('region', { name: 'Ký tệp trên máy' })

async function sign(count: number): Promise<void> {
  const opened = desk.browser.context.waitForEvent('page', { predicate: (page) => page.url().includes('/sign.html') })
  await files().getByRole('button', { name: `Xem và ký ${count} văn bản` }).click()
  const signWindow = await opened
  await signWindow.getByRole('button', { name: `Ký ${count} văn bản` }).and(signWindow.locator(':enabled')).waitFor()
  expect(await signWindow.locator('body').innerText()).toContain('Tệp trên máy này')
  await desk.clerk.approve(signWindow)
  await returnedAll(signWindow, count)
  await signWindow.close()
}

test('chosen files are signed with one PIN, whose window says where they are from, and lie in the download folder', async () => {
  await panel.locator('input[type=file]').first().setInputFiles([path.join(folder, 'Công văn 1.pdf'), path.join(folder, 'ghi chú.txt'), path.join(folder, 'Công văn 2.pdf')])
  await files().getByText('Bỏ qua 1 tệp không phải PDF.').waitFor()
  await shoot(panel, 'panel-files-vi')
  await expectAccessible(panel)
  await sign(2)
  const pin = questions(desk.office).findLast(({ kind }) => kind === 'getpin')
  expect(pin?.description).toContain('Tệp trên máy này, do bạn chọn trong tiện ích Ấn Tín')
  await expectSaved(['Công văn 1.pdf', 'Công văn 2.pdf'])
})

test('a folder that is dropped on the panel is read whole, and each file is signed', async () => {
  await drop(folder)
  await files().getByText(/^3 văn bản · /).waitFor()
  await sign(3)
  await expectSaved(['Công văn 1.pdf', 'Công văn 2.pdf', 'năm 2026/Quyết định 3.PDF'])
})

/** What was saved continues exactly these files. A browser under DevTools gives its own names to downloads; the Firefox flow sees ours. */
async function expectSaved(names: string[]): Promise<void> {
  const saved = readdirSync(downloads).map((name) => path.join(downloads, name))
  const originals = names.map((name) => readFileSync(path.join(folder, name)))
  const bases = saved.map((file) => originals.findIndex((before) => before.equals(readFileSync(file).subarray(0, before.length))))
  expect(bases.toSorted()).toEqual(names.map((_, index) => index))
  for (const file of saved) {
    expect(await checkSigned(0, file, desk.office)).toMatchObject({ valid: true })
    rmSync(file)
  }
}

/** Drops a folder of this PC as a file manager does. */
async function drop(dropped: string): Promise<void> {
  const box = await files().locator('.drop-zone').boundingBox()
  const [x, y] = [(box?.x ?? 0) + 20, (box?.y ?? 0) + 10]
  const session = await desk.browser.context.newCDPSession(panel)
  const data = { items: [], files: [dropped], dragOperationsMask: 1 }
  for (const type of ['dragEnter', 'dragOver', 'drop'] as const) await session.send('Input.dispatchDragEvent', { type, x, y, data })
  await session.detach()
}
