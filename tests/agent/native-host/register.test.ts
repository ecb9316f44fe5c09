import { execFileSync, spawnSync } from 'node:child_process'
import { accessSync, chownSync, constants, existsSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { expect, it } from 'vitest'
import { browsers, isBrowserProgram, manifestFolderOf } from '../../../agent/native-host/browsers.ts'
import { isGuardedOnLinux, windowsAncestors } from '../../../agent/native-host/parent.ts'
import { manifestFile, windowsStarter } from '../../../agent/native-host/register.ts'
import { tempFolder } from '../../support/temp-folder.ts'
import { knownOrigin } from '../../support/wire.ts'

const antin = path.resolve(import.meta.dirname, '../../../agent/cli/antin.ts')
const host = (...words: string[]) => spawnSync(process.execPath, [antin, 'native-host', ...words], { encoding: 'utf8', env: { ...process.env, HOME: process.env.HOME } })

it('writes a manifest for our extension alone, and a script that starts the host', () => {
  const [profile, home] = [tempFolder(), tempFolder()]
  const { stdout, status } = host('register', '--browser', 'chromium', '--profile-dir', profile, '--home', home)
  const file = path.join(profile, 'NativeMessagingHosts', 'vn.antin.agent.json')
  expect([status, stdout.trim()]).toEqual([0, file])
  const manifest = JSON.parse(readFileSync(file, 'utf8')) as { name: string; type: string; path: string; allowed_origins: string[] }
  expect(manifest).toMatchObject({ name: 'vn.antin.agent', type: 'stdio', allowed_origins: [`${knownOrigin}/`] })
  expect(path.isAbsolute(manifest.path)).toBe(true)
  accessSync(manifest.path, constants.X_OK)
  // Started by a test and not by a browser, it answers with a refusal.
  const question = Buffer.from(JSON.stringify({ kind: 'native', step: 'ask', version: 1, wants: 'port' }))
  const head = Buffer.alloc(4)
  head.writeUInt32LE(question.length)
  const answer = execFileSync(manifest.path, [`${knownOrigin}/`], { input: Buffer.concat([head, question]) })
  expect(JSON.parse(answer.subarray(4).toString('utf8'))).toMatchObject({ step: 'refused', refusal: { code: 'agent-not-paired' } })

  expect(host('unregister', '--browser', 'chromium', '--profile-dir', profile, '--home', home).status).toBe(0)
  expect(existsSync(file)).toBe(false)
  expect(host('unregister', '--browser', 'chromium', '--profile-dir', profile, '--home', home).status).toBe(1)
})

it('names the extension of Firefox by its id', () => {
  const [userHome, home] = [tempFolder(), tempFolder()]
  const { status } = spawnSync(process.execPath, [antin, 'native-host', 'register', '--browser', 'firefox', '--home', home], { env: { ...process.env, HOME: userHome } })
  expect(status).toBe(0)
  const manifest = JSON.parse(readFileSync(path.join(userHome, '.mozilla/native-messaging-hosts/vn.antin.agent.json'), 'utf8')) as object
  expect(manifest).toMatchObject({ allowed_extensions: ['antin@antin.vn'] })
  expect(manifest).not.toHaveProperty('allowed_origins')
})

it.each([
  ['no browser', ['register']],
  ['a word that it does not know', ['register', '--browser', 'chrome', '--everything']],
])('%s is wrong use', (_, words) => {
  const { status, stderr } = host(...words)
  expect(status).toBe(64)
  expect(stderr).toContain('Usage: antin native-host register')
})

it.each([
  ['a browser that it does not know', ['register', '--browser', 'lynx', '--profile-dir', '/tmp/x']],
  ['a profile of Firefox', ['register', '--browser', 'firefox', '--profile-dir', '/tmp/x']],
])('%s is refused', (_, words) => {
  expect(host(...words).status).toBe(1)
})

it('every browser has a place on Linux or a key on Windows, and its program is known by name', () => {
  for (const browser of browsers) {
    expect(browser.registryKey).toMatch(/\\NativeMessagingHosts$/)
    for (const program of browser.programs) expect(isBrowserProgram(`/usr/bin/${program}`)).toBe(true)
    const machine = manifestFolderOf(browser, 'machine')
    expect(machine === undefined || path.isAbsolute(machine)).toBe(true)
  }
  expect(isBrowserProgram('/usr/bin/node')).toBe(false)
})

it('a program that its user can replace is not guarded', () => {
  expect(isGuardedOnLinux('/usr/bin/env')).toBe(true)
  expect(isGuardedOnLinux(path.join('/tmp', path.basename(tempFolder())))).toBe(false)
})

it.skipIf(process.getuid?.() !== 0)('nor is one that belongs to somebody else than the administrator', () => {
  const program = path.join(tempFolder(), 'chromium')
  writeFileSync(program, '', { mode: 0o755 })
  expect(isGuardedOnLinux(program)).toBe(true)
  chownSync(program, 65_534, 65_534)
  expect(isGuardedOnLinux(program)).toBe(false)
})

it('the script of Windows starts what lies below a name beyond ASCII, blanks and percent signs, and prints nothing of its own', () => {
  const environment = { LOCALAPPDATA: 'C:\\Users\\Nguyễn Văn An\\AppData\\Local', USERPROFILE: 'C:\\Users\\Nguyễn Văn An' }
  const script = windowsStarter(['C:\\users\\Nguyễn Văn An\\AppData\\Local\\50% xong\\node.exe', 'C:\\Users\\Nguyễn Văn An\\antin.js', 'D:\\Phòng\\a', 'C:\\x.js', 'native-host'], environment)
  const words = '"%LOCALAPPDATA%\\50%% xong\\node.exe" "%USERPROFILE%\\antin.js" "D:\\Phòng\\a" "C:\\x.js" "native-host"'
  expect(script.split('\r\n')).toEqual(['@echo off', 'chcp 65001 >nul 2>nul', `${words} %*`, ''])
})

it('each browser of Windows has a manifest of its own: one that is taken off the list leaves the others theirs', () => {
  const files = browsers.map((browser) => manifestFile(browser, { place: 'user' }, '/home', 'win32'))
  expect(new Set(files).size).toBe(browsers.length)
})

it('programs above the host on Windows, as PowerShell prints them', () => {
  const environment = { ProgramFiles: 'C:\\Program Files', SystemRoot: 'C:\\WINDOWS', LOCALAPPDATA: 'C:\\Users\\Nguyễn Văn An\\AppData\\Local' }
  const printed = '\uFEFFC:\\Windows\\system32\\cmd.exe\r\nC:\\Users\\Nguyễn Văn An\\AppData\\Local\\Google\\Chrome\\Application\\chrome.exe\r\n'
  expect(windowsAncestors(printed, environment).map(({ isGuarded }) => isGuarded)).toEqual([true, true])
  expect(windowsAncestors('C:\\Program Files evil\\chrome.exe\r\nC:\\Users\\An\\chrome.exe\r\n', environment).map(({ isGuarded }) => isGuarded)).toEqual([false, false])
  expect(windowsAncestors('', environment)).toEqual([])
})
