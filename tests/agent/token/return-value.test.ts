import pkcs11js from 'pkcs11js'
import { expect, test } from 'vitest'
import { refusalOf } from '../../../shared/errors.ts'
import { refuseReturnValue } from '../../../agent/token/return-value.ts'

function refused(name: string, value: number): unknown {
  try {
    return refuseReturnValue(new pkcs11js.Pkcs11Error(`${name}:${value}`), { token: 'VGCA Token', triesLeft: () => '1' })
  } catch (thrown) {
    return refusalOf(thrown)
  }
}

test.each([
  ['CKR_PIN_INCORRECT', 160, 'pin-wrong', { token: 'VGCA Token', triesLeft: '1' }],
  ['CKR_PIN_LEN_RANGE', 162, 'pin-wrong', { token: 'VGCA Token', triesLeft: '1' }],
  ['CKR_PIN_LOCKED', 164, 'pin-locked', { token: 'VGCA Token' }],
  ['CKR_DEVICE_REMOVED', 50, 'token-removed', { token: 'VGCA Token' }],
  ['CKR_TOKEN_NOT_PRESENT', 224, 'token-removed', { token: 'VGCA Token' }],
  ['CKR_SESSION_HANDLE_INVALID', 179, 'token-removed', { token: 'VGCA Token' }],
  ['CKR_FUNCTION_CANCELED', 80, 'pin-cancelled', {}],
  ['CKR_DEVICE_ERROR', 48, 'token-failed', { token: 'VGCA Token', returnValue: 'CKR_DEVICE_ERROR' }],
  ['CKR_VENDOR', 0x80000101, 'token-failed', { token: 'VGCA Token', returnValue: '0x80000101' }],
])('%s is told as %s', (name, value, code, facts) => {
  expect(refused(name, value)).toEqual({ code, facts })
})

test('what is no return value goes on as it is', () => {
  expect(() => refuseReturnValue(new TypeError('a defect'), { token: '', triesLeft: () => '' })).toThrow(TypeError)
})
