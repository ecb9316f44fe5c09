import { cpSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { demoExtension, openBrowser } from '../../demo/office/browser.ts'
import { clerkAt } from '../../demo/office/clerk.ts'
import { openOffice } from '../../demo/office/office.ts'
import { timeMs, type Row } from './measure.ts'

/** The whole trip in the real browser against the demo: what the clerk waits for, with each way back. */
export async function benchTrip(folder: string, count: number): Promise<Row[]> {
  const byApi = await trip(path.join(folder, 'api'), count, demoExtension)
  const byForm = await trip(path.join(folder, 'form'), count, returningByForm(path.join(folder, 'extension')))
  return [
    { name: `choose → ${count} documents read by the agent`, value: byApi.readMs, unit: 'ms' },
    { name: 'click on sign → PIN window asked', value: byApi.promptMs, unit: 'ms' },
    { name: 'last signature → last delivery, by API', value: byApi.doneMs - byApi.signedMs, unit: 'ms' },
    { name: 'last signature → last delivery, by form', value: byForm.doneMs - byForm.signedMs, unit: 'ms' },
    { name: `click on sign → ${count} documents back in the system`, value: byApi.doneMs, unit: 'ms' },
    { name: 'whole trip, documents per second', value: (1_000 * count) / (byApi.readMs + byApi.doneMs), unit: '/s' },
  ]
}

/** The built extension with one line of the demo's descriptor changed: signed files go back by the page's form. */
function returningByForm(folder: string): string {
  cpSync(demoExtension, folder, { recursive: true })
  const script = path.join(folder, 'background.js')
  const code = readFileSync(script, 'utf8')
  const form = '{by:`form`,url:`/van-ban-di/{document}`,form:`#tai-tep-da-ky`,fileField:`tep_da_ky`,fields:{tep_id:`{fileId}`},confirm:`digest`'
  const changed = code.replace(/\{by:`api`,url:`\/api\/van-ban\/\{document\}\/tep-da-ky`.*?confirm:`digest`/, form)
  if (changed === code) throw new Error('the descriptor of the demo was not found in the built background')
  writeFileSync(script, changed)
  return folder
}

interface TripTimes {
  readMs: number
  promptMs: number
  signedMs: number
  doneMs: number
}

async function trip(folder: string, count: number, extension: string): Promise<TripTimes> {
  const office = await openOffice({ folder, token: 'p12', pinentry: 'scripted', documents: { outgoing: 2 * count, incoming: 10 } })
  const browser = await openBrowser({ profile: path.join(folder, 'browser'), headless: true, extension })
  try {
    const page = browser.context.pages()[0] ?? (await browser.context.newPage())
    const clerk = clerkAt(browser, office.system.origin, page)
    await clerk.logIn('lanhdao', office.system.password)
    await clerk.openList('cho-ky-duyet', 50)
    const first = await clerk.openPopup()
    await clerk.pair(first)
    await first.close()
    const popup = await clerk.openPopup()
    const signWindow = await clerk.choose(popup, count)
    const readMs = await timeMs(() => signWindow.getByRole('button', { name: new RegExp(`^Ký ${count} văn bản`) }).and(signWindow.locator(':enabled')).waitFor())
    await clerk.approve(signWindow)
    const approvedAt = performance.now()
    await until(() => prompts(office.promptLog).some(({ kind }) => kind === 'getpin'))
    const promptMs = performance.now() - approvedAt
    await signWindow.getByText(new RegExp(`Đã ký ${count}/${count}`)).first().waitFor({ timeout: 300_000 })
    const signedMs = performance.now() - approvedAt
    await signWindow.getByText(new RegExp(`Đã trả về ${count}/${count}`)).first().waitFor({ timeout: 300_000 })
    const doneMs = performance.now() - approvedAt
    return { readMs, promptMs, signedMs, doneMs }
  } finally {
    await browser.close()
    await office.close()
  }
}

function prompts(file: string): { kind: string }[] {
  try {
    return readFileSync(file, 'utf8').trim().split('\n').filter(Boolean).map((line) => JSON.parse(line) as { kind: string })
  } catch {
    return []
  }
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 2))
}
