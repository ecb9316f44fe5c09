import type { DriverHost } from './driver-host.ts'
import type { HostedKey, HostListing } from './host-calls.ts'

/**
 * One driver or key file. Its host lists, watches and signs; while it has the key of one token unlocked, another token of
 * the same driver signs in a host of its own, so that none waits for another, least of all for one that hangs.
 */
export class Place {
  readonly host: DriverHost
  /** The tokens of this module that were asked for; undefined for all. */
  readonly serials: Set<string> | undefined
  /** What was found there last. */
  known: HostListing | undefined
  /** The keys that it had when it could last be read: one that cannot be read now may still have them. */
  seen: readonly HostedKey[] = []
  /** A token came or went since it was listed. */
  isStale = false
  isListing = false
  readonly #open: () => DriverHost
  readonly #others = new Map<string, DriverHost>()

  constructor(open: () => DriverHost, serials?: Set<string>) {
    this.host = open()
    this.serials = serials
    this.#open = open
  }

  has({ tokenSerial }: HostedKey): boolean {
    return this.serials?.has(tokenSerial) !== false
  }

  /** The host that a key of this token is to be unlocked in: the one that has such a key already, or one that has none. */
  hostFor(tokenSerial: string): DriverHost {
    const holder = this.hosts().find(({ reservedFor }) => reservedFor === tokenSerial)
    if (holder !== undefined) return holder
    if (this.host.reservedFor === undefined) return this.host
    const other = this.#others.get(tokenSerial) ?? this.#open()
    this.#others.set(tokenSerial, other)
    return other
  }

  hosts(): DriverHost[] {
    return [this.host, ...this.#others.values()]
  }
}
