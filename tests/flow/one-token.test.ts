import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { buildFaultModule, type FaultModule } from '../support/fault-module.ts'
import { softHsmModule } from '../support/softhsm.ts'
import { expectSignedOnce, listedIds, openDesk, openSecondBrowser, questions, returnedAll, timesReturned, type Desk, type SecondBrowser } from './desk.ts'

// One token, as slow as they are, and what happens while it signs: pause, cancel, and another browser that wants it too.
const tokenMs = 250
let folder: string
let slow: FaultModule
let desk: Desk
let other: SecondBrowser
beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'antin-slow-'))
  slow = buildFaultModule(folder, softHsmModule() ?? '')
  writeFileSync(path.join(folder, 'signs'), '')
  slow.order({ latency_ms: tokenMs, signs_file: path.join(folder, 'signs') })
  desk = await openDesk({ token: 'softhsm', throughModule: slow })
  other = await openSecondBrowser(desk)
})
afterAll(async () => {
  await other.close()
  await desk.close()
  rmSync(folder, { recursive: true })
})

const signatures = (): number => readFileSync(path.join(folder, 'signs')).length
const pinsAsked = (): number => questions(desk.office).filter(({ kind }) => kind === 'getpin').length
const says = (window: Page, sentence: RegExp | string): Promise<void> => window.getByText(sentence).first().waitFor({ timeout: 60_000 })
const enabled = (window: Page, name: RegExp | string) => window.getByRole('button', { name }).and(window.locator(':enabled'))

test('paused in the panel it makes no further signature; meanwhile another browser is told that the token is busy, and sees nothing of it; each goes on with its one PIN', async () => {
  const { clerk, page } = desk
  const [mine, theirs] = await twoShares(12, 3)
  const signWindow = await clerk.choose(await clerk.openPopup(), mine.length)
  const otherWindow = await chooseBehind(other, mine.length, theirs.length)
  await enabled(otherWindow, `Ký ${theirs.length} văn bản`).waitFor()
  await enabled(signWindow, `Ký ${mine.length} văn bản`).waitFor()
  const panel = await clerk.openPanel()
  await clerk.approve(signWindow)
  await says(panel, /Đã trả về [1-9]/)
  await panel.getByRole('button', { name: 'Tạm dừng' }).click()
  await enabled(panel, 'Ký tiếp').waitFor()
  // The signature under way ends, and its file goes back.
  await expect.poll(() => returned(mine)).toBe(signatures())
  const before = signatures()
  expect(before).toBeLessThan(mine.length)

  await other.clerk.approve(otherWindow)
  await says(otherWindow, /USB ký số đang dùng cho một lượt ký khác\. Lượt đó không bị ảnh hưởng/)
  const otherPanel = await other.clerk.openPanel()
  await otherPanel.getByRole('article').first().waitFor()
  expect(await otherPanel.getByRole('article').count()).toBe(1)
  expect([await otherPanel.getByText(`${theirs.length} văn bản`).count() > 0, await otherPanel.getByText(`${mine.length} văn bản`).count()]).toEqual([true, 0])
  expect(await panel.getByRole('article').count()).toBe(1)
  expect([signatures(), pinsAsked()]).toEqual([before, 1])

  await panel.getByRole('button', { name: 'Ký tiếp' }).click()
  await returnedAll(panel, mine.length)
  expect([signatures(), pinsAsked()]).toEqual([mine.length, 1])
  await other.clerk.approve(otherWindow)
  await returnedAll(otherWindow, theirs.length)
  expect([signatures(), pinsAsked()]).toEqual([mine.length + theirs.length, 2])
  await panel.close()
  await page.reload()
  await expectSignedOnce(desk, [...mine, ...theirs])
})

test('cancelled in the panel: what was signed goes back and stands as signed, what was not stays as it was, and nothing half is left', async () => {
  const { clerk, office, page } = desk
  await clerk.clearPanel()
  await clerk.openList('cho-ky-duyet', 50)
  const ids = (await listedIds(page)).slice(0, 8)
  const before = signatures()
  const signWindow = await clerk.choose(await clerk.openPopup(), ids.length)
  await enabled(signWindow, `Ký ${ids.length} văn bản`).waitFor()
  const panel = await clerk.openPanel()
  await clerk.approve(signWindow)
  await says(panel, /Đã trả về [1-9]/)
  await panel.getByRole('button', { name: 'Dừng ký' }).click()
  await says(panel, /Bạn đã hủy lượt ký\. Các văn bản đã ký xong vẫn được giữ/)
  const signed = signatures() - before
  expect(signed).toBeLessThan(ids.length)
  await returnedAll(panel, signed, ids.length)
  const back = ids.filter((id) => timesReturned(office, id) === 1)
  expect([back.length, ids.filter((id) => timesReturned(office, id) === 0).length]).toEqual([signed, ids.length - signed])
  await expectSignedOnce(desk, back)
  expect(signatures() - before).toBe(signed)
  await expect.poll(() => halfFiles()).toEqual([])
})

/** The first documents of the list, and those behind them. */
async function twoShares(first: number, second: number): Promise<[number[], number[]]> {
  const ids = await listedIds(desk.page)
  return [ids.slice(0, first), ids.slice(first, first + second)]
}

async function chooseBehind({ browser, clerk }: SecondBrowser, from: number, count: number): Promise<Page> {
  const popup = await clerk.openPopup()
  const rows = popup.getByRole('list', { name: /Danh sách/ }).getByRole('checkbox')
  await rows.first().waitFor()
  for (let row = from; row < from + count; row++) await rows.nth(row).check()
  const opened = browser.context.waitForEvent('page', { predicate: (page) => page.url().includes('/sign.html') })
  await popup.getByRole('button', { name: /Xem và ký/ }).click()
  return opened
}

function returned(ids: readonly number[]): number {
  return ids.filter((id) => timesReturned(desk.office, id) === 1).length
}

/** Originals and parts that the agent still has of what is over; signed files stay for a while. */
function halfFiles(): string[] {
  const files = readdirSync(path.join(desk.office.folder, 'agent', 'spool'), { recursive: true, encoding: 'utf8' })
  return files.filter((file) => file.includes('.pdf') && !file.endsWith('.signed.pdf'))
}
