import { execFileSync, spawnSync } from 'node:child_process'
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { inspectModule, type Machine } from '../../../../agent/token/catalogue/inspect-module.ts'
import { softHsmModule } from '../../../support/softhsm.ts'
import { tempFolder } from '../../../support/temp-folder.ts'
import { makeMachO, makePe, makeUniversal } from './made-library.ts'

const windows: Machine = { platform: 'win32', arch: 'x64' }
const mac: Machine = { platform: 'darwin', arch: 'arm64' }
const [x64, arm64] = [0x0100_0007, 0x0100_000c]
const openSc = ['/usr/lib/x86_64-linux-gnu/opensc-pkcs11.so', '/usr/lib/aarch64-linux-gnu/opensc-pkcs11.so'].find((file) => existsSync(file))
const libc = ['/lib/x86_64-linux-gnu/libc.so.6', '/lib/aarch64-linux-gnu/libc.so.6'].find((file) => existsSync(file))

function write(bytes: Uint8Array | string, name = 'driver.bin'): string {
  const file = path.join(tempFolder(), name)
  writeFileSync(file, bytes)
  return file
}

describe('an ELF file', () => {
  it.runIf(softHsmModule() !== undefined)('of SoftHSM is a module', async () => {
    expect(await inspectModule(softHsmModule() ?? '')).toEqual({ loadable: true })
  })

  it.runIf(openSc !== undefined)('of OpenSC is a module', async () => {
    expect(await inspectModule(openSc ?? '')).toEqual({ loadable: true })
  })

  it.runIf(libc !== undefined)('of the C library is a library, but no module', async () => {
    expect(await inspectModule(libc ?? '')).toEqual({ loadable: false, reason: 'not-a-pkcs11-module' })
  })

  it('that only uses the function is no module', async () => {
    const source = write('int C_GetFunctionList(void *list);\nint other(void) { return C_GetFunctionList(0); }\n', 'user.c')
    const file = path.join(path.dirname(source), 'user.so')
    execFileSync('gcc', ['-shared', '-fPIC', '-o', file, source])
    expect(await inspectModule(file)).toEqual({ loadable: false, reason: 'not-a-pkcs11-module' })
  })

  it('that keeps the function to itself is no module', async () => {
    const source = write('__attribute__((visibility("hidden"))) int C_GetFunctionList(void *list) { return list != 0; }\n', 'hidden.c')
    const file = path.join(path.dirname(source), 'hidden.so')
    execFileSync('gcc', ['-shared', '-fPIC', '-o', file, source])
    expect(await inspectModule(file)).toEqual({ loadable: false, reason: 'not-a-pkcs11-module' })
  })

  it.runIf(softHsmModule() !== undefined)('of 32 bits, or for another machine, says what it was built for', async () => {
    const bytes = readFileSync(softHsmModule() ?? '')
    bytes[4] = 1
    expect(await inspectModule(write(bytes))).toEqual({ loadable: false, reason: 'wrong-architecture', built: 'ELF 32-bit' })
    const other = process.arch === 'x64' ? 'arm64' : 'x64'
    expect(await inspectModule(softHsmModule() ?? '', { platform: 'linux', arch: other })).toMatchObject({ reason: 'wrong-architecture', built: `ELF ${process.arch}` })
    expect(await inspectModule(softHsmModule() ?? '', windows)).toMatchObject({ reason: 'wrong-architecture' })
  })

  it.runIf(softHsmModule() !== undefined)('cut off anywhere is refused and nothing worse', async () => {
    const bytes = readFileSync(softHsmModule() ?? '')
    for (const length of [3, 4, 40, 64, 4_096, bytes.length - 2_000, bytes.length - 1]) {
      expect(await inspectModule(write(bytes.subarray(0, length)))).toEqual({ loadable: false, reason: 'not-a-library' })
    }
  })
})

describe('a PE file', () => {
  it.each([
    ['a 64-bit DLL', {}, { loadable: true }],
    ['one with many exports', { names: ['C_CloseSession', 'C_Finalize', 'C_GetFunctionList', 'C_Sign'] }, { loadable: true }],
    ['a 32-bit DLL', { machine: 0x14c, plus: false }, { loadable: false, reason: 'wrong-architecture', built: 'PE 32-bit' }],
    ['a DLL for ARM', { machine: 0xaa64 }, { loadable: false, reason: 'wrong-architecture', built: 'PE arm64' }],
    ['the shell of a CSP', { names: ['CPAcquireContext', 'C_GetFunctionListX'] }, { loadable: false, reason: 'not-a-pkcs11-module' }],
    ['a DLL without exports', { names: [] }, { loadable: false, reason: 'not-a-pkcs11-module' }],
    ['a program', { dll: false }, { loadable: false, reason: 'not-a-library' }],
  ])('%s', async (_, made, verdict) => {
    expect(await inspectModule(write(makePe(made)), windows)).toEqual(verdict)
  })

  it('of 32 bits is read as well as one of 64', async () => {
    expect(await inspectModule(write(makePe({ plus: false, machine: 0x8664 })), windows)).toEqual({ loadable: true })
  })

  it('is no library for this system', async () => {
    expect(await inspectModule(write(makePe()), { platform: 'linux', arch: 'x64' })).toEqual({ loadable: false, reason: 'wrong-architecture', built: 'PE x64' })
  })

  it('with addresses that lie nowhere is refused', async () => {
    const bytes = makePe()
    bytes.writeUInt32LE(0x00ff_0000, 0x400 + 32)
    expect(await inspectModule(write(bytes), windows)).toEqual({ loadable: false, reason: 'not-a-library' })
    const many = makePe()
    many.writeUInt32LE(0x7fff_ffff, 0x400 + 24)
    expect(await inspectModule(write(many), windows)).toEqual({ loadable: false, reason: 'not-a-library' })
  })

  it.runIf(spawnSync('x86_64-w64-mingw32-gcc', ['--version']).status === 0)('made by a compiler for Windows', async () => {
    const source = write('__declspec(dllexport) int C_GetFunctionList(void *list) { return list != 0; }\n__declspec(dllexport) int A(void) { return 0; }\n', 'module.c')
    const file = path.join(path.dirname(source), 'module.dll')
    execFileSync('x86_64-w64-mingw32-gcc', ['-shared', '-o', file, source])
    expect(await inspectModule(file, windows)).toEqual({ loadable: true })
    const shell = write('__declspec(dllexport) int CPSignHash(void) { return 0; }\n', 'shell.c')
    const other = path.join(path.dirname(shell), 'module_s.dll')
    execFileSync('x86_64-w64-mingw32-gcc', ['-shared', '-o', other, shell])
    expect(await inspectModule(other, windows)).toEqual({ loadable: false, reason: 'not-a-pkcs11-module' })
  })
})

describe('a Mach-O file', () => {
  it.each([
    ['for Apple silicon', makeMachO({ machine: arm64 }), { loadable: true }],
    ['for Intel', makeMachO({ machine: x64 }), { loadable: false, reason: 'wrong-architecture', built: 'Mach-O x64' }],
    ['for both', makeUniversal([{ machine: x64, bytes: makeMachO({ machine: x64 }) }, { machine: arm64, bytes: makeMachO({ machine: arm64 }) }]), { loadable: true }],
    ['that only uses the function', makeMachO({ machine: arm64, symbols: [['_C_GetFunctionList', 0x01]] }), { loadable: false, reason: 'not-a-pkcs11-module' }],
    ['that keeps it to itself', makeMachO({ machine: arm64, symbols: [['_C_GetFunctionList', 0x1f]] }), { loadable: false, reason: 'not-a-pkcs11-module' }],
    ['that is a program', makeMachO({ machine: arm64, fileType: 2 }), { loadable: false, reason: 'not-a-library' }],
  ])('%s', async (_, bytes, verdict) => {
    expect(await inspectModule(write(bytes), mac)).toEqual(verdict)
  })

  it('is not mistaken for a Java class', async () => {
    expect(await inspectModule(write(Buffer.from('cafebabe00000034001d0a0006000f', 'hex')), mac)).toEqual({ loadable: false, reason: 'not-a-library' })
  })
})

describe('anything else', () => {
  it.each([
    ['a text', 'GROUP ( /lib/libc.so.6 )'],
    ['an empty file', ''],
    ['a DOS program', 'MZ'.padEnd(200, '\0')],
  ])('%s is no library', async (_, text) => {
    expect(await inspectModule(write(text))).toEqual({ loadable: false, reason: 'not-a-library' })
  })

  it('a folder, a pipe and what is not there', async () => {
    const folder = tempFolder()
    expect(await inspectModule(folder)).toEqual({ loadable: false, reason: 'not-a-library' })
    execFileSync('mkfifo', [path.join(folder, 'pipe')])
    expect(await inspectModule(path.join(folder, 'pipe'))).toEqual({ loadable: false, reason: 'not-a-library' })
    expect(await inspectModule(path.join(folder, 'gone.so'))).toEqual({ loadable: false, reason: 'not-found' })
  })

  it.skipIf(process.getuid?.() === 0)('a file that this user may not read', async () => {
    const file = write('secret')
    chmodSync(file, 0)
    expect(await inspectModule(file)).toEqual({ loadable: false, reason: 'unreadable' })
  })
})
