import type { Refusal } from '../../shared/errors.ts'

/**
 * A key is a source: PKCS#11 and PKCS#12 today, remote services later. The rest of the agent sees only this.
 * Native code, key files and PINs live in a forked host behind it; nothing here ever holds a PIN.
 */
export interface KeySource {
  /** Certificates that have their key here, without a PIN. Problems are values, not exceptions. */
  list(): Promise<KeyListing>

  /**
   * Asks for the PIN in the agent's own window (drawn by the host's own pinentry) and unlocks the key for
   * one batch. Rejects with a RefusalError: pin-wrong, pin-cancelled, pin-locked, token-removed, …
   * A wrong PIN is never retried here. `signal` takes the window away again (cancelled). A `scheme` that the token
   * does not offer gives way to PKCS#1 v1.5: what will be used is told by the unlocked key. With a `tokenSerial` no other token is asked, even if it holds the same key.
   */
  authorise(certificateSha256: string, prompt: PinPrompt, signal?: AbortSignal, scheme?: SignatureScheme, tokenSerial?: string): Promise<Authorisation>

  /** The key of an authorisation that was `waiting`, once the person has confirmed it elsewhere. */
  collect?(reference: string): Promise<UnlockedKey>

  /**
   * Tells what can sign now, whenever a token comes or goes, until the returned function is called. Absent where
   * nothing can be plugged in. A smart card takes seconds to be read: `reading` is called as soon as it is seen that
   * something came or went, and a listing follows in any case.
   */
  watch?(tell: (listing: KeyListing) => void, reading?: () => void): () => void

  /** Ends every host. */
  close(): Promise<void>
}

export interface KeyListing {
  keys: KeyInfo[]
  problems: Refusal[]
}

export interface KeyInfo {
  certificateSha256: string
  /** DER. */
  certificate: Uint8Array
  /** Other certificates found beside it (intermediates), DER. */
  chain: Uint8Array[]
  /** Serial number of the token, or the path of the key file: what tells two sources apart. */
  tokenSerial: string
  tokenLabel: string
  kind: 'token' | 'file'
  algorithm: 'rsa' | 'ecdsa-p256' | 'ecdsa-p384'
}

/** What the PIN window says; every line is made by session/ from what the agent itself holds. */
export interface PinPrompt {
  title: string
  description: string
  prompt: string
  ok: string
  cancel: string
  /** Asked first where one more wrong entry may lock the token; the PIN only follows a yes. */
  lockWarning: { description: string; ok: string }
  /** In red beside the PIN, where the token itself tells that one try is left. */
  oneTryLeft: string
}

/** How a digest becomes a signature. The padding concerns RSA alone; PSS takes MGF1 and a salt of the digest's own length (RFC 4056). */
export interface SignatureScheme {
  digest: 'sha256' | 'sha384' | 'sha512'
  padding: 'pkcs1' | 'pss'
}

export const usualScheme: SignatureScheme = { digest: 'sha256', padding: 'pkcs1' }

export type Authorisation = { state: 'now'; key: UnlockedKey } | { state: 'waiting'; reference: string }

/** A key that the clerk has unlocked for one batch. */
export interface UnlockedKey {
  /** How it signs: what was asked for, or what the token offers instead. */
  readonly scheme: SignatureScheme
  /**
   * Signs a digest of the scheme's algorithm. RSA: PKCS#1 v1.5 over DigestInfo, or PSS; ECDSA: DER-encoded value. The
   * signature was verified against the certificate before it is returned. Calls are queued, one at a time: with the next
   * one waiting a token is never idle. One that lies with the token already when the one before it fails is not signed.
   * @param withdrawn rejects with `cancelled` at once: what is not begun is not signed, of the rest nothing is told
   */
  sign(digest: Uint8Array, withdrawn?: AbortSignal): Promise<Uint8Array>
  /** Forgets the PIN: the host process ends. */
  release(): Promise<void>
}
