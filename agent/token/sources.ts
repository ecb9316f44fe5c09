import { refuse, refusalOf } from '../../shared/errors.ts'
import { limits } from '../../shared/protocol/limits.ts'
import { entryPath } from '../settings/own-files.ts'
import { findPinentry } from '../window/find-pinentry.ts'
import { certificateFacts, isSignatureOf, isWeak } from './certificate.ts'
import { DriverHost, usualDeadlines, type Deadlines } from './driver-host.ts'
import type { HostedKey } from './host-calls.ts'
import type { HostProcess } from './host-process.ts'
import type { Authorisation, KeyListing, KeySource, PinPrompt, UnlockedKey } from './key-source.ts'
import { parseModuleAddress } from './module-address.ts'

export interface KeySourceOptions {
  /** PKCS#11 modules: `path`, or `path#serial` for one token of it. */
  modules: string[]
  /** PKCS#12 files. */
  keyFiles: string[]
  /** The program that asks for the PIN; the first one found where it is not named. */
  pinentry?: string | undefined
  deadlines?: Partial<Deadlines>
  /** How long a host stays that only listed, in milliseconds. */
  idleMs?: number
  /** The program of the hosts, where a test brings its own. */
  hostProgram?: string
}

const usualIdleMs = 60_000

/** All tokens and key files of this PC as one source of keys: one host process for each module and each file. */
export function createKeySource(options: KeySourceOptions): KeySource {
  return new LocalKeys(options)
}

interface Place {
  host: DriverHost
  /** The tokens of this module that were asked for; undefined for all. */
  serials: Set<string> | undefined
}

interface Located {
  host: DriverHost
  key: HostedKey
}

class LocalKeys implements KeySource {
  readonly #places: Place[]
  readonly #deadlines: Deadlines
  readonly #pinentry: string | undefined
  /** Where each certificate was last seen, and what its token is called. */
  readonly #seen = new Map<string, { place: Place; tokenLabel: string }>()

  constructor({ modules, keyFiles, pinentry, deadlines = {}, idleMs = usualIdleMs, hostProgram = entryPath('token/host') }: KeySourceOptions) {
    this.#deadlines = { ...usualDeadlines, ...deadlines }
    this.#pinentry = pinentry
    const hostOptions = { program: hostProgram, deadlines: this.#deadlines, idleMs }
    const files = [...new Set(keyFiles)].map((path) => ({ host: new DriverHost({ kind: 'pkcs12', path }, hostOptions), serials: undefined }))
    const drivers = [...serialsOf(modules)].map(([path, serials]) => ({ host: new DriverHost({ kind: 'pkcs11', path }, hostOptions), serials }))
    this.#places = [...drivers, ...files]
  }

  async list(): Promise<KeyListing> {
    const found = await Promise.all(this.#places.map((place) => this.#listPlace(place)))
    const keys = found.flatMap((listing) => listing.keys)
    // Two drivers may know the same token: the first one that was named has it.
    const distinct = new Map(keys.toReversed().map((key) => [`${key.tokenSerial} ${key.certificateSha256}`, key]))
    return { keys: [...distinct.values()].toReversed().map(publicInfo), problems: found.flatMap((listing) => listing.problems) }
  }

  async authorise(certificateSha256: string, prompt: PinPrompt, signal?: AbortSignal): Promise<Authorisation> {
    const { host, key } = await this.#locate(certificateSha256)
    if (isWeak(key.certificate)) refuse('key-too-weak', { holder: certificateFacts(key.certificate).holder, key: certificateFacts(key.certificate).key })
    if (key.pinLocked) refuse('pin-locked', { token: key.tokenLabel })
    const pinentry = findPinentry({ setting: this.#pinentry })
    host.reserve()
    const giveUp = (): void => void host.end()
    signal?.addEventListener('abort', giveUp, { once: true })
    try {
      if (signal?.aborted === true) refuse('cancelled')
      const process = await host.start()
      const { pinPad, tokenLabel: token } = key
      await process.call('ask', { prompt, pinentry, pinPad, deadlineMs: limits.consentIdleMs }, { deadlineMs: undefined, token })
      // On a PIN pad the clerk types during the login itself.
      const deadlineMs = pinPad ? limits.consentIdleMs : this.#deadlines.loginMs
      await process.call('login', nameOf(key), { deadlineMs, token })
      host.worked()
      return { state: 'now', key: this.#unlocked(host, process, key) }
    } catch (cause) {
      // A process that has seen a PIN ends with it.
      await host.end()
      if (signal?.aborted === true) refuse('cancelled', undefined, cause)
      throw cause
    } finally {
      signal?.removeEventListener('abort', giveUp)
    }
  }

  async close(): Promise<void> {
    await Promise.all(this.#places.map(({ host }) => host.end()))
  }

  async #listPlace(place: Place): Promise<{ keys: HostedKey[]; problems: KeyListing['problems'] }> {
    try {
      const { keys, problems } = await place.host.list()
      const wanted = keys.filter(({ tokenSerial }) => place.serials?.has(tokenSerial) !== false)
      for (const { certificateSha256, tokenLabel } of wanted) {
        if (!this.#isSeenBefore(certificateSha256, place)) this.#seen.set(certificateSha256, { place, tokenLabel })
      }
      return { keys: wanted, problems }
    } catch (cause) {
      return { keys: [], problems: [refusalOf(cause)] }
    }
  }

  /** Of two places with the same certificate the one that was named first is used. */
  #isSeenBefore(certificateSha256: string, place: Place): boolean {
    const seen = this.#seen.get(certificateSha256)
    return seen !== undefined && this.#places.indexOf(seen.place) < this.#places.indexOf(place)
  }

  /** Asks the place again, since a token may have gone in the meantime. */
  async #locate(certificateSha256: string): Promise<Located> {
    if (!this.#seen.has(certificateSha256)) await this.list()
    const seen = this.#seen.get(certificateSha256)
    if (seen === undefined) return refuse('certificate-missing')
    const { host } = seen.place
    const { keys } = await host.list()
    const key = keys.find((candidate) => candidate.certificateSha256 === certificateSha256 && seen.place.serials?.has(candidate.tokenSerial) !== false)
    if (key !== undefined) return { host, key }
    this.#seen.delete(certificateSha256)
    return refuse('token-removed', { token: seen.tokenLabel })
  }

  #unlocked(host: DriverHost, process: HostProcess, { certificate, tokenLabel: token }: HostedKey): UnlockedKey {
    return {
      sign: async (digestSha256) => {
        if (digestSha256.length !== 32) throw new RangeError('a SHA-256 digest has 32 bytes')
        const signature = await process.call('sign', { digestSha256 }, { deadlineMs: this.#deadlines.signMs, token })
        if (!isSignatureOf(certificate, digestSha256, signature)) refuse('token-failed', { token, returnValue: 'wrong signature' })
        host.worked()
        return signature
      },
      release: () => host.release(process),
    }
  }
}

function serialsOf(modules: readonly string[]): Map<string, Set<string> | undefined> {
  const wanted = new Map<string, Set<string> | undefined>()
  for (const { path, serial } of modules.map(parseModuleAddress)) {
    const known = wanted.has(path) ? wanted.get(path) : new Set<string>()
    wanted.set(path, serial === undefined ? undefined : known?.add(serial))
  }
  return wanted
}

function nameOf({ certificateSha256, tokenSerial, tokenLabel }: HostedKey): Pick<HostedKey, 'certificateSha256' | 'tokenSerial' | 'tokenLabel'> {
  return { certificateSha256, tokenSerial, tokenLabel }
}

function publicInfo({ pinPad: _pinPad, pinLocked: _pinLocked, ...info }: HostedKey): KeyListing['keys'][number] {
  return info
}
