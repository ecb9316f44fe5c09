import pkcs11js from 'pkcs11js'
import type { KeyInfo, SignatureScheme } from './key-source.ts'
import { isReturnValue, returnValueOf, returnValues } from './return-value.ts'

const pssHashes: Record<SignatureScheme['digest'], { hashAlg: number; mgf: number; saltLen: number }> = {
  sha256: { hashAlg: pkcs11js.CKM_SHA256, mgf: pkcs11js.CKG_MGF1_SHA256, saltLen: 32 },
  sha384: { hashAlg: pkcs11js.CKM_SHA384, mgf: pkcs11js.CKG_MGF1_SHA384, saltLen: 48 },
  sha512: { hashAlg: pkcs11js.CKM_SHA512, mgf: pkcs11js.CKG_MGF1_SHA512, saltLen: 64 },
}

/** The mechanism that signs a ready digest: every token that signs at all knows these two bare ones. */
export function signingMechanism(algorithm: KeyInfo['algorithm'], { digest, padding }: SignatureScheme): pkcs11js.Mechanism {
  if (algorithm !== 'rsa') return { mechanism: pkcs11js.CKM_ECDSA }
  if (padding === 'pkcs1') return { mechanism: pkcs11js.CKM_RSA_PKCS }
  return { mechanism: pkcs11js.CKM_RSA_PKCS_PSS, parameter: { type: pkcs11js.CK_PARAMS_RSA_PSS, ...pssHashes[digest] } }
}

/**
 * Whether the token does PSS with this digest. Its list alone does not tell: some name what they then refuse, so the
 * operation is begun once. Leaves the session with an operation that only its end clears.
 */
export function offersPss(cryptoki: pkcs11js.PKCS11, slot: pkcs11js.Handle, session: pkcs11js.Handle, key: pkcs11js.Handle, scheme: SignatureScheme): boolean {
  if (!listsPss(cryptoki, slot)) return false
  try {
    cryptoki.C_SignInit(session, signingMechanism('rsa', scheme), key)
    return true
  } catch (cause) {
    const { mechanismInvalid, mechanismParamInvalid, functionNotSupported } = returnValues
    if (isReturnValue(cause, mechanismInvalid, mechanismParamInvalid, functionNotSupported)) return false
    throw cause
  }
}

function listsPss(cryptoki: pkcs11js.PKCS11, slot: pkcs11js.Handle): boolean {
  try {
    return cryptoki.C_GetMechanismList(slot).includes(pkcs11js.CKM_RSA_PKCS_PSS)
  } catch (cause) {
    if (returnValueOf(cause) === undefined) throw cause
    return false
  }
}
