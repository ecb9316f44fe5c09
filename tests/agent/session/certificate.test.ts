import { statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { viewCertificate } from '../../../agent/session/certificate.ts'
import { RoleAnswers } from '../../../agent/session/role-answers.ts'
import { FakeKeys } from '../../support/fake-keys.ts'
import { tempFolder } from '../../support/temp-folder.ts'

const noAnswer = { get: () => undefined }

test('the office says whose act a signature of a token is; where it does not, nobody guesses', () => {
  const { info } = new FakeKeys(tempFolder())
  expect(viewCertificate(info, { tokenRoles: {} }, noAnswer).role).toBe('unknown')
  expect(viewCertificate(info, { tokenRoles: { [info.tokenSerial]: 'agency', other: 'person' } }, noAnswer).role).toBe('agency')
})

test('what a token calls itself orders nothing: neither a terminal, nor the direction of writing, nor a role', () => {
  const { info } = new FakeKeys(tempFolder(), { holder: 'Nguyễn \u202EnA' })
  const view = viewCertificate({ ...info, kind: 'token', tokenLabel: 'USB\u001B[2J', tokenSerial: 'constructor' }, { tokenRoles: {} }, noAnswer)
  expect([view.token, view.holder, view.role]).toEqual(['USB⟨001B⟩[2J', 'Nguyễn ⟨202E⟩nA', 'unknown'])
})

test('the clerk is asked once: the answer outlives the agent, and the office stands above it', () => {
  const folder = tempFolder()
  const { info } = new FakeKeys(folder)
  new RoleAnswers(folder).remember(info.certificateSha256, 'agency')
  const answers = new RoleAnswers(folder)
  expect(viewCertificate(info, { tokenRoles: {} }, answers).role).toBe('agency')
  expect(viewCertificate(info, { tokenRoles: { [info.tokenSerial]: 'person' } }, answers).role).toBe('person')
  expect(statSync(path.join(folder, 'roles.json')).mode & 0o777).toBe(0o600)
  writeFileSync(path.join(folder, 'roles.json'), '{"damaged":')
  expect(new RoleAnswers(folder).get(info.certificateSha256)).toBeUndefined()
})
