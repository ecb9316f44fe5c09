import { execFile, spawnSync } from 'node:child_process'
import path from 'node:path'
import { promisify } from 'node:util'
import { afterAll, describe, expect, test } from 'vitest'
import { modulesOfProviders } from '../../agent/token/catalogue/windows-providers.ts'
import { missingTools } from '../agent/token/real/token-rig.ts'
import { makeSuiteFolder } from '../support/own-certificate.ts'

// What the registry answers is read as Wine's own reg.exe prints it.

const { folder, remove } = makeSuiteFolder()
const environment = { ...process.env, WINEPREFIX: path.join(folder, 'wine'), WINEDEBUG: '-all', WINEDLLOVERRIDES: 'mscoree=d;mshtml=d' }

describe.skipIf(missingTools('wine'))('providers in the registry', () => {
  afterAll(() => {
    // It may have ended by itself.
    spawnSync('wineserver', ['--kill', '--wait'], { env: environment, stdio: 'ignore' })
    remove()
  })
  const reg = async (words: readonly string[]): Promise<string> => (await promisify(execFile)('wine', ['reg', ...words], { env: environment })).stdout

  test('the module beside each one is named', async () => {
    const key = 'HKLM\\SOFTWARE\\Microsoft\\Cryptography\\Defaults\\Provider\\NEW CA CSP v9'
    await reg(['add', key, '/v', 'Image Path', '/t', 'REG_SZ', '/d', 'newca_v9_s.dll', '/f'])
    await reg(['add', `${key} b`, '/v', 'Image Path', '/t', 'REG_EXPAND_SZ', '/d', '%ProgramFiles%\\CA\\other_csp.dll', '/f'])
    const found = await modulesOfProviders({ SystemRoot: '/w', ProgramFiles: 'C:\\Program Files' }, reg)
    expect(found).toEqual(expect.arrayContaining(['/w/System32/newca_v9.dll', 'C:\\Program Files\\CA\\other.dll']))
  }, 120_000)
})
