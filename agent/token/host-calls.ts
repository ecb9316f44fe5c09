import type { Refusal } from '../../shared/errors.ts'
import type { PinentryProgram } from '../window/find-pinentry.ts'
import type { KeyInfo, PinPrompt, SignatureScheme } from './key-source.ts'

/** Where keys lie: one host process per place. Paths come from settings or the command line, never from a browser. */
export interface KeyPlace {
  kind: 'pkcs11' | 'pkcs12'
  path: string
}

/** What the agent's main process asks of a key host. A PIN is in none of these: the host asks for it by itself. */
export interface HostCalls {
  /** Loads the driver or reads the key file; the first call of every host. */
  load: { input: KeyPlace; output: undefined }
  list: { input: undefined; output: HostListing }
  /** What is plugged in where, with and without certificates. */
  slots: { input: undefined; output: SlotView[] }
  /** Opens the PIN window and keeps the answer in the host for the `login` that follows. */
  ask: { input: PinQuestion; output: undefined }
  /** Unlocks the key and forgets the PIN, unless the key asks for it before every signature. */
  login: { input: { key: KeyName; scheme: SignatureScheme }; output: UnlockedBy }
  sign: { input: { digest: Uint8Array }; output: Uint8Array }
  /** Whether something was plugged in or pulled out since the last look. */
  look: { input: undefined; output: Look }
  /** Logs out; the process is ended after it. */
  close: { input: undefined; output: undefined }
}

export type HostVerb = keyof HostCalls

/** `gone`: the token whose key is unlocked. */
export type Look = 'same' | 'changed' | 'gone'

/** A key is known by its certificate and by the token that it lies on, never by a slot. */
export type KeyName = Pick<KeyInfo, 'certificateSha256' | 'tokenSerial' | 'tokenLabel'>

/** What a login has brought. */
export interface UnlockedBy {
  /** What was asked for, or PKCS#1 v1.5 where the token does not offer PSS. */
  scheme: SignatureScheme
  /** The PIN goes to the token before every signature (CKA_ALWAYS_AUTHENTICATE). */
  alwaysAuthenticate: boolean
}

export interface HostListing {
  keys: HostedKey[]
  problems: Refusal[]
}

/** A place for a token, as the driver names it. */
export interface SlotView {
  reader: string
  token?: { label: string; serial: string; maker: string; isInitialised: boolean; pinLocked: boolean; pinFinalTry: boolean }
  /** A token is there, and this is what the driver says when it is asked about it. */
  unreadable?: string
}

export interface HostedKey extends KeyInfo {
  /** The PIN is typed on the token's own keys (CKF_PROTECTED_AUTHENTICATION_PATH). */
  pinPad: boolean
  /** CKF_USER_PIN_LOCKED. */
  pinLocked: boolean
  /** CKF_USER_PIN_FINAL_TRY: the next wrong PIN locks the token. */
  pinFinalTry: boolean
}

export interface PinQuestion {
  prompt: PinPrompt
  pinentry: PinentryProgram
  /** For a PIN pad the window only asks for consent. */
  pinPad: boolean
  /** A wrong PIN may lock the token: the clerk has to agree before it is asked for. */
  mayLock: boolean
  /** The token tells that this is the last try. */
  finalTry: boolean
  /** How long the clerk may take, in milliseconds. */
  deadlineMs: number
}

export interface HostRequest<Verb extends HostVerb = HostVerb> {
  id: number
  verb: Verb
  input: HostCalls[Verb]['input']
  /** The signature that was asked for right before: where that one fails, this one is not made. */
  behind?: number | undefined
}

/** The answer to this call is not wanted any more. What is not begun is not done, and answered as cancelled. */
export interface Withdrawal {
  withdrawn: number
}

/** `cause` is for the journal: name and message of what was thrown, never shown. */
export type HostReply = { id: number; output: unknown } | { id: number; refusal: Refusal; cause: string }

/** The process id of the window that is open, so that it can be ended together with the host. */
export interface WindowNotice {
  windowPid: number | undefined
}

export type HostMessage = HostReply | WindowNotice
