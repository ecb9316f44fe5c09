import { spawnSync } from 'node:child_process'
import path from 'node:path'
import { expect, test } from 'vitest'
import { canaryPin } from '../../support/canary-pins.ts'
import { makeCertificate, makeKeyFile } from '../../support/own-certificate.ts'
import { makeSoftHsm, softHsmModule } from '../../support/softhsm.ts'
import { tempFolder } from '../../support/temp-folder.ts'

interface Report {
  findings: { section: string; level: string; code: string; facts: Record<string, string>; says: string; next?: string }[]
}

function doctor(environment: NodeJS.ProcessEnv, ...words: string[]): { status: number | null; stdout: string; stderr: string } {
  const program = path.resolve(import.meta.dirname, '../../../agent/cli/antin.ts')
  return spawnSync(process.execPath, [program, 'doctor', ...words], { encoding: 'utf8', env: { ...process.env, ...environment } })
}

test.skipIf(softHsmModule() === undefined)('a token that can sign: its driver, its slot and its certificate are named', () => {
  const folder = tempFolder()
  const token = makeSoftHsm(folder, { label: 'USB-01' })
  token.add({ id: '01', label: 'seal', ...makeCertificate(folder, 'seal', { holder: 'Sở Nội vụ/UID=MST:0301519977' }) })
  const environment = { ...token.environment, ANTIN_HOME: folder }
  const { stdout } = doctor(environment, '--json', '--language', 'en', '--token', `pkcs11:${token.module}`)
  const { findings } = JSON.parse(stdout) as Report
  const byCode = (code: string) => findings.find((finding) => finding.code === code)
  expect(byCode('driver-loaded')).toMatchObject({ section: 'tokens', level: 'ok', facts: { driver: token.module, origin: 'settings' } })
  expect(byCode('token-found')).toMatchObject({ facts: { token: 'USB-01' } })
  expect(byCode('certificate-usable')?.says).toMatch(/^Can sign: Sở Nội vụ \(agency\), issued by Sở Nội vụ, valid until \d\d\/\d\d\/\d{4}\.$/)
  expect(findings.filter(({ section, level }) => section === 'tokens' && level !== 'ok')).toEqual([])
  expect(stdout).not.toContain(token.pin)
})

test.skipIf(softHsmModule() === undefined)('a token without a certificate says what to do, in Vietnamese', () => {
  const folder = tempFolder()
  const token = makeSoftHsm(folder, { label: 'USB-02' })
  const { status, stdout } = doctor({ ...token.environment, ANTIN_HOME: folder }, '--token', `pkcs11:${token.module}`)
  expect(status).toBe(1)
  expect(stdout).toMatch(/✗ USB “USB-02” \(số \w+\) không có chứng thư ký nào\.\n {4}→ Việc cần làm: Nhờ nơi cấp nạp chứng thư/)
  expect(stdout).toMatch(/\d+ lỗi cần xử lý; \d+ điều cần biết\.\n$/)
})

test('with nothing wrong the exit code is 0', () => {
  const folder = tempFolder()
  const file = makeKeyFile(folder, 'clerk', makeCertificate(folder, 'clerk'), canaryPin())
  const { status, stdout } = doctor({ ANTIN_HOME: folder, DISPLAY: ':0' }, '--json', '--token', `p12:${file}`)
  const bad = (JSON.parse(stdout) as Report).findings.filter(({ level }) => level === 'bad')
  // The PIN window is the one thing that a test machine may lack.
  expect(bad.filter(({ code }) => code !== 'pin-window-missing')).toEqual([])
  expect(status).toBe(bad.length === 0 ? 0 : 1)
})

test.each([['--token', 'khoa.p12'], ['--language', 'fr'], ['--pin', '1234'], ['extra']])('%s %s is wrong use', (...words) => {
  const { status, stdout, stderr } = doctor({ ANTIN_HOME: tempFolder() }, ...words)
  expect(status).toBe(64)
  expect(stdout).toBe('')
  expect(stderr).toContain('Usage: antin doctor')
})
