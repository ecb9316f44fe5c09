import { mkdirSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { lockHome } from '../../../agent/journal/lock-home.ts'
import { homeFolder, openHome } from '../../../agent/settings/home.ts'
import { readSettings, SettingsError } from '../../../agent/settings/read-settings.ts'
import { defaults } from '../../../agent/settings/settings.ts'
import { powershell, systemProgram } from '../../../agent/settings/system-program.ts'
import { tempFolder } from '../../support/temp-folder.ts'

function places(files: { policy?: unknown; machine?: unknown; user?: unknown }) {
  const home = tempFolder()
  const machineFolder = tempFolder()
  const write = (file: string, layer: unknown) => layer !== undefined && writeFileSync(file, typeof layer === 'string' ? layer : JSON.stringify(layer))
  write(path.join(machineFolder, 'policy.json'), files.policy)
  write(path.join(machineFolder, 'settings.json'), files.machine)
  write(path.join(home, 'settings.json'), files.user)
  return { home, machineFolder }
}

describe('settings in layers', () => {
  it('has a value for everything where no file is there', () => {
    expect(readSettings(places({})).settings).toEqual(defaults)
  })

  it('takes each value from the strongest layer that says it, and knows which', () => {
    const { settings, saidBy } = readSettings({
      ...places({
        policy: { listedSites: ['https://qlvb.example.vn'] },
        machine: { listedSites: ['https://evil.example'], language: 'en', retentionDays: 10 },
        user: { language: 'vi', retentionDays: 5, keyFiles: ['/user.p12'], pinentry: '/user' },
      }),
      command: { keyFiles: ['/command.p12'], listedSites: [] },
    })
    expect(settings).toMatchObject({
      listedSites: ['https://qlvb.example.vn'],
      language: 'en',
      retentionDays: 10,
      keyFiles: ['/command.p12'],
      pinentry: '/user',
    })
    expect(saidBy).toMatchObject({
      ...{ listedSites: 'policy', language: 'machine', retentionDays: 'machine' },
      ...{ keyFiles: 'command', pinentry: 'user', ports: 'default' },
    })
  })

  it('takes a group value by value', () => {
    const { settings } = readSettings(places({ policy: { appearance: { visible: false } }, user: { appearance: { visible: true, sealImage: '/seal.png' } } }))
    expect(settings.appearance).toEqual({ visible: false, sealImage: '/seal.png', sealMm: 36 })
  })

  it('takes the role of each token from the strongest layer that knows the token', () => {
    const { settings } = readSettings(places({ policy: { tokenRoles: { a: 'agency' } }, user: { tokenRoles: { a: 'person', b: 'person' } } }))
    expect(settings.tokenRoles).toEqual({ a: 'agency', b: 'person' })
  })

  it.each([
    ['hosts', { listedSites: ['https://qlvb.example.vn'], httpHosts: ['qlvb.lan'], evidenceHosts: ['ocsp.ca.gov.vn'] }, { listedSites: ['https://evil.example'], httpHosts: ['evil.example'], evidenceHosts: ['evil.example'] }],
    ['extension ids', { extensionIds: ['b'.repeat(32)] }, { extensionIds: ['c'.repeat(32)] }],
    ['module paths', { pkcs11Modules: ['/usr/lib/token.so'], keyFiles: [], searchDrivers: false }, { pkcs11Modules: ['/home/a/evil.so'], keyFiles: ['/home/a/key.p12'], searchDrivers: true }],
    ['the time-stamp server', { timeStamp: { url: 'http://tsa.ca.gov.vn', policy: '1.2.3' } }, { timeStamp: { url: 'http://evil.example' } }],
    ['limits', { limits: { documentBytes: 1_000, documentsPerBatch: 10, openBatches: 2, consentIdleMs: 60_000 } }, { limits: { documentBytes: 5_000, documentsPerBatch: 100, openBatches: 3, consentIdleMs: 90_000 } }],
    ['ports', { ports: [27_190] }, { ports: [1] }],
  ])('policy fixes %s, whatever machine, command line and user say', (_, policy, other) => {
    const { settings, saidBy } = readSettings({ ...places({ policy, machine: other, user: other }), command: other })
    expect(settings).toMatchObject(policy)
    for (const name of Object.keys(policy)) expect(saidBy).toMatchObject({ [name]: 'policy' })
  })

  it.each([
    ['documentBytes', 100 * 1024 * 1024 + 1],
    ['documentsPerBatch', 1_001],
    ['consentIdleMs', 300_001],
  ])('no layer raises the limit %s', (name, value) => {
    expect(() => readSettings(places({ policy: { limits: { [name]: value } } }))).toThrow(`limits.${name}`)
  })

  it.each([
    ['not JSON', '{', 'it is not JSON'],
    ['an unknown setting', { pin: '1234' }, 'pin'],
    ['a wrong value', { ports: ['x'] }, 'ports.0'],
    ['a site with a path', { listedSites: ['https://qlvb.example.vn/path'] }, 'listedSites.0'],
    ['an id that is none', { extensionIds: ['NKHLCBDHIFPGJEJDCOECGJNHEOFHKPIJ'] }, 'extensionIds.0'],
  ])('refuses a file with %s and says where', (_, policy, reason) => {
    const { home, machineFolder } = places({ policy })
    const read = () => readSettings({ home, machineFolder })
    expect(read).toThrow(SettingsError)
    expect(read).toThrow(path.join(machineFolder, 'policy.json'))
    expect(read).toThrow(reason)
  })
})

describe('the home folder', () => {
  it.each([
    [{ ANTIN_HOME: '/state/antin' }, 'linux', '/state/antin'],
    [{ XDG_STATE_HOME: '/state' }, 'linux', '/state/antin'],
    [{ LOCALAPPDATA: '/local' }, 'win32', '/local/Antin'],
    [{ ANTIN_HOME: '/own', LOCALAPPDATA: '/local' }, 'win32', '/own'],
  ] as const)('%j on %s is %s', (environment, platform, folder) => {
    expect(homeFolder(environment, platform)).toBe(folder)
  })

  it('is closed to others even where it was open before', () => {
    const home = path.join(tempFolder(), 'home')
    mkdirSync(home, { mode: 0o755 })
    openHome(home)
    expect(statSync(home).mode & 0o777).toBe(0o700)
  })

  it('is locked once at a time', () => {
    const home = tempFolder()
    const lock = lockHome(home)
    expect(() => lockHome(home)).toThrow('another agent is already running')
    lock.release()
    lockHome(home).release()
  })
})

describe('a program of Windows', () => {
  it('is called by its whole path, wherever the agent was started', () => {
    expect(systemProgram(powershell, { SystemRoot: 'C:\\WINDOWS' })).toBe('C:\\WINDOWS\\System32\\WindowsPowerShell\\v1.0\\powershell.exe')
    expect(systemProgram('reg.exe', {})).toBe('reg.exe')
  })
})
