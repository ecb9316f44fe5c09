import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Page } from 'playwright-core'
import { registerHost } from '../../demo/office/register-host.ts'
import { openDesk, questions, type Desk } from './desk.ts'

// The browser starts the host, the host starts the agent; nobody compares anything.
let desk: Desk
let popup: Page
let home: string
let profile: string
const antin = path.resolve(import.meta.dirname, '../../dist/agent/antin.js')

beforeAll(async () => {
  desk = await openDesk({ unpaired: true, nativeHost: true })
  home = path.join(desk.office.folder, 'agent')
  profile = path.join(desk.office.folder, 'browser')
  popup = await desk.clerk.openPopup()
})
afterAll(() => desk.close())

const readyMark = (page: Page) => page.getByText('Sẵn sàng', { exact: true }).first()
const pairButton = (page: Page) => page.getByRole('button', { name: 'Ghép nối', exact: true })

function pairings(): { pairingId: string; origin: string }[] {
  return JSON.parse(execFileSync(process.execPath, [antin, 'pairings', 'list', '--json', '--home', home], { encoding: 'utf8' })) as { pairingId: string; origin: string }[]
}

test('the popup is ready without a click and without a window, and the host has logged who asked', async () => {
  await readyMark(popup).waitFor()
  expect(questions(desk.office)).toEqual([])
  expect(pairings()).toMatchObject([{ origin: `chrome-extension://${desk.browser.extensionId}` }])
  const log = readFileSync(path.join(home, 'native-host.jsonl'), 'utf8').trim().split('\n').map((line) => JSON.parse(line) as { parent: string; answered: string })
  expect(log).toMatchObject([{ asked: 'ticket', answered: 'agent' }])
  expect(path.basename(log[0]?.parent ?? '')).toMatch(/^(chrom|msedge)/)
})

test('a revocation ends the connection at once, and the host does not undo it behind the clerk’s back', async () => {
  const [pairing] = pairings()
  execFileSync(process.execPath, [antin, 'pairings', 'revoke', pairing?.pairingId ?? '', '--home', home], { stdio: 'pipe' })
  await pairButton(popup).waitFor()
  await popup.reload()
  await pairButton(popup).waitFor()
  expect(pairings()).toEqual([])
  // The clerk's click asks the host first; the agent wants digits all the same.
  const digits = await desk.clerk.pair(popup)
  expect(questions(desk.office).map(({ description }) => description.replaceAll(/\D/g, ''))[0]).toContain(digits)
})

test('where no agent runs, the host starts it', async () => {
  registerHost({ profile, home, starts: true })
  await desk.office.agent.stop()
  // The popup may still show that the old one was ready; its door file went with it.
  const door = path.join(home, 'door.json')
  await expect.poll(() => existsSync(door), { timeout: 60_000 }).toBe(true)
  await readyMark(popup).waitFor({ timeout: 60_000 })
  const { pid } = JSON.parse(readFileSync(door, 'utf8')) as { pid: number }
  expect(pid).not.toBe(desk.office.agent.pid)
  await popup.close()
  process.kill(pid, 'SIGTERM')
  await expect.poll(() => existsSync(door), { timeout: 60_000 }).toBe(false)
})
