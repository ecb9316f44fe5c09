import path from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { RefusalError, refuse } from '../../shared/errors.ts'
import { DriverWatch, type WatchNews } from './driver-watch.ts'
import type { HostListing, KeyPlace } from './host-calls.ts'
import { HostProcess, type HostFault } from './host-process.ts'

/** How long a call may take, in milliseconds. The time that the clerk needs for the PIN is not part of it. */
export interface Deadlines {
  startMs: number
  listMs: number
  loginMs: number
  signMs: number
}

export const usualDeadlines: Deadlines = { startMs: 10_000, listMs: 10_000, loginMs: 15_000, signMs: 20_000 }

export interface DriverHostOptions {
  /** The program of the host process. */
  program: string
  deadlines: Deadlines
  /** How long a host stays that holds no unlocked key and watches nothing. */
  idleMs: number
  /** How often a host that watches looks for tokens that come and go. */
  lookMs: number
}

/** A driver that twice did not survive its own loading is not tried again. */
const loadFaultsAllowed = 1
const pauseMs = { first: 250, longest: 8_000 }

/** One place of keys, with the host process that works for it while it is needed. */
export class DriverHost {
  readonly place: KeyPlace
  readonly name: string
  readonly #options: DriverHostOptions
  #process: HostProcess | undefined
  /** The process of a batch that is over: whoever comes next waits for its end and gets another. */
  #released: HostProcess | undefined
  #starting: Promise<HostProcess> | undefined
  #loading = false
  /** Crashes and missed deadlines since the last call that went well. */
  #faults = 0
  #loadFaults = 0
  #loadFault: 'silent' | 'crashed' = 'crashed'
  #idle: NodeJS.Timeout | undefined
  /** Serial number of the token whose key it unlocks or has unlocked. */
  #reservedFor: string | undefined
  #watch: DriverWatch | undefined

  constructor(place: KeyPlace, options: DriverHostOptions) {
    this.place = place
    this.name = path.basename(place.path)
    this.#options = options
  }

  async list(): Promise<HostListing> {
    const host = await this.start()
    try {
      const listing = await host.call('list', undefined, { deadlineMs: this.#options.deadlines.listMs, token: this.name })
      this.worked()
      this.#watch?.resume()
      return listing
    } catch (cause) {
      // The end of a batch took the process away: that says nothing of what is plugged in.
      if (host !== this.#released) throw cause
      return this.list()
    }
  }

  /**
   * Keeps a host that looks for tokens, and calls when one comes or goes, and after every start of a host. A driver that
   * keeps failing is left alone until it is used again. The returned function ends it.
   */
  watch(news: WatchNews): () => void {
    const { lookMs, deadlines } = this.#options
    const watch = new DriverWatch({ name: this.name, lookMs, deadlineMs: deadlines.listMs, start: () => this.start() }, news)
    this.#watch?.end()
    this.#watch = watch
    return () => {
      watch.end()
      if (this.#watch === watch) this.#watch = undefined
      this.#rest()
    }
  }

  get reservedFor(): string | undefined {
    return this.#reservedFor
  }

  /** A host holds one unlocked key, so that its end is the end of that PIN. @throws RefusalError batch-busy */
  reserve(tokenSerial: string): void {
    if (this.#reservedFor !== undefined) refuse('batch-busy')
    this.#reservedFor = tokenSerial
  }

  /** Takes back a reservation that no process came of. */
  free(): void {
    this.#reservedFor = undefined
  }

  /** A call went well: the next fault is the first again. */
  worked(): void {
    this.#faults = 0
    this.#rest()
  }

  /** The running process, started and loaded if it has to be. */
  async start(): Promise<HostProcess> {
    if (this.#process?.alive === true && this.#process !== this.#released) return this.#process
    this.#starting ??= this.#begin().finally(() => {
      this.#starting = undefined
    })
    return this.#starting
  }

  /** Ends the process of one batch; a later one is not touched. */
  async release(process: HostProcess): Promise<void> {
    if (this.#process !== process) return
    if (process.alive && this.#released !== process) {
      this.#released = process
      this.#reservedFor = undefined
    }
    await process.end()
    if (this.#process === process) this.#process = undefined
  }

  /** Ends the process and with it every trace of a PIN. */
  async end(): Promise<void> {
    clearTimeout(this.#idle)
    await this.#starting?.catch(ignoreRefusal)
    const process = this.#process
    this.#released = undefined
    await process?.end()
    if (this.#process === process) this.#process = undefined
  }

  async #begin(): Promise<HostProcess> {
    if (this.#loadFaults > loadFaultsAllowed) this.#refuseDriver()
    if (this.#faults > 1) await pause(Math.min(pauseMs.first * 2 ** (this.#faults - 2), pauseMs.longest))
    if (this.#process !== undefined && this.#process === this.#released) await this.#process.end()
    const host: HostProcess = new HostProcess(this.#options.program, (fault) => this.#ended(host, fault))
    this.#process = host
    this.#loading = true
    try {
      await host.call('load', this.place, { deadlineMs: this.#options.deadlines.startMs, token: this.name })
    } catch (cause) {
      await host.end()
      if (this.#loadFaults > loadFaultsAllowed) this.#refuseDriver(cause)
      throw cause
    } finally {
      this.#loading = false
    }
    this.#loadFaults = 0
    return host
  }

  #ended(process: HostProcess, fault: HostFault): void {
    if (fault === 'silent' || fault === 'crashed') this.#fault(fault)
    // The login is lost with the process, so the next batch may have its place. After a release it may have it already.
    if (process !== this.#released) this.#reservedFor = undefined
  }

  #fault(fault: 'silent' | 'crashed'): void {
    this.#faults += 1
    if (!this.#loading) return
    this.#loadFaults += 1
    this.#loadFault = fault
  }

  #refuseDriver(cause?: unknown): never {
    if (this.place.kind === 'pkcs12') refuse('key-file-unreadable', { file: this.name }, cause)
    refuse('driver-unusable', { driver: this.name, reason: this.#loadFault }, cause)
  }

  #rest(): void {
    clearTimeout(this.#idle)
    this.#idle = setTimeout(() => {
      const isIdle = this.#reservedFor === undefined && this.#watch === undefined
      if (isIdle && this.#process !== undefined) void this.release(this.#process)
    }, this.#options.idleMs).unref()
  }
}

function ignoreRefusal(thrown: unknown): void {
  if (!(thrown instanceof RefusalError)) throw thrown
}
