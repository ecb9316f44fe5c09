import { writeFileSync } from 'node:fs'
import path from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Office } from '../../demo/office/office.ts'
import { expectSignedOnce, killBrowser, listedIds, openDesk, questions, reopenBrowser, returnedAll, timesReturned, type Desk } from './desk.ts'

// What the README promises: a batch survives a closed browser, and an agent that was killed.
let desk: Desk
beforeAll(async () => {
  desk = await openDesk()
})
afterAll(() => desk.close())

test('the browser is closed while the PIN is awaited: the agent signs, and the files go back when the browser is open again', async () => {
  const { office } = desk
  const count = 6
  const ids = (await listedIds(desk.page)).slice(0, count)
  const typed = path.join(office.folder, 'typed-without-a-browser')
  await office.answer({ pin: office.token.pin, confirm: true, waitFor: typed })
  const signWindow = await desk.clerk.choose(await desk.clerk.openPopup(), count)
  await desk.clerk.approve(signWindow)
  await signWindow.getByText(/Nhập mã PIN trong cửa sổ/).first().waitFor()

  await desk.browser.close()
  writeFileSync(typed, '')
  await reopenBrowser(desk)
  await desk.clerk.logIn('lanhdao', office.system.password)
  const panel = await desk.clerk.openPanel()
  await returnAll(panel, count)

  expect(questions(office).filter(({ kind }) => kind === 'getpin')).toHaveLength(1)
  await expectSignedOnce(desk, ids)
})

test('the browser is killed while files go back: reopened, it returns the rest, each once, with the one PIN', async () => {
  const { office } = desk
  const count = 14
  await desk.clerk.openList('cho-ky-duyet', 50)
  const ids = (await listedIds(desk.page)).slice(0, count)
  await office.answer({ pin: office.token.pin, confirm: true })
  const asked = pinsAsked(office)
  const signWindow = await desk.clerk.choose(await desk.clerk.openPopup(), count)
  await desk.clerk.approve(signWindow)
  await expect.poll(() => returned(office, ids), { timeout: 60_000, interval: 10 }).toBeGreaterThan(0)
  await killBrowser(desk)
  const before = returned(office, ids)
  expect(before).toBeLessThan(count)

  await reopenBrowser(desk)
  await desk.clerk.logIn('lanhdao', office.system.password)
  const panel = await desk.clerk.openPanel()
  await returnAll(panel, count)
  await panel.close()
  expect(pinsAsked(office) - asked).toBe(1)
  await expectSignedOnce(desk, ids)
})

test('the agent is killed while the PIN is awaited: the batch stops, says so, and goes on with a new PIN', async () => {
  const { office, clerk, page } = desk
  const count = 4
  await clerk.openList('cho-ky-duyet', 50)
  const ids = (await listedIds(page)).slice(0, count)
  await office.answer({ pin: office.token.pin, confirm: true, waitFor: path.join(office.folder, 'never-typed') })
  const signWindow = await clerk.choose(await clerk.openPopup(), count)
  await clerk.approve(signWindow)
  await signWindow.getByText(/Nhập mã PIN trong cửa sổ/).first().waitFor()

  await office.agent.kill()
  await office.answer({ pin: office.token.pin, confirm: true })
  await office.restartAgent()
  const goOn = signWindow.getByRole('button', { name: /^(Ký tiếp|Ký \d+ văn bản)$/ }).and(signWindow.locator(':enabled'))
  await goOn.waitFor({ timeout: 90_000 })
  await goOn.click()
  await returnedAll(signWindow, count)
  await expectSignedOnce(desk, ids)
})

/** A browser that lost its login while it was closed tried too early: the files are kept, and a click returns them. */
async function returnAll(panel: Page, count: number): Promise<void> {
  const back = panel.getByText(new RegExp(`Đã trả về ${count}/${count}`)).first()
  const again = panel.getByRole('button', { name: /^Thử lại/ }).first()
  await back.or(again).first().waitFor({ timeout: 60_000 })
  if (await again.isVisible()) await again.click()
  await back.waitFor({ timeout: 60_000 })
}

function pinsAsked(office: Office): number {
  return questions(office).filter(({ kind }) => kind === 'getpin').length
}

function returned(office: Office, ids: readonly number[]): number {
  return ids.filter((id) => timesReturned(office, id) === 1).length
}
