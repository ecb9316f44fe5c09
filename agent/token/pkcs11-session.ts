import pkcs11js from 'pkcs11js'
import { isReturnValue, returnValues } from './return-value.ts'

type Handle = pkcs11js.Handle

const pageSize = 64

/** Opens a read-only session for one piece of work, and closes it, whatever happens. */
export function inSession<Result>(cryptoki: pkcs11js.PKCS11, slot: Handle, work: (session: Handle) => Result): Result {
  const session = cryptoki.C_OpenSession(slot, pkcs11js.CKF_SERIAL_SESSION)
  try {
    return work(session)
  } finally {
    closeSession(cryptoki, session)
  }
}

/** After an error a session may be poisoned, or gone with its token; either way nothing is left to be done about it. */
export function closeSession(cryptoki: pkcs11js.PKCS11, session: Handle): void {
  try {
    cryptoki.C_CloseSession(session)
  } catch (cause) {
    if (!(cause instanceof pkcs11js.NativeError)) throw cause
  }
}

export function findObjects(cryptoki: pkcs11js.PKCS11, session: Handle, template: pkcs11js.Template): Handle[] {
  const found: Handle[] = []
  cryptoki.C_FindObjectsInit(session, template)
  try {
    while (true) {
      const page = cryptoki.C_FindObjects(session, pageSize)
      found.push(...page)
      if (page.length < pageSize) return found
    }
  } finally {
    cryptoki.C_FindObjectsFinal(session)
  }
}

/** Undefined for an attribute that the object does not have or does not show. */
export function attribute(cryptoki: pkcs11js.PKCS11, session: Handle, object: Handle, type: number): Buffer | undefined {
  try {
    return cryptoki.C_GetAttributeValue(session, object, [{ type }])[0]?.value
  } catch (cause) {
    if (isReturnValue(cause, returnValues.attributeTypeInvalid, returnValues.attributeSensitive)) return undefined
    throw cause
  }
}
