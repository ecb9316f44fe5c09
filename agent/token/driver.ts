import type { HostListing, KeyName, Look, SlotView, UnlockedBy } from './host-calls.ts'
import type { SignatureScheme } from './key-source.ts'

/** What a key host works with: a PKCS#11 module or a PKCS#12 file. Everything throws RefusalError for what a person can meet. */
export interface Driver {
  list(): HostListing
  slots(): SlotView[]
  /** @param pin undefined where it is typed on the token itself */
  login(key: KeyName, pin: string | undefined, scheme: SignatureScheme): UnlockedBy
  /** Signs with the key of the last login, by the scheme that it told. */
  sign(digest: Uint8Array): Uint8Array
  /** Whether something was plugged in or pulled out since the last look; `gone` where it was the unlocked token. */
  look(): Look
  /** Logs out and closes everything that is open. Does not throw: the process ends after it. */
  close(): void
}
