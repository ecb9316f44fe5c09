import type { HostListing, KeyName } from './host-calls.ts'

/** What a key host works with: a PKCS#11 module or a PKCS#12 file. Everything throws RefusalError for what a person can meet. */
export interface Driver {
  list(): HostListing
  /** @param pin undefined where it is typed on the token itself */
  login(key: KeyName, pin: string | undefined): void
  /** Signs with the key of the last login. */
  sign(digestSha256: Uint8Array): Uint8Array
  /** Logs out and closes everything that is open. Does not throw: the process ends after it. */
  close(): void
}
