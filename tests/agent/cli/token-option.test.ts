import path from 'node:path'
import { expect, test } from 'vitest'
import { readTokenOptions } from '../../../agent/cli/token-option.ts'

test('key files and modules are told apart, and relative paths become whole', () => {
  expect(readTokenOptions(['p12:khoa.p12', 'pkcs11:/usr/lib/p11.so#f3a1', 'pkcs11:/usr/lib/p11.so', 'p12:/a:b/c.p12'])).toEqual({
    keyFiles: [path.resolve('khoa.p12'), '/a:b/c.p12'],
    modules: ['/usr/lib/p11.so#f3a1', '/usr/lib/p11.so'],
  })
})

test.each(['', 'khoa.p12', 'p12:', 'pkcs11:', 'pin:1234', 'P12:a'])('"%s" is no token', (option) => {
  expect(() => readTokenOptions([option])).toThrow('p12:FILE')
})
