import pkcs11js from 'pkcs11js'
import { refuse } from '../../shared/errors.ts'

/** CKR_* of PKCS#11 2.40, section 11.1, as far as they mean something of their own to us. */
export const returnValues = {
  cancel: 0x01,
  cantLock: 0x0a,
  attributeSensitive: 0x11,
  attributeTypeInvalid: 0x12,
  deviceRemoved: 0x32,
  functionCanceled: 0x50,
  functionNotSupported: 0x54,
  mechanismInvalid: 0x70,
  mechanismParamInvalid: 0x71,
  operationActive: 0x90,
  operationNotInitialized: 0x91,
  pinIncorrect: 0xa0,
  pinInvalid: 0xa1,
  pinLenRange: 0xa2,
  pinLocked: 0xa4,
  sessionClosed: 0xb0,
  sessionHandleInvalid: 0xb3,
  tokenNotPresent: 0xe0,
  tokenNotRecognized: 0xe1,
  userAlreadyLoggedIn: 0x100,
  userNotLoggedIn: 0x101,
  cryptokiAlreadyInitialized: 0x191,
} as const

const removed: readonly number[] = [
  returnValues.deviceRemoved,
  returnValues.sessionClosed,
  returnValues.sessionHandleInvalid,
  returnValues.tokenNotPresent,
  returnValues.tokenNotRecognized,
]
const wrongPin: readonly number[] = [returnValues.pinIncorrect, returnValues.pinInvalid, returnValues.pinLenRange]
const cancelledOnToken: readonly number[] = [returnValues.cancel, returnValues.functionCanceled]

/** The number that a driver returned; undefined for anything thrown that is no return value. */
export function returnValueOf(thrown: unknown): number | undefined {
  return thrown instanceof pkcs11js.Pkcs11Error && thrown.code !== 0 ? thrown.code : undefined
}

export function isReturnValue(thrown: unknown, ...values: number[]): boolean {
  const value = returnValueOf(thrown)
  return value !== undefined && values.includes(value)
}

export function isRemoval(thrown: unknown): boolean {
  return isReturnValue(thrown, ...removed)
}

export interface TokenState {
  token: string
  /** Tries that are left after this one, where the token tells; otherwise empty. */
  triesLeft: () => string
}

/** What a return value means to a person. Anything else that was thrown goes on as it is. */
export function refuseReturnValue(thrown: unknown, { token, triesLeft }: TokenState): never {
  const value = returnValueOf(thrown)
  if (value === undefined) throw thrown
  if (wrongPin.includes(value)) refuse('pin-wrong', { token, triesLeft: triesLeft() }, thrown)
  if (value === returnValues.pinLocked) refuse('pin-locked', { token }, thrown)
  // A login that is lost without our doing went with a reset of the token: to the clerk it is the same.
  if (removed.includes(value) || value === returnValues.userNotLoggedIn) refuse('token-removed', { token }, thrown)
  if (cancelledOnToken.includes(value)) refuse('pin-cancelled', undefined, thrown)
  refuse('token-failed', { token, returnValue: nameOf(value) }, thrown)
}

/** CKR_DEVICE_ERROR, or the number where the standard has no name for it. */
export function nameOf(value: number): string {
  const found = Object.entries(pkcs11js).find(([name, constant]) => name.startsWith('CKR_') && constant === value)
  return found?.[0] ?? `0x${value.toString(16)}`
}
