import path from 'node:path'
import type { Page } from 'playwright-core'
import { expect } from 'vitest'
import { verifyJournal } from '../../agent/journal/verify-journal.ts'
import { findDocument } from '../../demo/documents.ts'
import { wellBehaved, type Misbehaviour } from '../../demo/misbehave.ts'
import { killBrowser, killWorker, listedIds, reopenBrowser, type Desk } from '../flow/desk.ts'
import { eventsOf } from './office-day.ts'
import type { WorkerReports } from './worker-reports.ts'

/** The user who signs. */
export const registrar = 'vanthu'
const count = 3
/** What a window has to show what it is opened for. */
const patienceMs = 10_000

export interface LineLoss {
  when: 'choosing' | 'approving'
  line: Misbehaviour['line']
}

/**
 * A batch of three documents that are sealed, brought back and sent on, by a clerk who sees what the windows show and clicks on, however
 * often worker or browser ends.
 */
export class WebDay {
  readonly #desk: Desk
  readonly #extension: string
  readonly #reports: WorkerReports
  readonly #ends: 'worker' | 'browser'
  readonly #killed: string[] = []
  #lost: LineLoss | undefined
  #left = 0
  #earlier: readonly string[] = []
  #batchId: string | undefined
  #panel: Page | undefined
  #popup: Page | undefined
  #window: Page | undefined

  constructor(desk: Desk, extension: string, reports: WorkerReports, ends: 'worker' | 'browser') {
    this.#desk = desk
    this.#extension = extension
    this.#reports = reports
    this.#ends = ends
  }

  /**
   * @param lost from when on the line to the document system is broken, until the last of the points was passed
   * @returns the points at which it was killed, in their order
   */
  async run(kills: readonly string[], lost?: LineLoss): Promise<readonly string[]> {
    this.#lost = lost
    this.#left = kills.length
    const { clerk, browser } = this.#desk
    await clerk.openList('cho-ky-co-quan', 50)
    const ids = (await listedIds(this.#desk.page)).slice(0, count)
    expect(ids).toHaveLength(count)
    this.#panel = await clerk.openPanel()
    this.#earlier = await this.#cursors()
    const worker = await browser.worker()
    this.#reports.asked.length = 0
    await worker.evaluate(([points, url]) => (globalThis as unknown as { killWorkerAt(points: readonly string[], url: string): Promise<void> }).killWorkerAt(points, url), [kills, this.#reports.url] as const)
    await this.#until(() => this.#clickOn(), () => this.#isSentOn(ids))
    await this.#until(() => this.#dismiss(), async () => !(await this.#cursors()).includes(this.#batchId ?? ''))
    this.#expectOnce(ids)
    for (const page of [this.#panel, this.#popup, this.#window]) await page?.close()
    return this.#killed
  }

  /** Clicks until it is so, and ends whatever reports that it has come to a point; after each it may take its time anew. */
  async #until(click: () => Promise<void>, isSo: () => boolean | Promise<boolean>): Promise<void> {
    const { stopped } = this.#reports
    for (let isOver = false; !isOver; ) {
      const look = async (): Promise<boolean> => {
        if (stopped.length === 0) await click()
        isOver = await isSo()
        return isOver || stopped.length > 0
      }
      try {
        await expect.poll(look, { timeout: 60_000, interval: 50 }).toBe(true)
      } catch (cause) {
        const shown = await this.#panel?.locator('main').innerText()
        throw new Error(`it does not go on; killed at ${this.#killed.join(', ')}; the panel shows: ${shown}`, { cause })
      }
      const point = stopped.shift()
      if (point === undefined) continue
      await this.#kill(point)
      isOver = false
    }
  }

  async #kill(point: string): Promise<void> {
    this.#killed.push(point)
    if (this.#killed.length === this.#left && this.#lost !== undefined) this.#desk.office.system.misbehave(wellBehaved)
    await this.#popup?.close()
    this.#popup = undefined
    if (this.#ends === 'worker') return killWorker(this.#desk)
    await killBrowser(this.#desk)
    await reopenBrowser(this.#desk, this.#extension)
    this.#window = undefined
    await this.#desk.clerk.logIn(registrar, this.#desk.office.system.password)
    await this.#desk.clerk.openList('cho-ky-co-quan', 50)
    this.#panel = await this.#desk.clerk.openPanel()
  }

  async #clickOn(): Promise<void> {
    this.#batchId ??= await this.#newBatch()
    if (this.#batchId === undefined) return
    this.#window ??= await this.#openWindow(this.#batchId)
    await clickIfThere(this.#window, /^(Ký và gửi \d+ văn bản|Ký tiếp)$/, () => this.#loseLine('approving'))
    if (this.#panel !== undefined) await clickIfThere(this.#panel, /^(Gửi lại|Thử lại)/)
  }

  /** The batch that the agent knows; where no cursor is left of one, the clerk chooses again. */
  async #newBatch(): Promise<string | undefined> {
    const opened = (await this.#cursors()).filter((batchId) => !this.#earlier.includes(batchId))
    if (opened.length === 0 && this.#popup === undefined) await this.#choose()
    return opened.find((batchId) => eventsOf(this.#home, batchId).length > 0)
  }

  /** A popup that the clerk cannot use, because the worker behind it ends, is closed and opened again. */
  async #choose(): Promise<void> {
    const popup = await this.#desk.clerk.openPopup()
    try {
      await popup.getByLabel('Mục đích ký').and(popup.locator(':enabled')).waitFor({ timeout: patienceMs })
      await expect.poll(() => popup.getByLabel('Mục đích ký').inputValue(), { timeout: patienceMs }).toBe('issue')
      for (let row = 0; row < count; row++) await popup.getByRole('list', { name: /Danh sách/ }).getByRole('checkbox').nth(row).check({ timeout: patienceMs })
      this.#loseLine('choosing')
      await popup.getByRole('button', { name: /Xem và ký/ }).click({ timeout: patienceMs })
      this.#popup = popup
    } catch {
      await popup.close()
    }
  }

  #loseLine(when: LineLoss['when']): void {
    if (this.#lost?.when === when && this.#killed.length === 0) this.#desk.office.system.misbehave({ line: this.#lost.line })
  }

  async #openWindow(batchId: string): Promise<Page> {
    const own = this.#desk.browser.context.pages().find((page) => page.url().includes(`/sign.html?batch=${batchId}`))
    const page = own ?? (await this.#desk.browser.context.newPage())
    if (own === undefined) await page.goto(`chrome-extension://${this.#desk.browser.extensionId}/sign.html?batch=${batchId}`)
    return page
  }

  async #dismiss(): Promise<void> {
    if (this.#panel !== undefined) await clickIfThere(this.#panel, /^Bỏ khỏi danh sách$/)
  }

  async #cursors(): Promise<string[]> {
    const read = async (): Promise<string[]> => {
      const { storage } = (globalThis as unknown as { chrome: { storage: { local: { get(): Promise<object> } } } }).chrome
      return Object.keys(await storage.local.get()).filter((key) => key.startsWith('batch:')).map((key) => key.slice('batch:'.length))
    }
    return (await this.#panel?.evaluate(read)) ?? []
  }

  #isSentOn(ids: readonly number[]): boolean {
    const { store } = this.#desk.office.system
    if (this.#batchId === undefined || ids.some((id) => findDocument(store, id)?.state !== 'da-phat-hanh')) return false
    return eventsOf(this.#home, this.#batchId).filter(({ what }) => what === 'sent').length === count
  }

  get #home(): string {
    return path.join(this.#desk.office.folder, 'agent')
  }

  /** Nothing is lost, and nothing is twice: no output, no upload, no step. */
  #expectOnce(ids: readonly number[]): void {
    const { store } = this.#desk.office.system
    const at = `killed at ${this.#killed.join(', ')}`
    const countOf = (sql: string, id: number): number => store.get<{ count: number }>(`select count(*) as count from ${sql}`, id)?.count ?? 0
    for (const id of ids) {
      expect(countOf("files join versions on fileId = files.id where documentId = ? and part = 'main' and step = 'ky-co-quan'", id), at).toBe(1)
      expect(countOf('deliveries where documentId = ?', id), at).toBe(countOf('recipients where documentId = ?', id))
    }
    // The system itself takes the same file a second time for the first. What was answered when the worker was gone is not reported.
    for (const what of ['upload', 'step']) expect(this.#reports.asked.filter((asked) => asked === `asked ${what}`).length, at).toBeLessThanOrEqual(count)
    const events = eventsOf(this.#home, this.#batchId ?? '')
    for (const what of ['checked', 'delivered', 'sent']) expect(events.filter((event) => event.what === what), at).toHaveLength(count)
    expect(new Set(events.filter(({ what }) => what === 'checked').map(({ facts }) => facts.before)).size, at).toBe(count)
    expect(verifyJournal(this.#home).misfit, at).toBeUndefined()
  }
}

/** What a clerk would press now. A button that went away under the hand is looked for again. */
async function clickIfThere(page: Page, name: RegExp, before: () => void = () => undefined): Promise<void> {
  const button = page.getByRole('button', { name }).and(page.locator(':enabled')).filter({ visible: true }).first()
  if (!(await button.isVisible())) return
  // What lies behind another window does not move on.
  await page.bringToFront()
  before()
  await button.click({ timeout: 2_000 }).catch(() => undefined)
}
