import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { refuse } from '../../shared/errors.ts'
import { lockFile, type FileLock } from '../journal/lock-file.ts'
import { openHome } from '../settings/home.ts'
import { renamePatientlySync } from '../settings/rename-patiently.ts'

/** Attempts without a success after which the next one may lock a token: most lock at the third wrong PIN. */
const attemptsBeforeWarning = 2
/** Another process that counts is done within a few milliseconds. */
const countedWithinMs = 5_000

/**
 * How many logins each token has seen since the last that went well, by its serial number, across restarts: a token's own
 * flags often do not tell. An attempt is written down before it is made, so that a crash or a driver that never answers
 * counts as well. The agent and the command line count in the same file, one after the other. Holds no PIN.
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

  /**
   * From the question to the end of the login a token is one process's alone. Two windows at once would be warned by the same count, and
   * two wrong PINs might then be the second and the last.
   *
   * @throws RefusalError batch-busy, folder-unwritable
   */
  takeTurn(serial: string): FileLock {
    // What a token calls itself makes no file name.
    const name = createHash('sha256').update(serial).digest('hex').slice(0, 16)
    return this.#lock(`pin-turn-${name}.lock`, 0)
  }

  /** @throws RefusalError folder-unwritable, disk-full: a try that cannot be counted is not made */
  begin(serial: string): void {
    this.#change(serial, (count) => count + 1)
  }

  /** The attempt that began was none: the token never saw it. */
  takeBack(serial: string): void {
    this.#change(serial, (count) => Math.max(0, count - 1))
  }

  succeeded(serial: string): void {
    if (this.count(serial) > 0) this.#change(serial, () => 0)
  }

  /** Read and written in one: another process may count another try, or another token, in the same moment. */
  #change(serial: string, to: (count: number) => number): void {
    const lock = this.#lock('pin-attempts.lock', countedWithinMs)
    try {
      this.#write(serial, to(this.count(serial)))
    } finally {
      lock.release()
    }
  }

  #lock(name: string, waitMs: number): FileLock {
    openHome(this.#home)
    return this.#tryLock(name, waitMs) ?? refuse('batch-busy')
  }

  #tryLock(name: string, waitMs: number): FileLock | undefined {
    try {
      return lockFile(path.join(this.#home, name), waitMs)
    } catch (cause) {
      return refuse('folder-unwritable', { folder: this.#home }, cause)
    }
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
    const part = `${this.#file}.part`
    try {
      writeFileSync(part, `${JSON.stringify(Object.fromEntries(counts))}\n`, { mode: 0o600, flush: true })
      renamePatientlySync(part, this.#file)
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
