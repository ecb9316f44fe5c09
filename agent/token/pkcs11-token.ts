import { X509Certificate } from 'node:crypto'
import pkcs11js from 'pkcs11js'
import { algorithmOf, chainAbove, sha256Of } from './certificate.ts'
import type { HostedKey } from './host-calls.ts'
import { attribute, findObjects, inSession } from './pkcs11-session.ts'

type Handle = pkcs11js.Handle

/** A certificate on a token, with what it takes to reach its key after the login. */
export interface FoundKey {
  info: HostedKey
  slot: Handle
  /** CKA_ID, the same for a certificate and its key. */
  keyId: Buffer
}

interface StoredCertificate {
  certificate: X509Certificate
  id: Buffer
}

/** The signing certificates of the token in a slot, read without a PIN. */
export function readToken(cryptoki: pkcs11js.PKCS11, slot: Handle): FoundKey[] {
  const token = cryptoki.C_GetTokenInfo(slot)
  if ((token.flags & pkcs11js.CKF_TOKEN_INITIALIZED) === 0) return []
  const { certificates, keyIds } = inSession(cryptoki, slot, (session) => readObjects(cryptoki, session))
  // Before the login private keys are hidden on most tokens; one that asks for no login has shown all that it has.
  const hidesKeys = (token.flags & pkcs11js.CKF_LOGIN_REQUIRED) !== 0
  const others = certificates.map(({ certificate }) => certificate)
  return certificates.flatMap(({ certificate, id }) => {
    const algorithm = algorithmOf(certificate)
    if (certificate.ca || algorithm === undefined || !(hidesKeys || keyIds.has(id.toString('hex')))) return []
    const info: HostedKey = {
      certificateSha256: sha256Of(certificate.raw),
      certificate: new Uint8Array(certificate.raw),
      chain: chainAbove(certificate, others).map(({ raw }) => new Uint8Array(raw)),
      tokenSerial: token.serialNumber.trim(),
      tokenLabel: token.label.trim(),
      kind: 'token',
      algorithm,
      pinPad: (token.flags & pkcs11js.CKF_PROTECTED_AUTHENTICATION_PATH) !== 0,
      pinLocked: (token.flags & pkcs11js.CKF_USER_PIN_LOCKED) !== 0,
      pinFinalTry: (token.flags & pkcs11js.CKF_USER_PIN_FINAL_TRY) !== 0,
    }
    return [{ info, slot, keyId: id }]
  })
}

function readObjects(cryptoki: pkcs11js.PKCS11, session: Handle): { certificates: StoredCertificate[]; keyIds: Set<string> } {
  const objects = (objectClass: number): Handle[] => findObjects(cryptoki, session, [{ type: pkcs11js.CKA_CLASS, value: objectClass }])
  const idOf = (object: Handle): Buffer => attribute(cryptoki, session, object, pkcs11js.CKA_ID) ?? Buffer.alloc(0)
  const certificates = objects(pkcs11js.CKO_CERTIFICATE).flatMap((object) => {
    const certificate = parsed(attribute(cryptoki, session, object, pkcs11js.CKA_VALUE))
    return certificate === undefined ? [] : [{ certificate, id: idOf(object) }]
  })
  return { certificates, keyIds: new Set(objects(pkcs11js.CKO_PRIVATE_KEY).map((key) => idOf(key).toString('hex'))) }
}

/** Tokens also keep attribute certificates and leftovers in this class; what is no X.509 certificate cannot sign. */
function parsed(der: Buffer | undefined): X509Certificate | undefined {
  if (der === undefined) return undefined
  try {
    return new X509Certificate(der)
  } catch {
    return undefined
  }
}
