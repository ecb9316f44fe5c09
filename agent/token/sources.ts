import { refuse, refusalOf } from '../../shared/errors.ts'
import { entryPath } from '../settings/own-files.ts'
import { findPinentry } from '../window/find-pinentry.ts'
import { certificateFacts, isWeak } from './certificate.ts'
import { DriverHost, usualDeadlines, type Deadlines } from './driver-host.ts'
import type { HostedKey, HostListing } from './host-calls.ts'
import { usualScheme, type Authorisation, type KeyListing, type KeySource, type PinPrompt, type UnlockedKey } from './key-source.ts'
import { parseModuleAddress } from './module-address.ts'
import { PinAttempts } from './pin-attempts.ts'
import { Place } from './place.ts'
import { unlockKey } from './unlock-key.ts'

export interface KeySourceOptions {
  /** The agent's own folder, where the attempts of every token are counted. */
  home: string
  /** PKCS#11 modules: `path`, or `path#serial` for one token of it. */
  modules: string[]
  /** PKCS#12 files. */
  keyFiles: string[]
  /** The program that asks for the PIN; the first one found where it is not named. */
  pinentry?: string | undefined
  deadlines?: Partial<Deadlines>
  /** How long a host stays that only listed, in milliseconds. */
  idleMs?: number
  /** How often a host that watches looks, in milliseconds. */
  lookMs?: number
  /** The program of the hosts, where a test brings its own. */
  hostProgram?: string
}

const usualIdleMs = 60_000
const usualLookMs = 500

/** All tokens and key files of this PC as one source of keys: one host process for each module and each file. */
export function createKeySource(options: KeySourceOptions): KeySource {
  return new LocalKeys(options)
}

class LocalKeys implements KeySource {
  readonly #places: Place[]
  readonly #deadlines: Deadlines
  readonly #pinentry: string | undefined
  readonly #attempts: PinAttempts
  /** What the token of each certificate was called when it was last seen. */
  readonly #names = new Map<string, string>()
  #unwatch: (() => void) | undefined

  constructor(options: KeySourceOptions) {
    const { home, modules, keyFiles, pinentry, idleMs = usualIdleMs, lookMs = usualLookMs, hostProgram: program = entryPath('token/host') } = options
    this.#deadlines = { ...usualDeadlines, ...options.deadlines }
    this.#pinentry = pinentry
    this.#attempts = new PinAttempts(home)
    const hostOptions = { program, deadlines: this.#deadlines, idleMs, lookMs }
    const files = [...new Set(keyFiles)].map((path) => new Place(() => new DriverHost({ kind: 'pkcs12', path }, hostOptions)))
    const drivers = [...serialsOf(modules)].map(([path, serials]) => new Place(() => new DriverHost({ kind: 'pkcs11', path }, hostOptions), serials))
    this.#places = [...drivers, ...files]
  }

  async list(): Promise<KeyListing> {
    return joined(await Promise.all(this.#places.map((place) => this.#listPlace(place))))
  }

  async authorise(certificateSha256: string, prompt: PinPrompt, signal?: AbortSignal, scheme = usualScheme, tokenSerial?: string): Promise<Authorisation> {
    const { place, key } = await this.#locate(certificateSha256, tokenSerial)
    if (isWeak(key.certificate)) refuse('key-too-weak', { holder: certificateFacts(key.certificate).holder, key: certificateFacts(key.certificate).key })
    if (key.pinLocked) refuse('pin-locked', { token: key.tokenLabel })
    const pinentry = findPinentry({ setting: this.#pinentry })
    if (signal?.aborted === true) refuse('cancelled')
    const host = place.hostFor(key.tokenSerial)
    const parts = { host, key, prompt, scheme, pinentry, attempts: this.#attempts, deadlines: this.#deadlines, signal }
    const unlocked = await unlockKey(parts)
    return { state: 'now', key: host === place.host ? unlocked : watched(unlocked, host) }
  }

  watch(tell: (listing: KeyListing) => void, reading?: () => void): () => void {
    this.#unwatch?.()
    let told = ''
    let isReading = false
    const tellNews = (listing: KeyListing): void => {
      const now = JSON.stringify([listing.keys.map(({ certificateSha256, tokenSerial }) => [certificateSha256, tokenSerial]), listing.problems])
      if (now !== told || isReading) tell(listing)
      told = now
      isReading = false
    }
    const drivers = this.#places.filter(({ host }) => host.place.kind === 'pkcs11')
    const readingNow = (): void => {
      if (reading === undefined || isReading) return
      isReading = true
      reading()
    }
    const ends = drivers.map((place) => place.host.watch({ reading: readingNow, plugged: () => void this.#plugged(place, tellNews) }))
    this.#unwatch = () => ends.forEach((end) => end())
    return this.#unwatch
  }

  async close(): Promise<void> {
    this.#unwatch?.()
    await Promise.all(this.#places.flatMap((place) => place.hosts()).map((host) => host.end()))
  }

  /**
   * Only the place where something happened is read again, so that no slow driver delays the news of another. Each reading
   * is told: with a driver that hangs again and again the last one would come too late.
   */
  async #plugged(place: Place, tell: (listing: KeyListing) => void): Promise<void> {
    place.isStale = true
    if (place.isListing) return
    place.isListing = true
    while (place.isStale) {
      place.isStale = false
      await this.#listPlace(place)
      tell(joined(await Promise.all(this.#places.map(async (each) => each.known ?? (await this.#listPlace(each))))))
    }
    place.isListing = false
  }

  async #listPlace(place: Place): Promise<HostListing> {
    place.known = await this.#findIn(place)
    return place.known
  }

  async #findIn(place: Place): Promise<HostListing> {
    try {
      const { keys, problems } = await place.host.list()
      const wanted = firstOfEach(keys.filter((key) => place.has(key)))
      place.seen = wanted
      for (const { certificateSha256, tokenLabel } of wanted) this.#names.set(certificateSha256, tokenLabel)
      return { keys: wanted, problems }
    } catch (cause) {
      return { keys: [], problems: [refusalOf(cause)] }
    }
  }

  /**
   * Asks again where the token was seen, since it may have gone in the meantime; where it has, everything is read anew once. It is always the
   * token that was wanted, or the one that the list named: a twin has another PIN, and a try there would be a wrong one.
   */
  async #locate(certificateSha256: string, wantedSerial?: string): Promise<{ place: Place; key: HostedKey }> {
    let serial = wantedSerial
    let gone: string | undefined
    for (let time = 0; time < 2; time++) {
      for (const place of this.#places) {
        const seen = place.seen.find((key) => key.certificateSha256 === certificateSha256)
        if (seen === undefined) continue
        serial ??= seen.tokenSerial
        const key = await keyIn(place, certificateSha256, serial)
        if (key !== undefined) return { place, key }
        gone ??= seen.tokenLabel
      }
      if (time === 0) await this.list()
    }
    const token = gone ?? this.#names.get(certificateSha256)
    this.#names.delete(certificateSha256)
    return token === undefined ? refuse('certificate-missing') : refuse('token-removed', { token })
  }
}

async function keyIn(place: Place, certificateSha256: string, tokenSerial: string): Promise<HostedKey | undefined> {
  // Another token of the driver may be at work in the first host, or hang there.
  const { keys } = await place.hostFor(tokenSerial).list()
  return keys.find((key) => key.certificateSha256 === certificateSha256 && key.tokenSerial === tokenSerial && place.has(key))
}

/** In a host that nobody else looks through: when the token is pulled, the PIN has to end there as well. */
function watched(key: UnlockedKey, host: DriverHost): UnlockedKey {
  const end = host.watch({ reading: () => undefined, plugged: () => undefined })
  return {
    ...key,
    release: () => {
      end()
      return key.release()
    },
  }
}

/** Two drivers may know the same token, and two tokens hold the same key: the first one that was named has it. */
function joined(found: readonly HostListing[]): KeyListing {
  return { keys: firstOfEach(found.flatMap(({ keys }) => keys)).map(publicInfo), problems: found.flatMap(({ problems }) => problems) }
}

/** One key for each certificate, so that every entry of the list names one token and the PIN goes there. */
function firstOfEach(keys: readonly HostedKey[]): HostedKey[] {
  const taken = new Set<string>()
  return keys.filter(({ certificateSha256 }) => !taken.has(certificateSha256) && taken.add(certificateSha256))
}

function serialsOf(modules: readonly string[]): Map<string, Set<string> | undefined> {
  const wanted = new Map<string, Set<string> | undefined>()
  for (const { path, serial } of modules.map(parseModuleAddress)) {
    const known = wanted.has(path) ? wanted.get(path) : new Set<string>()
    wanted.set(path, serial === undefined ? undefined : known?.add(serial))
  }
  return wanted
}

function publicInfo({ pinPad: _pinPad, pinLocked: _pinLocked, pinFinalTry: _pinFinalTry, ...info }: HostedKey): KeyListing['keys'][number] {
  return info
}
