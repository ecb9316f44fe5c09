import { spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { canaryPin } from '../../support/canary-pins.ts'
import { makeCertificate, makeKeyFile } from '../../support/own-certificate.ts'
import { makeSoftHsm, softHsmModule } from '../../support/softhsm.ts'
import { tempFolder } from '../../support/temp-folder.ts'

function antin(place: string | NodeJS.ProcessEnv, ...words: string[]): { status: number | null; stdout: string; stderr: string } {
  const program = path.resolve(import.meta.dirname, '../../../agent/cli/antin.ts')
  return spawnSync(process.execPath, [program, 'tokens', ...words], { encoding: 'utf8', env: { ...process.env, ...(typeof place === 'string' ? { ANTIN_HOME: place } : place) } })
}

test('a key file is listed in Vietnamese and in English', () => {
  const folder = tempFolder()
  const file = makeKeyFile(folder, 'clerk', makeCertificate(folder, 'clerk'), canaryPin())
  const vietnamese = antin(folder, '--token', `p12:${file}`)
  expect(vietnamese).toMatchObject({ status: 0, stderr: '' })
  const [head = '', row = ''] = vietnamese.stdout.split('\n')
  expect(head).toMatch(/^Thiết bị +Người ký +Cơ quan +Vai trò +Nơi cấp +Hiệu lực +Dùng được$/)
  expect(row).toMatch(/^clerk\.p12 \(tệp khóa\) +Nguyễn Văn An +Sở Nội vụ tỉnh Lai Châu +chưa rõ +Nguyễn Văn An +\d\d\/\d\d\/\d{4} – \d\d\/\d\d\/\d{4} +có$/)
  expect(row.indexOf('Nguyễn Văn An')).toBe(head.indexOf('Người ký'))
  expect(antin(folder, '--token', `p12:${file}`, '--language', 'en').stdout).toContain('clerk.p12 (key file)')
})

test('the JSON has what a program needs', () => {
  const folder = tempFolder()
  const file = makeKeyFile(folder, 'clerk', makeCertificate(folder, 'clerk', { key: 'P-256' }), canaryPin())
  const { status, stdout } = antin(folder, '--json', '--token', `p12:${file}`, '--token', `p12:${folder}/gone.p12`)
  expect(status).toBe(0)
  expect(JSON.parse(stdout)).toMatchObject({
    certificates: [{ holder: 'Nguyễn Văn An', token: 'clerk.p12', tokenSerial: file, algorithm: 'ecdsa-p256', kind: 'file' }],
    problems: [{ code: 'key-file-missing', facts: { file: 'gone.p12' } }],
  })
})

test('what cannot sign says why', () => {
  const folder = tempFolder()
  const file = makeKeyFile(folder, 'weak', makeCertificate(folder, 'weak', { key: 'rsa:1024' }), '1')
  const { status, stdout } = antin(folder, '--token', `p12:${file}`, '--token', 'pkcs11:/nowhere/p11.so')
  expect(status).toBe(1)
  expect(stdout).toMatch(/ không$/m)
  expect(stdout).toContain('! Khóa của Nguyễn Văn An (RSA-1024) yếu hơn mức quy định.')
  expect(stdout).toContain('! Không tìm thấy trình điều khiển của USB ký số: /nowhere/p11.so.')
})

test('with nothing named and no search it says what to do', () => {
  const folder = tempFolder()
  writeFileSync(path.join(folder, 'settings.json'), JSON.stringify({ searchDrivers: false }))
  const { status, stdout } = antin(folder)
  expect(status).toBe(1)
  expect(stdout).toContain('--token')
})

test.skipIf(softHsmModule() === undefined)('with nothing named the drivers of this PC are found, and the role comes from the settings', () => {
  const folder = tempFolder()
  const token = makeSoftHsm(folder)
  const registrations = path.join(folder, 'pkcs11', 'modules')
  mkdirSync(registrations, { recursive: true })
  writeFileSync(path.join(registrations, 'own-softhsm.module'), `module: ${token.module}\n`)
  token.add({ id: '01', label: 'seal', ...makeCertificate(folder, 'seal') })
  const list = () => antin({ ...token.environment, XDG_CONFIG_HOME: folder, ANTIN_HOME: folder }, '--json')
  const [first] = (JSON.parse(list().stdout) as { certificates: { tokenSerial: string; role: string }[] }).certificates
  expect(first).toMatchObject({ token: 'VGCA-TEST', role: 'unknown' })
  writeFileSync(path.join(folder, 'settings.json'), JSON.stringify({ tokenRoles: { [first?.tokenSerial ?? '']: 'agency' } }))
  const { status, stdout } = list()
  expect(status).toBe(0)
  expect(JSON.parse(stdout)).toMatchObject({ certificates: [{ role: 'agency' }], problems: [] })
})

test.each([['--token', 'khoa.p12'], ['--language', 'fr'], ['--pin', '1234'], ['extra']])('%s %s is wrong use', (...words) => {
  const { status, stdout, stderr } = antin(tempFolder(), ...words)
  expect(status).toBe(64)
  expect(stdout).toBe('')
  expect(stderr).toContain('Usage: antin tokens')
})
