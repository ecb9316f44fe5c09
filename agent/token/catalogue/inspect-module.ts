import { open, stat, type FileHandle } from 'node:fs/promises'
import { readerOf, type LibraryHeader, type ReadAt } from './file-reader.ts'
import { readElf } from './read-elf.ts'
import { readMachO } from './read-mach-o.ts'
import { readPe } from './read-pe.ts'

export type UnloadableReason = 'not-found' | 'unreadable' | 'not-a-library' | 'wrong-architecture' | 'not-a-pkcs11-module'

/** Whether a file can be loaded as a PKCS#11 module by this process. `built` is what a library of the wrong kind was built for. */
export type ModuleVerdict = { loadable: true } | { loadable: false; reason: UnloadableReason; built?: string }

export interface Machine {
  platform: NodeJS.Platform
  arch: string
}

const thisMachine: Machine = { platform: process.platform, arch: process.arch }

/**
 * Reads the header of a file, and loads nothing: a library's code runs as soon as it is loaded, and one of the wrong
 * bitness says no more than that it could not be. PKCS#11 2.40, 2.1.1: every module exports C_GetFunctionList.
 */
export async function inspectModule(path: string, machine: Machine = thisMachine): Promise<ModuleVerdict> {
  let file: FileHandle
  try {
    // To open a pipe would wait for whoever writes into it.
    if (!(await stat(path)).isFile()) return { loadable: false, reason: 'not-a-library' }
    file = await open(path, 'r')
  } catch (cause) {
    return { loadable: false, reason: isAbsence(cause) ? 'not-found' : 'unreadable' }
  }
  try {
    return await judge(readerOf(file), machine)
  } catch (cause) {
    return { loadable: false, reason: cause instanceof RangeError ? 'not-a-library' : 'unreadable' }
  } finally {
    await file.close()
  }
}

async function judge(read: ReadAt, { platform, arch }: Machine): Promise<ModuleVerdict> {
  const header = await readHeader(read, arch)
  if (header === undefined || !header.isLibrary) return { loadable: false, reason: 'not-a-library' }
  if (header.format !== formatOf(platform) || header.machine !== arch) {
    return { loadable: false, reason: 'wrong-architecture', built: `${header.format} ${header.machine}` }
  }
  return (await header.exportsName('C_GetFunctionList')) ? { loadable: true } : { loadable: false, reason: 'not-a-pkcs11-module' }
}

async function readHeader(read: ReadAt, arch: string): Promise<LibraryHeader | undefined> {
  const magic = (await read(0, 4)).toString('hex')
  if (magic === '7f454c46') return readElf(read)
  if (magic.startsWith('4d5a')) return readPe(read)
  return ['cafebabe', 'cffaedfe', 'cefaedfe'].includes(magic) ? readMachO(read, arch) : undefined
}

function formatOf(platform: NodeJS.Platform): LibraryHeader['format'] {
  if (platform === 'win32') return 'PE'
  return platform === 'darwin' ? 'Mach-O' : 'ELF'
}

function isAbsence(cause: unknown): boolean {
  const { code } = cause as NodeJS.ErrnoException
  return code === 'ENOENT' || code === 'ENOTDIR'
}
