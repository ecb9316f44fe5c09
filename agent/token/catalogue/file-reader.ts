import type { FileHandle } from 'node:fs/promises'

/** Reads `length` bytes at `offset`. @throws RangeError where the file does not have them, or nobody needs that many */
export type ReadAt = (offset: number, length: number) => Promise<Buffer>

/** The largest table of a library that is read in one piece, in bytes. */
const longestTableBytes = 16 * 1024 * 1024

export function readerOf(file: FileHandle): ReadAt {
  return async (offset, length) => {
    if (length > longestTableBytes) throw new RangeError('a table of the file is too long')
    const { bytesRead, buffer } = await file.read(Buffer.alloc(length), 0, length, offset)
    if (bytesRead < length) throw new RangeError('the file ends early')
    return buffer
  }
}

/** The text from `offset` to the next zero byte. */
export function zeroEnded(bytes: Buffer, offset: number): string {
  if (offset >= bytes.length) throw new RangeError('a name lies outside its table')
  const end = bytes.indexOf(0, offset)
  return bytes.toString('latin1', offset, end < 0 ? bytes.length : end)
}

/** What the header of a library says, without loading it. */
export interface LibraryHeader {
  format: 'ELF' | 'PE' | 'Mach-O'
  /** As process.arch has it; `32-bit` for any that no Node 24 runs on. */
  machine: 'x64' | 'arm64' | '32-bit' | 'other'
  /** A shared library, as against a program or an object file. */
  isLibrary: boolean
  exportsName(name: string): Promise<boolean>
}
