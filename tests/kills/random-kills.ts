import { mkdirSync, rmSync } from 'node:fs'
import path from 'node:path'
import { expect } from 'vitest'
import { canaryPin, expectNoPinIn } from '../support/canary-pins.ts'
import { makeCertificate, makeKeyFile, makeSuiteFolder } from '../support/own-certificate.ts'
import { expectValid, expectWhole, OfficeDay, readTrace } from './office-day.ts'

const pin = canaryPin()
const documents = 50

/** Batches of 50 documents whose agent is killed at points that a seed chooses, evenly over all that a day passes. */
export class RandomKills {
  readonly remove: () => void
  readonly #folder: string
  readonly #keyFile: string
  readonly #resumedMs: number[] = []
  #passed: Promise<string[]> | undefined

  constructor() {
    const { folder, remove } = makeSuiteFolder('antin-random-kills')
    this.#folder = folder
    this.remove = remove
    this.#keyFile = makeKeyFile(folder, 'clerk', makeCertificate(folder, 'clerk'), pin)
  }

  async kill(seed: number): Promise<void> {
    this.#passed ??= this.#wholeDay()
    const point = pick(await this.#passed, seed)
    const folder = this.#newFolder(String(seed))
    const day = await new OfficeDay({ folder, keyFile: this.#keyFile, pin, documents, kills: [point] }).run((lived) => {
      expect(lived.killed).toEqual([point])
      expectWhole(lived)
      expectValid(folder, lived, [...lived.signed.keys()].filter((_, index) => index % 25 === seed % 25))
    })
    this.#resumedMs.push(...day.resumedMs)
    expectNoPinIn(folder)
    rmSync(folder, { recursive: true })
  }

  report(): string {
    const sorted = this.#resumedMs.toSorted((left, right) => left - right)
    const median = Math.round(sorted[sorted.length >> 1] ?? 0)
    return `${sorted.length} kills; from the agent's return to its first word about the batch: median ${median} ms, at most ${Math.round(sorted.at(-1) ?? 0)} ms`
  }

  async #wholeDay(): Promise<string[]> {
    const folder = this.#newFolder('whole')
    const trace = path.join(folder, 'trace')
    await new OfficeDay({ folder, keyFile: this.#keyFile, pin, documents, trace }).run(expectWhole)
    return readTrace(trace)
  }

  #newFolder(name: string): string {
    const folder = path.join(this.#folder, name)
    mkdirSync(folder)
    return folder
  }
}

/** The point that was passed there, and for the how manieth time. */
function pick(passed: readonly string[], seed: number): string {
  const index = Math.floor(fraction(seed) * passed.length)
  const point = passed[index] ?? ''
  const occurrence = passed.slice(0, index + 1).filter((earlier) => earlier === point).length
  // Two workers give signed files their names, and each counts its own.
  return `${point}#${point.endsWith('rename signed') ? Math.ceil(occurrence / 2) : occurrence}`
}

/** mulberry32, one step: the same on every machine. */
function fraction(seed: number): number {
  let mixed = (seed + 0x6d2b79f5) | 0
  mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1)
  mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
  return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
}
