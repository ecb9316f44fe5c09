import path from 'node:path'
import { expect, test } from 'vitest'
import { parseModuleAddress } from '../../../agent/token/module-address.ts'

test.each([
  ['/usr/lib/p11.so', '/usr/lib/p11.so', undefined],
  ['/usr/lib/p11.so#f3a1', '/usr/lib/p11.so', 'f3a1'],
  ['/opt/a#b/p11.so#01', '/opt/a#b/p11.so', '01'],
  ['p11.so', path.resolve('p11.so'), undefined],
])('%s', (text, file, serial) => {
  expect(parseModuleAddress(text)).toEqual({ path: file, serial })
})
