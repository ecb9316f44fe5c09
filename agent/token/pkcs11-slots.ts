import pkcs11js from 'pkcs11js'
import type { SlotView } from './host-calls.ts'
import { isRemoval, nameOf, returnValueOf } from './return-value.ts'

type Handle = pkcs11js.Handle

/** CKF_TOKEN_PRESENT of the slot's flags (PKCS#11 2.40, 3.2); pkcs11js has no name for it. */
const tokenPresent = 0x1

/** Every slot that the driver knows, empty ones too, for whoever looks for a fault. */
export function readSlots(cryptoki: pkcs11js.PKCS11): SlotView[] {
  return cryptoki.C_GetSlotList(false).map((slot) => {
    const { slotDescription, flags } = cryptoki.C_GetSlotInfo(slot)
    const reader = slotDescription.trim()
    return (flags & tokenPresent) === 0 ? { reader } : { reader, ...readToken(cryptoki, slot) }
  })
}

function readToken(cryptoki: pkcs11js.PKCS11, slot: Handle): Omit<SlotView, 'reader'> {
  try {
    const { label, serialNumber, manufacturerID, model, flags } = cryptoki.C_GetTokenInfo(slot)
    const maker = [manufacturerID.trim(), model.trim()].filter((word) => word !== '').join(' ')
    return {
      token: {
        label: label.trim(),
        serial: serialNumber.trim(),
        maker,
        isInitialised: (flags & pkcs11js.CKF_TOKEN_INITIALIZED) !== 0,
        pinLocked: (flags & pkcs11js.CKF_USER_PIN_LOCKED) !== 0,
        pinFinalTry: (flags & pkcs11js.CKF_USER_PIN_FINAL_TRY) !== 0,
      },
    }
  } catch (cause) {
    const value = returnValueOf(cause)
    if (value === undefined) throw cause
    return isRemoval(cause) ? {} : { unreadable: nameOf(value) }
  }
}
