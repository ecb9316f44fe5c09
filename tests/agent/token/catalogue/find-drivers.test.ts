import { copyFileSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { catalogue, driverOf, openSc } from '../../../../agent/token/catalogue/drivers.ts'
import { findDrivers, findModules, inspectNamed } from '../../../../agent/token/catalogue/find-drivers.ts'
import { modulesOfProviders } from '../../../../agent/token/catalogue/windows-providers.ts'
import { softHsmModule } from '../../../support/softhsm.ts'
import { tempFolder } from '../../../support/temp-folder.ts'
import { makePe } from './made-library.ts'

const module = softHsmModule() ?? ''

/** A system of the test's own, with a module wherever one is wanted. */
function makeSystem() {
  const root = tempFolder()
  const put = (place: string, bytes?: Uint8Array | string): string => {
    const file = path.join(root, place)
    mkdirSync(path.dirname(file), { recursive: true })
    if (bytes === undefined) copyFileSync(module, file)
    else writeFileSync(file, bytes)
    return file
  }
  const find = () => findDrivers({ platform: 'linux', root, environment: { HOME: path.join(root, 'home') } })
  return { root, put, find }
}

const seen = (candidates: Awaited<ReturnType<typeof findDrivers>>) => candidates.map(({ path: file, origin, verdict }) => [path.basename(file), origin, verdict.loadable ? 'loadable' : verdict.reason])

describe.skipIf(module === '')('on Linux', () => {
  it('finds nothing where nothing is', async () => {
    expect(await makeSystem().find()).toEqual([])
  })

  it('goes by the catalogue, then by p11-kit, and takes OpenSC last, whoever names it', async () => {
    const { put, find } = makeSystem()
    put('usr/lib/x86_64-linux-gnu/opensc-pkcs11.so')
    put('usr/lib/libcastle.so.1.0.0')
    put('usr/lib/bit4id/libbit4xpki.so')
    const own = put('opt/own/own-p11.so')
    put('usr/share/p11-kit/modules/a-opensc.module', 'module: opensc-pkcs11.so\n')
    put('usr/lib/x86_64-linux-gnu/pkcs11/opensc-pkcs11.so')
    put('usr/share/p11-kit/modules/own.module', `# ours\nmodule: ${own}\n`)
    expect(seen(await find())).toEqual([
      ['libbit4xpki.so', 'catalogue', 'loadable'],
      ['libcastle.so.1.0.0', 'catalogue', 'loadable'],
      ['own-p11.so', 'p11-kit', 'loadable'],
      ['opensc-pkcs11.so', 'opensc', 'loadable'],
      ['opensc-pkcs11.so', 'opensc', 'loadable'],
    ])
  })

  it('counts a file once, under whatever names', async () => {
    const { root, put, find } = makeSystem()
    const file = put('usr/lib/bit4id/libbit4xpki.so')
    symlinkSync(file, path.join(root, 'usr/lib/libbit4xpki.so'))
    put('etc/pkcs11/modules/vgca.module', `module: ${file}\n`)
    expect(await find()).toHaveLength(1)
  })

  it('offers nothing that cannot be loaded, and says why', async () => {
    const { root, put, find } = makeSystem()
    put('usr/lib/bit4id/libbit4xpki.so', 'not a library')
    put('usr/lib/libcastle.so', makePe())
    put('etc/pkcs11/modules/gone.module', 'module: /nowhere/p11.so\n')
    expect(seen(await find())).toEqual([
      ['libbit4xpki.so', 'catalogue', 'not-a-library'],
      ['libcastle.so', 'catalogue', 'wrong-architecture'],
    ])
    expect(await findModules({ platform: 'linux', root, environment: {} })).not.toContain(path.join(root, 'usr/lib/libcastle.so'))
  })

  it('reads registrations as p11-kit does', async () => {
    const { put, find } = makeSystem()
    const [mine, theirs, moved, stays] = ['mine.so', 'theirs.so', 'moved.so', 'stays.so'].map((name) => put(`opt/${name}`))
    put('usr/share/p11-kit/modules/trust.module', 'module: p11-kit-trust.so\ntrust-policy: yes\n')
    put('usr/share/p11-kit/modules/proxy.module', 'module: /usr/lib/p11-kit-proxy.so\n')
    put('usr/share/p11-kit/modules/theirs.module', `module: ${theirs}\nenable-in: firefox\n`)
    put('usr/share/p11-kit/modules/off.module', `module: ${stays}\ndisable-in: evolution, antin\n`)
    put('usr/share/p11-kit/modules/moved.module', `module: /opt/old.so\npriority: 3\n`)
    put('home/.config/pkcs11/modules/moved.module', `module:${moved}  \r\n`)
    put('etc/pkcs11/modules/mine.module', `# module: /commented/out.so\n\n  module :  ${mine}\n`)
    put('etc/pkcs11/modules/readme.txt', `module: ${stays}\n`)
    expect(seen(await find()).map(([name]) => name).toSorted()).toEqual(['mine.so', 'moved.so'])
  })
})

/** As `reg query … /s /v "Image Path"` prints it. */
const registered = `\r
HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Cryptography\\Defaults\\Provider\\NEW CA CSP\r
    Image Path    REG_SZ    newca_v9_s.dll\r
\r
HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Cryptography\\Defaults\\Provider\\Microsoft Strong Cryptographic Provider\r
    Image Path    REG_EXPAND_SZ    rsaenh.dll\r
    Image Path    REG_EXPAND_SZ    %ProgramFiles%\\Hãng A\\p11_csp.dll\r
    Image Path    REG_SZ    bit4xpki.dll\r
    Image Path    REG_SZ    \r
End of search: 4 match(es) found.\r
`

describe('on Windows', () => {
  const place = (root: string) => ({ platform: 'win32' as const, arch: 'x64', environment: { SystemRoot: path.join(root, 'Windows'), ProgramFiles: path.join(root, 'Program Files') } })

  function put(root: string, file: string, bytes: Buffer): void {
    mkdirSync(path.dirname(path.join(root, file)), { recursive: true })
    writeFileSync(path.join(root, file), bytes)
  }

  it('takes the module and not the shell beside it, the newest version first', async () => {
    const root = tempFolder()
    put(root, 'Windows/System32/viettel-ca_v5.dll', makePe())
    put(root, 'Windows/System32/viettel-ca_v6.dll', makePe())
    put(root, 'Windows/System32/viettel-ca_v6_s.dll', makePe({ names: ['CPSignHash'] }))
    put(root, 'Program Files/OpenSC Project/OpenSC/pkcs11/opensc-pkcs11.dll', makePe())
    put(root, 'Windows/System32/bit4xpki.dll', makePe())
    expect(seen(await findDrivers(place(root))).map(([name, origin]) => `${name} ${origin}`)).toEqual([
      'bit4xpki.dll catalogue',
      'viettel-ca_v6.dll catalogue',
      'viettel-ca_v5.dll catalogue',
      'opensc-pkcs11.dll opensc',
    ])
  })

  it('takes the module beside a provider that is registered with Windows, and none of the system\'s own', async () => {
    const root = tempFolder()
    put(root, 'Windows/System32/newca_v9.dll', makePe())
    put(root, 'Windows/System32/newca_v9_s.dll', makePe({ names: ['CPSignHash'] }))
    put(root, 'Windows/System32/rsaenh.dll', makePe({ names: ['CPSignHash'] }))
    put(root, 'Windows/System32/bit4xpki.dll', makePe())
    const asked: (readonly string[])[] = []
    const query = (words: readonly string[]): Promise<string> => {
      asked.push(words)
      return Promise.resolve(registered)
    }
    expect(seen(await findDrivers({ ...place(root), query })).map(([name, origin]) => `${name} ${origin}`)).toEqual(['bit4xpki.dll catalogue', 'newca_v9.dll windows'])
    expect(asked).toEqual([['query', 'HKLM\\SOFTWARE\\Microsoft\\Cryptography\\Defaults\\Provider', '/s', '/v', 'Image Path']])
    expect(await findDrivers({ ...place(root), query: () => Promise.reject(new Error('no such key')) })).toHaveLength(1)
  })

  it('reads what the registry names, with and without folders', async () => {
    expect(await modulesOfProviders({ SystemRoot: '/w', programfiles: 'C:\\Program Files' }, () => Promise.resolve(registered))).toEqual([
      '/w/System32/newca_v9.dll',
      '/w/System32/rsaenh.dll',
      'C:\\Program Files\\Hãng A\\p11.dll',
      '/w/System32/bit4xpki.dll',
    ])
  })

  it('says that a driver is there for 32 bits alone, but not where both are', async () => {
    const root = tempFolder()
    put(root, 'Windows/SysWOW64/fptca_v4.dll', makePe({ machine: 0x14c, plus: false }))
    put(root, 'Windows/SysWOW64/bit4xpki.dll', makePe({ machine: 0x14c, plus: false }))
    put(root, 'Windows/System32/bit4xpki.dll', makePe())
    expect(seen(await findDrivers(place(root)))).toEqual([
      ['bit4xpki.dll', 'catalogue', 'loadable'],
      ['fptca_v4.dll', 'catalogue', 'wrong-architecture'],
    ])
  })
})

describe('the catalogue', () => {
  it('has each file name once, without a folder, and no shell', () => {
    const names = [...catalogue, openSc].flatMap(({ files }) => Object.entries(files).flatMap(([platform, list]) => list.map((name) => `${platform} ${name.toLowerCase()}`)))
    expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([])
    expect(names.filter((name) => /[/\\]|_s\.dll$/.test(name))).toEqual([])
  })

  it('knows a driver by its file name, whatever its case', () => {
    expect(driverOf('BIT4XPKI.DLL')?.authorities).toEqual(['VGCA'])
    expect(driverOf('vnptca_p11_v8.dll')?.name).toBe('VNPT-CA')
    expect(driverOf('opensc-pkcs11.so')).toBe(openSc)
    expect(driverOf('libsofthsm2.so')).toBeUndefined()
  })
})

it('modules that the settings name are looked at in their order, found or not', async () => {
  const [first, second] = await inspectNamed(['/nowhere/bit4xpki.dll', module, '/nowhere/bit4xpki.dll'])
  expect(first).toMatchObject({ origin: 'settings', driver: { name: 'VGCA (Bit4id)' }, verdict: { loadable: false, reason: 'not-found' } })
  expect(second?.path).toBe(module)
})
