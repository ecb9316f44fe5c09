import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { Page } from 'playwright-core'
import { expect } from 'vitest'
import { sentAgain } from '../../demo/accept-signed-file.ts'
import { demoExtension, openBrowser, type Browser } from '../../demo/office/browser.ts'
import { checkSigned, downloadSigned } from '../../demo/office/check-signed.ts'
import { clerkAt, type Clerk } from '../../demo/office/clerk.ts'
import { registerHost } from '../../demo/office/register-host.ts'
import { canaryPin, expectNoPinIn } from '../support/canary-pins.ts'
import { openOffice, type Office, type OfficeOptions } from '../../demo/office/office.ts'

/** One clerk's desk for a flow test: document system, token, agent, and a browser that has logged in. */
export interface Desk {
  office: Office
  browser: Browser
  clerk: Clerk
  page: Page
  close(): Promise<void>
}

export interface DeskOptions extends Partial<OfficeOptions> {
  language?: 'vi' | 'en'
  user?: string
  /** Left out: the popup is opened and browser and agent are paired. */
  unpaired?: boolean
  /** The browser knows the native-messaging host, which pairs by itself. */
  nativeHost?: boolean
  /** Where the browser is to write what it asked for; whole once it is closed. */
  netLog?: string
  /** The folder of an extension that is not the demo's own. */
  extension?: string
}

/** The key of the agency itself, as its registrar holds it. */
export const agencyOffice: NonNullable<OfficeOptions['credential']> = (authority) =>
  authority.issue({ profile: 'agency', name: 'Sở Nội vụ tỉnh Sơn Lâm', organisation: 'Uỷ ban nhân dân tỉnh Sơn Lâm', locality: 'Sơn Lâm' })

export async function openDesk({ language = 'vi', user = 'lanhdao', unpaired = false, nativeHost = false, netLog, extension = demoExtension, ...options }: DeskOptions = {}): Promise<Desk> {
  if (!existsSync(demoExtension)) throw new Error('build first: npm run build -- --demo')
  const folder = mkdtempSync(path.join(tmpdir(), 'antin-flow-'))
  const office = await openOffice({
    folder,
    token: 'p12',
    pin: canaryPin(),
    pinentry: 'scripted',
    documents: { outgoing: 60, incoming: 5 },
    language,
    ...options,
  })
  if (nativeHost) registerHost({ profile: path.join(folder, 'browser'), home: path.join(folder, 'agent') })
  const browser = await openBrowser({ profile: path.join(folder, 'browser'), headless: true, language, extension, ...(netLog === undefined ? {} : { netLog }) })
  const page = browser.context.pages()[0] ?? (await browser.context.newPage())
  const clerk = clerkAt(browser, office.system.origin, page)
  await clerk.logIn(user, office.system.password)
  await clerk.openList('cho-ky-duyet', 50)
  if (language !== 'vi') await clerk.chooseLanguage(language)
  if (!unpaired) {
    const popup = await clerk.openPopup()
    await clerk.pair(popup)
    await popup.close()
  }
  const desk: Desk = {
    office,
    browser,
    clerk,
    page,
    async close() {
      await desk.browser.close()
      await office.close()
      // The profile of the browser too: a PIN never enters it.
      expectNoPinIn(folder)
      rmSync(folder, { recursive: true, force: true })
    },
  }
  return desk
}

/** Opens the browser again with the profile that it was closed with. */
export async function reopenBrowser(desk: Desk, extension = demoExtension): Promise<void> {
  desk.browser = await openBrowser({ profile: path.join(desk.office.folder, 'browser'), headless: true, extension })
  desk.page = desk.browser.context.pages()[0] ?? (await desk.browser.context.newPage())
  desk.clerk = clerkAt(desk.browser, desk.office.system.origin, desk.page)
}

/** What the scripted pinentry was asked, in order. */
export function questions(office: Office): { kind: string; title: string; description: string }[] {
  if (!existsSync(office.promptLog)) return []
  return readFileSync(office.promptLog, 'utf8').trim().split('\n').map((line) => JSON.parse(line) as { kind: string; title: string; description: string })
}

/** The ids of the documents of the list, in its order. */
export async function listedIds(page: Page): Promise<number[]> {
  return page.locator('#bang-van-ban-di tbody tr').evaluateAll((rows) => rows.map((row) => Number(row.id.replace(/\D/g, ''))))
}

/** Another browser with a profile of its own, logged in as the same user and paired with the same agent. */
export interface SecondBrowser {
  browser: Browser
  clerk: Clerk
  close(): Promise<void>
}

export async function openSecondBrowser({ office }: Desk): Promise<SecondBrowser> {
  const browser = await openBrowser({ profile: path.join(office.folder, 'second-browser'), headless: true })
  const clerk = clerkAt(browser, office.system.origin, browser.context.pages()[0] ?? (await browser.context.newPage()))
  await clerk.logIn('lanhdao', office.system.password)
  await clerk.openList('cho-ky-duyet', 50)
  const popup = await clerk.openPopup()
  await clerk.pair(popup)
  await popup.close()
  return { browser, clerk, close: () => browser.close() }
}

/** Waits until the window says that `count` files are back, of all that the batch has. */
export function returnedAll(window: Page, count: number, total = count): Promise<void> {
  return window.getByText(new RegExp(`^(Đã trả về ${count}/${total}|${count} of ${total} returned)`)).first().waitFor({ timeout: 120_000 })
}

/** Puts other bytes in the place of a document's main file, as a careless system would keep them. */
export async function plant({ office, page }: Desk, documentId: number, bytes: Uint8Array): Promise<void> {
  // Drawn at first need: asking for it makes sure that nothing is drawn over the planted file later.
  await downloadSigned(page, office.system.origin, documentId, path.join(office.folder, 'planted'))
  const row = office.system.store.get<{ id: number }>(
    "select max(versions.id) as id from files join versions on fileId = files.id where documentId = ? and part = 'main'",
    documentId,
  )
  writeFileSync(path.join(office.folder, 'system', 'tep', `${row?.id ?? 0}.bin`), bytes)
}

/** Ends the extension's worker as the browser does when it thinks that it is idle. */
export async function killWorker({ browser }: Desk): Promise<void> {
  const session = await browser.context.browser()?.newBrowserCDPSession()
  if (session === undefined) throw new Error('the browser does not answer the DevTools protocol')
  const { targetInfos } = await session.send('Target.getTargets')
  const worker = targetInfos.find(({ type, url }) => type === 'service_worker' && url.includes(browser.extensionId))
  if (worker !== undefined) await session.send('Target.closeTarget', { targetId: worker.targetId })
  await session.detach()
}

/** Ends the browser as a crash or a power cut would: its main process gets SIGKILL. */
export async function killBrowser({ browser: { context } }: Desk): Promise<void> {
  const session = await context.browser()?.newBrowserCDPSession()
  if (session === undefined) throw new Error('the browser does not answer the DevTools protocol')
  const { processInfo } = await session.send('SystemInfo.getProcessInfo')
  const main = processInfo.find(({ type }) => type === 'browser')
  if (main === undefined) throw new Error('the browser has no main process')
  const closed = context.waitForEvent('close')
  process.kill(main.id, 'SIGKILL')
  await closed
}

/** Each document came back once and is valid for others: nothing was uploaded twice. */
export async function expectSignedOnce({ office, page }: Desk, ids: readonly number[]): Promise<void> {
  for (const id of ids) {
    expect(timesReturned(office, id)).toBe(1)
    const file = await downloadSigned(page, office.system.origin, id, path.join(office.folder, 'out'))
    expect(await checkSigned(id, file, office)).toMatchObject({ valid: true })
  }
}

/** How often the document system took a signed version of a document's main file; the same one sent once more counts, too. */
export function timesReturned({ system: { store } }: Office, documentId: number, step: 'ky-duyet' | 'ky-co-quan' = 'ky-duyet'): number {
  const count = (sql: string, what: string): number => store.get<{ count: number }>(`select count(*) as count from ${sql}`, documentId, what)?.count ?? 0
  return count("files join versions on fileId = files.id where documentId = ? and part = 'main' and step = ?", step) + count('history where documentId = ? and did = ?', sentAgain)
}
