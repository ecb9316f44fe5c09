import { existsSync } from 'node:fs'
import path from 'node:path'
import pkcs11js from 'pkcs11js'
import { RefusalError, refusal, refuse, type Refusal } from '../../shared/errors.ts'
import { certificateFacts } from './certificate.ts'
import type { Driver } from './driver.ts'
import { ecdsaDer } from './ecdsa.ts'
import type { HostListing, KeyName } from './host-calls.ts'
import { digestInfo } from './pkcs1.ts'
import { attribute, closeSession, findObjects } from './pkcs11-session.ts'
import { readToken, type FoundKey } from './pkcs11-token.ts'
import { isRemoval, isReturnValue, nameOf, refuseReturnValue, returnValueOf, returnValues } from './return-value.ts'

type Handle = pkcs11js.Handle

/** Loads a PKCS#11 module (2.40) and initialises it. @throws RefusalError driver-missing, driver-unusable */
export function openPkcs11Module(file: string): Driver {
  const driver = path.basename(file)
  if (!existsSync(file)) refuse('driver-missing', { driver: file })
  const cryptoki = new pkcs11js.PKCS11()
  try {
    cryptoki.load(file)
    initialize(cryptoki)
  } catch (cause) {
    const value = returnValueOf(cause)
    refuse('driver-unusable', { driver, reason: value === undefined ? 'not a PKCS#11 module' : nameOf(value) }, cause)
  }
  return new Pkcs11Driver(cryptoki)
}

/** Without this flag a module takes the process for single-threaded, and some then crash; those that cannot lock get one call at a time anyway. */
function initialize(cryptoki: pkcs11js.PKCS11): void {
  try {
    cryptoki.C_Initialize({ flags: pkcs11js.CKF_OS_LOCKING_OK })
  } catch (cause) {
    if (!isReturnValue(cause, returnValues.cantLock)) throw cause
    cryptoki.C_Initialize()
  }
}

interface SigningSession {
  session: Handle
  key: Handle
  alwaysAuthenticate: boolean
}

/** The key of the last login. */
interface UnlockedToken {
  found: FoundKey
  /** Holds the login: it lasts as long as one session of ours is open. */
  anchor: Handle
  /** The session that signs; closed after every error. */
  signing: SigningSession | undefined
  /** Pulled since the login: what comes back is locked, and another token for all we know. */
  removed: boolean
  /** Kept only where the key wants it before every signature (CKA_ALWAYS_AUTHENTICATE). */
  pin: string | undefined
}

class Pkcs11Driver implements Driver {
  readonly #cryptoki: pkcs11js.PKCS11
  #unlocked: UnlockedToken | undefined

  constructor(cryptoki: pkcs11js.PKCS11) {
    this.#cryptoki = cryptoki
  }

  list(): HostListing {
    const problems: Refusal[] = []
    const keys = this.#find(problems).map(({ info }) => info)
    return { keys, problems }
  }

  login(name: KeyName, pin: string | undefined): void {
    const found = this.#find([]).find(({ info }) => info.certificateSha256 === name.certificateSha256 && info.tokenSerial === name.tokenSerial)
    if (found === undefined) return refuse('token-removed', { token: name.tokenLabel })
    this.#lock()
    const anchor = this.#guarded(found, () => this.#cryptoki.C_OpenSession(found.slot, pkcs11js.CKF_SERIAL_SESSION))
    try {
      this.#guarded(found, () => this.#authenticate(anchor, pin))
      const unlocked: UnlockedToken = { found, anchor, signing: undefined, removed: false, pin }
      this.#guarded(found, () => this.#openSigning(unlocked))
      if (unlocked.signing?.alwaysAuthenticate !== true) unlocked.pin = undefined
      this.#unlocked = unlocked
    } catch (cause) {
      closeSession(this.#cryptoki, anchor)
      throw cause
    }
  }

  sign(digestSha256: Uint8Array): Uint8Array {
    const unlocked = this.#unlocked
    if (unlocked === undefined) throw new Error('no key is unlocked')
    if (unlocked.removed) refuse('token-removed', { token: unlocked.found.info.tokenLabel })
    return this.#guarded(unlocked.found, () => {
      try {
        return this.#attempt(unlocked, digestSha256)
      } catch (cause) {
        // What an earlier call left behind in the session is no fault of the token's: a fresh one gets one more chance.
        if (!isReturnValue(cause, returnValues.operationActive, returnValues.operationNotInitialized)) throw cause
        return this.#attempt(unlocked, digestSha256)
      }
    })
  }

  close(): void {
    this.#lock()
    try {
      this.#cryptoki.C_Finalize()
    } catch (cause) {
      if (!(cause instanceof pkcs11js.NativeError)) throw cause
    }
  }

  #find(problems: Refusal[]): FoundKey[] {
    return this.#cryptoki.C_GetSlotList(true).flatMap((slot) => {
      try {
        return readToken(this.#cryptoki, slot)
      } catch (cause) {
        const value = returnValueOf(cause)
        if (value === undefined) throw cause
        // A card that is pulled while it is read, or that this driver does not know, is simply not there.
        if (!isRemoval(cause)) problems.push(refusal('token-failed', { token: this.#slotName(slot), returnValue: nameOf(value) }))
        return []
      }
    })
  }

  #slotName(slot: Handle): string {
    try {
      return this.#cryptoki.C_GetSlotInfo(slot).slotDescription.trim()
    } catch (cause) {
      if (returnValueOf(cause) === undefined) throw cause
      return ''
    }
  }

  /** One attempt with this PIN, and never another. */
  #authenticate(session: Handle, pin: string | undefined): void {
    try {
      this.#login(session, pkcs11js.CKU_USER, pin)
    } catch (cause) {
      if (!isReturnValue(cause, returnValues.userAlreadyLoggedIn)) throw cause
      // An older login would let any PIN pass: this batch has to be unlocked by its own.
      this.#cryptoki.C_Logout(session)
      this.#login(session, pkcs11js.CKU_USER, pin)
    }
  }

  /** pkcs11js cannot pass the null pointer that a PIN pad is promised, only a PIN of no length. */
  #login(session: Handle, user: number, pin = ''): void {
    this.#cryptoki.C_Login(session, user, pin)
  }

  #openSigning(unlocked: UnlockedToken): SigningSession {
    const { found } = unlocked
    const session = this.#cryptoki.C_OpenSession(found.slot, pkcs11js.CKF_SERIAL_SESSION)
    try {
      const template = [
        { type: pkcs11js.CKA_CLASS, value: pkcs11js.CKO_PRIVATE_KEY },
        { type: pkcs11js.CKA_ID, value: found.keyId },
      ]
      const [key] = findObjects(this.#cryptoki, session, template)
      if (key === undefined) return refuse('key-missing', { holder: certificateFacts(found.info.certificate).holder })
      const alwaysAuthenticate = attribute(this.#cryptoki, session, key, pkcs11js.CKA_ALWAYS_AUTHENTICATE)?.[0] === 1
      unlocked.signing = { session, key, alwaysAuthenticate }
      return unlocked.signing
    } catch (cause) {
      closeSession(this.#cryptoki, session)
      throw cause
    }
  }

  /** After any error the session is poisoned or gone, so the next attempt opens another. */
  #attempt(unlocked: UnlockedToken, digestSha256: Uint8Array): Uint8Array {
    try {
      return this.#signIn(unlocked.signing ?? this.#openSigning(unlocked), unlocked, digestSha256)
    } catch (cause) {
      if (unlocked.signing !== undefined) closeSession(this.#cryptoki, unlocked.signing.session)
      unlocked.signing = undefined
      unlocked.removed = isRemoval(cause)
      if (unlocked.removed) unlocked.pin = undefined
      throw cause
    }
  }

  #signIn({ session, key, alwaysAuthenticate }: SigningSession, { found, pin }: UnlockedToken, digestSha256: Uint8Array): Uint8Array {
    const isRsa = found.info.algorithm === 'rsa'
    this.#cryptoki.C_SignInit(session, { mechanism: isRsa ? pkcs11js.CKM_RSA_PKCS : pkcs11js.CKM_ECDSA }, key)
    if (alwaysAuthenticate) this.#login(session, pkcs11js.CKU_CONTEXT_SPECIFIC, pin)
    const room = Buffer.alloc(signatureRoomBytes)
    const value = this.#cryptoki.C_Sign(session, isRsa ? digestInfo(digestSha256) : Buffer.from(digestSha256), room)
    return isRsa ? new Uint8Array(value) : ecdsaDer(value)
  }

  #lock(): void {
    if (this.#unlocked === undefined) return
    const { anchor, signing } = this.#unlocked
    this.#unlocked = undefined
    try {
      this.#cryptoki.C_Logout(anchor)
    } catch (cause) {
      if (!(cause instanceof pkcs11js.NativeError)) throw cause
    }
    if (signing !== undefined) closeSession(this.#cryptoki, signing.session)
    closeSession(this.#cryptoki, anchor)
  }

  #guarded<Result>({ slot, info: { tokenLabel: token } }: FoundKey, work: () => Result): Result {
    try {
      return work()
    } catch (cause) {
      if (cause instanceof RefusalError) throw cause
      return refuseReturnValue(cause, { token, triesLeft: () => this.#triesLeft(slot) })
    }
  }

  #triesLeft(slot: Handle): string {
    try {
      return (this.#cryptoki.C_GetTokenInfo(slot).flags & pkcs11js.CKF_USER_PIN_FINAL_TRY) === 0 ? '' : '1'
    } catch (cause) {
      if (returnValueOf(cause) === undefined) throw cause
      return ''
    }
  }
}

/** Enough for RSA-8192: a buffer that is too small leaves the session poisoned. */
const signatureRoomBytes = 1_024
