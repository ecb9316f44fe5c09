import path from 'node:path'
import pkcs11js from 'pkcs11js'
import { refusal, refuse, type Refusal } from '../../shared/errors.ts'
import { inspectModule } from './catalogue/inspect-module.ts'
import type { Driver } from './driver.ts'
import type { HostListing, KeyName, Look, SlotView, UnlockedBy } from './host-calls.ts'
import type { SignatureScheme } from './key-source.ts'
import { readSlots } from './pkcs11-slots.ts'
import { readToken, type FoundKey } from './pkcs11-token.ts'
import { isRemoval, isReturnValue, nameOf, returnValueOf, returnValues } from './return-value.ts'
import { UnlockedToken } from './unlocked-token.ts'

type Handle = pkcs11js.Handle

/** Loads a PKCS#11 module (2.40) and initialises it. @throws RefusalError driver-missing, driver-unusable */
export async function openPkcs11Module(file: string): Promise<Driver> {
  await refuseUnloadable(file)
  const driver = path.basename(file)
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

/** A library runs as soon as it is loaded. One that seems to lack the one function may still be tried: somebody named it. */
async function refuseUnloadable(file: string): Promise<void> {
  const verdict = await inspectModule(file)
  if (verdict.loadable || verdict.reason === 'not-a-pkcs11-module') return
  if (verdict.reason === 'not-found') refuse('driver-missing', { driver: file })
  refuse('driver-unusable', { driver: path.basename(file), reason: verdict.built === undefined ? verdict.reason : `${verdict.reason}: ${verdict.built}` })
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

/** A driver that tells the same event without end must not hold up the host. */
const slotEventsAtMost = 16

class Pkcs11Driver implements Driver {
  readonly #cryptoki: pkcs11js.PKCS11
  #unlocked: UnlockedToken | undefined
  /** The slots that held a token at the last look. */
  #slots: string | undefined

  constructor(cryptoki: pkcs11js.PKCS11) {
    this.#cryptoki = cryptoki
  }

  list(): HostListing {
    const problems: Refusal[] = []
    const keys = this.#find(problems).map(({ info }) => info)
    return { keys, problems }
  }

  slots(): SlotView[] {
    return readSlots(this.#cryptoki)
  }

  login(name: KeyName, pin: string | undefined, scheme: SignatureScheme): UnlockedBy {
    const found = this.#find([]).find(({ info }) => info.certificateSha256 === name.certificateSha256 && info.tokenSerial === name.tokenSerial)
    if (found === undefined) return refuse('token-removed', { token: name.tokenLabel })
    this.#lock()
    this.#unlocked = new UnlockedToken(this.#cryptoki, found, pin, scheme)
    return this.#unlocked.unlockedBy
  }

  sign(digest: Uint8Array): Uint8Array {
    if (this.#unlocked === undefined) throw new Error('no key is unlocked')
    return this.#unlocked.sign(digest)
  }

  look(): Look {
    const slots = this.#fullSlots()
    if (slots === undefined) return 'same'
    const before = this.#slots
    this.#slots = slots.join(' ')
    const isEvent = this.#takeSlotEvents()
    if (before === undefined || (before === this.#slots && !isEvent)) return 'same'
    if (this.#unlocked === undefined || slots.includes(idOf(this.#unlocked.slot))) return 'changed'
    this.#lock()
    return 'gone'
  }

  close(): void {
    this.#lock()
    try {
      this.#cryptoki.C_Finalize()
    } catch (cause) {
      if (!(cause instanceof pkcs11js.NativeError)) throw cause
    }
  }

  /** Undefined where the driver cannot tell now: it is asked again at the next look. */
  #fullSlots(): string[] | undefined {
    try {
      return this.#cryptoki.C_GetSlotList(true).map(idOf)
    } catch (cause) {
      if (returnValueOf(cause) === undefined) throw cause
      return undefined
    }
  }

  /** What the driver itself noticed, such as a card that was changed for another between two looks. Not every driver can. */
  #takeSlotEvents(): boolean {
    let isEvent = false
    try {
      for (let event = 0; event < slotEventsAtMost; event++) {
        if (this.#cryptoki.C_WaitForSlotEvent(pkcs11js.CKF_DONT_BLOCK) === null) break
        isEvent = true
      }
    } catch (cause) {
      if (returnValueOf(cause) === undefined) throw cause
    }
    return isEvent
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

  #lock(): void {
    const unlocked = this.#unlocked
    this.#unlocked = undefined
    unlocked?.lock()
  }
}

function idOf(slot: Handle): string {
  return slot.toString('hex')
}
