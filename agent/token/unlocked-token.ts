import pkcs11js from 'pkcs11js'
import { RefusalError, refuse, type Refusal } from '../../shared/errors.ts'
import { certificateFacts } from './certificate.ts'
import { ecdsaDer, orderBytes } from './ecdsa.ts'
import type { UnlockedBy } from './host-calls.ts'
import type { SignatureScheme } from './key-source.ts'
import { offersPss, signingMechanism } from './pkcs11-mechanism.ts'
import { attribute, closeSession, findObjects } from './pkcs11-session.ts'
import type { FoundKey } from './pkcs11-token.ts'
import { digestInfo } from './pkcs1.ts'
import { isReturnValue, refuseReturnValue, returnValueOf, returnValues } from './return-value.ts'

type Handle = pkcs11js.Handle

interface SigningSession {
  session: Handle
  key: Handle
  alwaysAuthenticate: boolean
}

const endingCodes: readonly Refusal['code'][] = ['token-removed', 'pin-wrong', 'pin-locked']

/** Enough for RSA-8192: a buffer that is too small leaves the session poisoned. */
const signatureRoomBytes = 1_024

/** A token after one login with one PIN: signs until it is locked, and never logs in again by itself. */
export class UnlockedToken {
  readonly #cryptoki: pkcs11js.PKCS11
  readonly #found: FoundKey
  /** Holds the login: it lasts as long as one session of ours is open. */
  readonly #anchor: Handle
  /** The session that signs; closed after every error. */
  #signing: SigningSession | undefined
  #scheme: SignatureScheme
  /** Why nothing more is signed: the token was pulled, or refused the PIN in the middle. */
  #lost: Refusal | undefined
  /** Kept only where the key wants it before every signature (CKA_ALWAYS_AUTHENTICATE). */
  #pin: string | undefined

  /** @throws RefusalError pin-wrong, pin-locked, token-removed, key-missing, … after one attempt with this PIN */
  constructor(cryptoki: pkcs11js.PKCS11, found: FoundKey, pin: string | undefined, scheme: SignatureScheme) {
    // Nothing was typed: that is no PIN, but some tokens take a try for it.
    if (pin === '') refuse('pin-cancelled')
    this.#cryptoki = cryptoki
    this.#found = found
    this.#pin = pin
    this.#scheme = scheme
    this.#anchor = this.#guarded(() => cryptoki.C_OpenSession(found.slot, pkcs11js.CKF_SERIAL_SESSION))
    try {
      this.#guarded(() => this.#authenticate())
      this.#guarded(() => this.#prepare())
    } catch (cause) {
      this.lock()
      throw cause
    }
  }

  get slot(): Handle {
    return this.#found.slot
  }

  get unlockedBy(): UnlockedBy {
    return { scheme: this.#scheme, alwaysAuthenticate: this.#signing?.alwaysAuthenticate === true }
  }

  sign(digest: Uint8Array): Uint8Array {
    if (this.#lost !== undefined) throw new RefusalError(this.#lost)
    return this.#guarded(() => {
      try {
        return this.#attempt(digest)
      } catch (cause) {
        // What an earlier call left behind in the session is no fault of the token's: a fresh one gets one more chance.
        if (!(cause instanceof LeftBehind)) throw cause
        return this.#attempt(digest)
      }
    })
  }

  lock(): void {
    this.#pin = undefined
    try {
      this.#cryptoki.C_Logout(this.#anchor)
    } catch (cause) {
      if (!(cause instanceof pkcs11js.NativeError)) throw cause
    }
    this.#closeSigning()
    closeSession(this.#cryptoki, this.#anchor)
  }

  /** One attempt with this PIN, and never another. */
  #authenticate(): void {
    try {
      this.#login(this.#anchor, pkcs11js.CKU_USER)
    } catch (cause) {
      if (!isReturnValue(cause, returnValues.userAlreadyLoggedIn)) throw cause
      // An older login would let any PIN pass: this batch has to be unlocked by its own.
      this.#cryptoki.C_Logout(this.#anchor)
      this.#login(this.#anchor, pkcs11js.CKU_USER)
    }
  }

  /** pkcs11js cannot pass the null pointer that a PIN pad is promised, only a PIN of no length. */
  #login(session: Handle, user: number): void {
    this.#cryptoki.C_Login(session, user, this.#pin ?? '')
  }

  #prepare(): void {
    const { key, session, alwaysAuthenticate } = this.#openSigning()
    if (!alwaysAuthenticate) this.#pin = undefined
    if (this.#scheme.padding === 'pkcs1' || this.#found.info.algorithm !== 'rsa') return
    if (!offersPss(this.#cryptoki, this.#found.slot, session, key, this.#scheme)) this.#scheme = { ...this.#scheme, padding: 'pkcs1' }
    // Trying it has left an operation behind.
    this.#closeSigning()
    this.#openSigning()
  }

  #openSigning(): SigningSession {
    const { slot, keyId, info } = this.#found
    const session = this.#cryptoki.C_OpenSession(slot, pkcs11js.CKF_SERIAL_SESSION)
    try {
      const template = [
        { type: pkcs11js.CKA_CLASS, value: pkcs11js.CKO_PRIVATE_KEY },
        { type: pkcs11js.CKA_ID, value: keyId },
      ]
      const [key] = findObjects(this.#cryptoki, session, template)
      if (key === undefined) return refuse('key-missing', { holder: certificateFacts(info.certificate).holder })
      const alwaysAuthenticate = attribute(this.#cryptoki, session, key, pkcs11js.CKA_ALWAYS_AUTHENTICATE)?.[0] === 1
      this.#signing = { session, key, alwaysAuthenticate }
      return this.#signing
    } catch (cause) {
      closeSession(this.#cryptoki, session)
      throw cause
    }
  }

  #closeSigning(): void {
    if (this.#signing !== undefined) closeSession(this.#cryptoki, this.#signing.session)
    this.#signing = undefined
  }

  /** After any error the session is poisoned or gone, so the next attempt opens another. */
  #attempt(digest: Uint8Array): Uint8Array {
    let isPinSpent = false
    try {
      const { session, key, alwaysAuthenticate } = this.#signing ?? this.#openSigning()
      const { algorithm } = this.#found.info
      this.#cryptoki.C_SignInit(session, signingMechanism(algorithm, this.#scheme), key)
      if (alwaysAuthenticate) {
        isPinSpent = true
        this.#login(session, pkcs11js.CKU_CONTEXT_SPECIFIC)
      }
      const value = this.#cryptoki.C_Sign(session, this.#inputFor(digest), Buffer.alloc(signatureRoomBytes))
      return algorithm === 'rsa' ? new Uint8Array(value) : ecdsaDer(value)
    } catch (cause) {
      this.#closeSigning()
      this.#judge(cause)
      const isLeftBehind = isReturnValue(cause, returnValues.operationActive, returnValues.operationNotInitialized)
      if (isLeftBehind && !isPinSpent) throw new LeftBehind(cause)
      throw cause
    }
  }

  #inputFor(digest: Uint8Array): Buffer {
    const { algorithm } = this.#found.info
    if (algorithm !== 'rsa') return Buffer.from(digest.subarray(0, orderBytes[algorithm]))
    return this.#scheme.padding === 'pss' ? Buffer.from(digest) : digestInfo(digest, this.#scheme.digest)
  }

  /** A token that refused the PIN is not asked again, and what comes back after a removal may be another one. */
  #judge(cause: unknown): void {
    const reason = this.#refusalFor(cause)
    if (reason === undefined || !endingCodes.includes(reason.code)) return
    this.#lost = reason
    this.#pin = undefined
  }

  #refusalFor(cause: unknown): Refusal | undefined {
    try {
      return this.#guarded(() => {
        throw cause
      })
    } catch (thrown) {
      return thrown instanceof RefusalError ? thrown.refusal : undefined
    }
  }

  #guarded<Result>(work: () => Result): Result {
    try {
      return work()
    } catch (cause) {
      if (cause instanceof RefusalError) throw cause
      const thrown = cause instanceof LeftBehind ? cause.cause : cause
      return refuseReturnValue(thrown, { token: this.#found.info.tokenLabel, triesLeft: () => this.#triesLeft() })
    }
  }

  #triesLeft(): string {
    try {
      return (this.#cryptoki.C_GetTokenInfo(this.#found.slot).flags & pkcs11js.CKF_USER_PIN_FINAL_TRY) === 0 ? '' : '1'
    } catch (cause) {
      if (returnValueOf(cause) === undefined) throw cause
      return ''
    }
  }
}

/** The session held what an earlier operation had left in it (CKR 144, 145), and no PIN was used up. */
class LeftBehind extends Error {
  override readonly name = 'LeftBehind'

  constructor(cause: unknown) {
    super('the session held an earlier operation', { cause })
  }
}
