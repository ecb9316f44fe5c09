import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect } from 'vitest'
import { wellBehaved } from '../../demo/misbehave.ts'
import { demoExtension } from '../../demo/office/browser.ts'
import { agencyOffice, openDesk, type Desk } from '../flow/desk.ts'
import { buildFaultModule, type FaultModule } from '../support/fault-module.ts'
import { softHsmModule } from '../support/softhsm.ts'
import { registrar, WebDay } from './web-day.ts'
import type { OddDay } from './worker-points.ts'
import { WorkerReports } from './worker-reports.ts'

/** A copy of the demo's extension whose worker can be stopped at its points. */
function killableExtension(folder: string): string {
  const copy = path.join(folder, 'extension')
  cpSync(demoExtension, copy, { recursive: true })
  const worker = path.join(copy, 'background.js')
  const hook = readFileSync(path.resolve(import.meta.dirname, '../support/kill-worker-at.js'), 'utf8')
  writeFileSync(worker, `${hook}\n${readFileSync(worker, 'utf8')}`)
  return copy
}

/** A registrar's desk, where one day follows the other. */
export class WebOffice {
  readonly #folder = mkdtempSync(path.join(tmpdir(), 'antin-web-kills-'))
  readonly #reports = new WorkerReports()
  readonly #ends: 'worker' | 'browser'
  #extension = ''
  #desk: Desk | undefined
  #token: FaultModule | undefined

  /** @param ends what is killed */
  constructor(ends: 'worker' | 'browser') {
    this.#ends = ends
  }

  async open(): Promise<void> {
    this.#extension = killableExtension(this.#folder)
    await this.#reports.open()
    this.#token = buildFaultModule(this.#folder, softHsmModule() ?? '')
    this.#desk = await openDesk({ token: 'softhsm', throughModule: this.#token, user: registrar, credential: agencyOffice, documents: { outgoing: 160, incoming: 5, awaitingApproval: 0 }, extension: this.#extension })
    // What has separate attachments is sealed on its own page, file by file.
    this.#desk.office.system.store.run("update documents set state = 'cho-cap-so' where state = 'cho-ky-co-quan' and (secrecy != 'Thường' or id in (select documentId from files where part = 'attachment'))")
  }

  async close(): Promise<void> {
    await this.#desk?.close()
    await this.#reports.close()
    rmSync(this.#folder, { recursive: true })
  }

  /** @returns the points at which it was killed, in their order */
  async day(kills: readonly string[], odd?: OddDay): Promise<readonly string[]> {
    if (this.#desk === undefined || this.#token === undefined) throw new Error('the office is closed')
    try {
      const parts = { desk: this.#desk, token: this.#token, extension: this.#extension, reports: this.#reports, ends: this.#ends }
      return await new WebDay(parts, odd).run(kills)
    } finally {
      this.#token.order({})
      this.#desk.office.system.misbehave(wellBehaved)
    }
  }

  /** Each point once, in as few days as they can be had. What no day came to fails. */
  async killAtEach(points: readonly string[]): Promise<void> {
    for (let left = [...points]; left.length > 0; ) {
      const killed = await this.day(left)
      expect(killed, `never passed: ${left.join(', ')}`).not.toEqual([])
      left = left.filter((point) => !killed.includes(point))
    }
  }

  /** The points that this life of the worker has passed since its day began. */
  async passed(): Promise<string[]> {
    const worker = await this.#desk?.browser.worker()
    const points = (await worker?.evaluate(() => (globalThis as unknown as { passedPoints(): string[] }).passedPoints())) ?? []
    return [...new Set(points.map((point) => point.replace(/^(before|after) /, '')))].sort()
  }
}
