import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { refuse } from '../../shared/errors.ts'
import { openHome } from '../settings/home.ts'

/** Attempts without a success after which the next one may lock a token: most lock at the third wrong PIN. */
const attemptsBeforeWarning = 2

/**
 * How many logins each token has seen since the last that went well, by its serial number, across restarts: a token's own
 * flags often do not tell. An attempt is written down before it is made, so that a crash or a driver that never answers
 * counts as well. Holds no PIN.
 */
export class PinAttempts {
  readonly #home: string
  readonly #file: string

  constructor(home: string) {
    this.#home = home
    this.#file = path.join(home, 'pin-attempts.json')
  }

  /** Attempts since the last success. */
  count(serial: string): number {
    return this.#read().get(serial) ?? 0
  }

  mayLock(serial: string): boolean {
    return this.count(serial) >= attemptsBeforeWarning
  }

  /** @throws RefusalError folder-unwritable, disk-full: a try that cannot be counted is not made */
  begin(serial: string): void {
    this.#write(serial, this.count(serial) + 1)
  }

  /** The attempt that began was none: the token never saw it. */
  takeBack(serial: string): void {
    this.#write(serial, Math.max(0, this.count(serial) - 1))
  }

  succeeded(serial: string): void {
    if (this.count(serial) > 0) this.#write(serial, 0)
  }

  /** A map: a token may call itself whatever it likes, `constructor` too. */
  #read(): Map<string, number> {
    let text: string
    try {
      text = readFileSync(this.#file, 'utf8')
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return new Map()
      return refuse('folder-unwritable', { folder: this.#home }, cause)
    }
    return parse(text)
  }

  #write(serial: string, count: number): void {
    const counts = this.#read()
    if (count === 0) counts.delete(serial)
    else counts.set(serial, count)
    const part = `${this.#file}.${process.pid}.part`
    openHome(this.#home)
    try {
      writeFileSync(part, `${JSON.stringify(Object.fromEntries(counts))}\n`, { mode: 0o600, flush: true })
      renameSync(part, this.#file)
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code === 'ENOSPC') refuse('disk-full', undefined, cause)
      refuse('folder-unwritable', { folder: this.#home }, cause)
    }
  }
}

/** A file that somebody damaged counts as empty: it must not stand between a clerk and the token. */
function parse(text: string): Map<string, number> {
  try {
    const counts: unknown = JSON.parse(text)
    if (typeof counts !== 'object' || counts === null) return new Map()
    return new Map(Object.entries(counts).filter((entry): entry is [string, number] => Number.isSafeInteger(entry[1]) && entry[1] > 0))
  } catch {
    return new Map()
  }
}
