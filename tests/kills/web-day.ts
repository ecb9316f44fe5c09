import path from 'node:path'
import type { Page } from 'playwright-core'
import { expect } from 'vitest'
import { verifyJournal } from '../../agent/journal/verify-journal.ts'
import { findDocument } from '../../demo/documents.ts'
import { wellBehaved } from '../../demo/misbehave.ts'
import type { RecordedEvent } from '../../agent/journal/journal.ts'
import { killBrowser, killWorker, listedIds, reopenBrowser, timesReturned, type Desk } from '../flow/desk.ts'
import type { FaultModule } from '../support/fault-module.ts'
import { eventsOf } from './office-day.ts'
import type { OddDay } from './worker-points.ts'
import type { WorkerReports } from './worker-reports.ts'

/** The user who signs. */
export const registrar = 'vanthu'
const count = 3
/** What a window has to show what it is opened for. */
const patienceMs = 10_000

/** Of a slow token, for one signature. */
const slowMs = 1_000

export interface WebDayParts {
  desk: Desk
  token: FaultModule
  extension: string
  reports: WorkerReports
  /** What is killed. */
  ends: 'worker' | 'browser'
}

/**
 * A batch of three documents that are sealed, brought back and sent on, by a clerk who sees what the windows show and clicks on, however
 * often worker or browser ends.
 */
export class WebDay {
  readonly #parts: WebDayParts
  readonly #desk: Desk
  readonly #odd: Omit<OddDay, 'points'>
  readonly #killed: string[] = []
  #left = 0
  #earlier: readonly string[] = []
  /** The batch that was chosen, and one of what was lost in it. */
  #batchIds: readonly string[] = []
  #panel: Page | undefined
  #popup: Page | undefined
  readonly #windows = new Map<string, Page>()

  constructor(parts: WebDayParts, odd: Omit<OddDay, 'points'> = { day: 'usual' }) {
    this.#parts = parts
    this.#desk = parts.desk
    this.#odd = odd
  }

  /** @returns the points at which it was killed, in their order */
  async run(kills: readonly string[]): Promise<readonly string[]> {
    const { reports, token } = this.#parts
    this.#left = kills.length
    const { clerk, browser } = this.#desk
    await clerk.openList('cho-ky-co-quan', 50)
    const ids = (await listedIds(this.#desk.page)).slice(0, count)
    expect(ids).toHaveLength(count)
    this.#panel = await clerk.openPanel()
    this.#earlier = await this.#cursors()
    if (this.#odd.clerk === 'pauses') token.order({ latency_ms: slowMs })
    const worker = await browser.worker()
    reports.asked.length = 0
    await worker.evaluate(([points, url]) => (globalThis as unknown as { killWorkerAt(points: readonly string[], url: string): Promise<void> }).killWorkerAt(points, url), [kills, reports.url] as const)
    await this.#until(() => this.#clickOn(), () => this.#isSentOn(ids))
    await this.#until(() => this.#dismiss(), async () => !(await this.#cursors()).some((batchId) => this.#batchIds.includes(batchId)))
    this.#expectOnce(ids)
    for (const page of [this.#panel, this.#popup, ...this.#windows.values()]) await page?.close()
    return this.#killed
  }

  /** Clicks until it is so, and ends whatever reports that it has come to a point; after each it may take its time anew. */
  async #until(click: () => Promise<void>, isSo: () => boolean | Promise<boolean>): Promise<void> {
    const { stopped } = this.#parts.reports
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
    if (this.#killed.length === this.#left) this.#makeUsual()
    await this.#popup?.close()
    this.#popup = undefined
    if (this.#parts.ends === 'worker') return killWorker(this.#desk)
    await killBrowser(this.#desk)
    await reopenBrowser(this.#desk, this.#parts.extension)
    this.#windows.clear()
    await this.#desk.clerk.logIn(registrar, this.#desk.office.system.password)
    await this.#desk.clerk.openList('cho-ky-co-quan', 50)
    this.#panel = await this.#desk.clerk.openPanel()
  }

  #makeUsual(): void {
    this.#desk.office.system.misbehave(wellBehaved)
    this.#parts.token.order({})
  }

  async #clickOn(): Promise<void> {
    await this.#findBatches()
    const [batchId] = this.#batchIds
    if (batchId === undefined || this.#panel === undefined) return
    const isToBeLeftOut = this.#odd.clerk === 'leaves one out' && !this.#eventsOf(batchId).some(({ facts }) => facts.code === 'skipped')
    if (isToBeLeftOut) return this.#leaveOneOut(this.#panel)
    if (this.#isToPause(batchId)) await clickIfThere(this.#panel, /^Tạm dừng$/)
    for (const each of this.#batchIds) await clickIfThere(await this.#windowOf(each), this.#isToPause(batchId) ? signWords : signOrGoOn, () => this.#misbehaveWhen('approving'))
    await clickIfThere(this.#panel, /^(Gửi lại|Thử lại)/)
  }

  /** Where it was paused once, it goes on; the words that go on with what is paused and with what has stopped are the same. */
  #isToPause(batchId: string): boolean {
    return this.#odd.clerk === 'pauses' && !this.#eventsOf(batchId).some(({ what }) => what === 'paused')
  }

  /** The last of the list. */
  async #leaveOneOut(panel: Page): Promise<void> {
    await panel.bringToFront()
    const list = panel.locator('details', { hasText: /^Xem \d+ văn bản/ })
    if ((await list.count()) === 1 && (await list.getAttribute('open')) === null) await list.locator('summary').click({ timeout: 2_000 }).catch(() => undefined)
    await panel.getByRole('button', { name: /^Bỏ qua: / }).nth(count).click({ timeout: 2_000 }).catch(() => undefined)
  }

  /** The batches that the agent knows; where no cursor is left of one, the clerk chooses again. */
  async #findBatches(): Promise<void> {
    const opened = (await this.#cursors()).filter((batchId) => !this.#earlier.includes(batchId))
    if (opened.length === 0 && this.#popup === undefined && this.#batchIds.length === 0) await this.#choose()
    this.#batchIds = [...new Set([...this.#batchIds, ...opened.filter((batchId) => this.#eventsOf(batchId).length > 0)])]
  }

  /** A popup that the clerk cannot use, because the worker behind it ends, is closed and opened again. */
  async #choose(): Promise<void> {
    const popup = await this.#desk.clerk.openPopup()
    try {
      await popup.getByLabel('Mục đích ký').and(popup.locator(':enabled')).waitFor({ timeout: patienceMs })
      await expect.poll(() => popup.getByLabel('Mục đích ký').inputValue(), { timeout: patienceMs }).toBe('issue')
      for (let row = 0; row < this.#chosen; row++) await popup.getByRole('list', { name: /Danh sách/ }).getByRole('checkbox').nth(row).check({ timeout: patienceMs })
      this.#misbehaveWhen('choosing')
      await popup.getByRole('button', { name: /Xem và ký/ }).click({ timeout: patienceMs })
      this.#popup = popup
    } catch {
      await popup.close()
    }
  }

  get #chosen(): number {
    return this.#odd.clerk === 'leaves one out' ? count + 1 : count
  }

  #misbehaveWhen(when: OddDay['when']): void {
    const { when: own, misbehaves } = this.#odd
    if (own === when && misbehaves !== undefined && this.#killed.length === 0) this.#desk.office.system.misbehave(misbehaves)
  }

  async #windowOf(batchId: string): Promise<Page> {
    const known = this.#windows.get(batchId)
    if (known !== undefined) return known
    const own = this.#desk.browser.context.pages().find((page) => page.url().includes(`/sign.html?batch=${batchId}`))
    const page = own ?? (await this.#desk.browser.context.newPage())
    if (own === undefined) await page.goto(`chrome-extension://${this.#desk.browser.extensionId}/sign.html?batch=${batchId}`)
    this.#windows.set(batchId, page)
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
    if (ids.some((id) => findDocument(store, id)?.state !== 'da-phat-hanh')) return false
    return this.#events.filter(({ what }) => what === 'sent').length === count
  }

  #eventsOf(batchId: string): RecordedEvent[] {
    return eventsOf(this.#home, batchId)
  }

  get #events(): RecordedEvent[] {
    return this.#batchIds.flatMap((batchId) => this.#eventsOf(batchId))
  }

  get #home(): string {
    return path.join(this.#desk.office.folder, 'agent')
  }

  /** Nothing is lost, and nothing is twice: no output, no upload, no step. */
  #expectOnce(ids: readonly number[]): void {
    const { office } = this.#desk
    const { store } = office.system
    const at = `killed at ${this.#killed.join(', ')}`
    const countOf = (sql: string, id: number): number => store.get<{ count: number }>(`select count(*) as count from ${sql}`, id)?.count ?? 0
    for (const id of ids) {
      expect(timesReturned(office, id, 'ky-co-quan'), at).toBe(1)
      expect(countOf('deliveries where documentId = ?', id), at).toBe(countOf('recipients where documentId = ?', id))
    }
    // What was answered when the worker was gone is not reported.
    for (const what of ['upload', 'step']) expect(this.#parts.reports.asked.filter((asked) => asked === `asked ${what}`).length, at).toBeLessThanOrEqual(count)
    const events = this.#events
    for (const what of ['checked', 'delivered', 'sent']) expect(events.filter((event) => event.what === what), at).toHaveLength(count)
    expect(new Set(events.filter(({ what }) => what === 'checked').map(({ facts }) => facts.before)).size, at).toBe(count)
    expect(verifyJournal(this.#home).misfit, at).toBeUndefined()
  }
}

const signWords = /^Ký và gửi \d+ văn bản$/
const signOrGoOn = /^(Ký và gửi \d+ văn bản|Ký tiếp)$/

/** What a clerk would press now. A button that went away under the hand is looked for again. */
async function clickIfThere(page: Page, name: RegExp, before: () => void = () => undefined): Promise<void> {
  const button = page.getByRole('button', { name }).and(page.locator(':enabled')).filter({ visible: true }).first()
  if (!(await button.isVisible())) return
  // What lies behind another window does not move on.
  await page.bringToFront()
  before()
  await button.click({ timeout: 2_000 }).catch(() => undefined)
}
