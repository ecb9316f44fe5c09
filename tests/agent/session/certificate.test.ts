import { expect, test } from 'vitest'
import { viewCertificate } from '../../../agent/session/certificate.ts'
import { FakeKeys } from '../../support/fake-keys.ts'
import { tempFolder } from '../../support/temp-folder.ts'

test('the office says whose act a signature of a token is; where it does not, nobody guesses', () => {
  const { info } = new FakeKeys(tempFolder())
  expect(viewCertificate(info, { tokenRoles: {} }).role).toBe('unknown')
  expect(viewCertificate(info, { tokenRoles: { [info.tokenSerial]: 'agency', other: 'person' } }).role).toBe('agency')
})
