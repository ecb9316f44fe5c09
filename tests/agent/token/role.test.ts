import { X509Certificate } from 'node:crypto'
import { expect, test } from 'vitest'
import { roleOfCertificate } from '../../../agent/token/role.ts'
import { makeCertificate } from '../../support/own-certificate.ts'
import { tempFolder } from '../../support/temp-folder.ts'

test.each([
  ['CCCD:012345678901', 'person'],
  ['CMND:123456789', 'person'],
  ['HC:B1234567', 'person'],
  ['cccd:012345678901', 'person'],
  ['MST:0301519977-029', 'agency'],
  ['MST:0301519977/UID=CCCD:012345678901', 'person'],
  ['CMND:123456789/UID=MST:0301519977', 'person'],
  ['BHXH:0123456789', undefined],
  ['HCM0001', undefined],
  [undefined, undefined],
])('a subject with the UID %s is %s', (uid, role) => {
  const holder = uid === undefined ? 'Nguyễn Văn An' : `Nguyễn Văn An/UID=${uid}`
  const { certificatePem } = makeCertificate(tempFolder(), 'clerk', { key: 'P-256', holder })
  expect(roleOfCertificate(new X509Certificate(certificatePem).raw)).toBe(role)
})
