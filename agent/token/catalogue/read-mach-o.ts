import { zeroEnded, type LibraryHeader, type ReadAt } from './file-reader.ts'

const magic64 = 0xfeedfacf
const magicUniversal = 0xcafebabe
const [dynamicLibrary, bundle] = [6, 8]
const symbolTable = 2
const machines: Record<number, LibraryHeader['machine']> = { 0x0100_0007: 'x64', 0x0100_000c: 'arm64' }
/** A Java class begins with the same four bytes, but counts far higher here. */
const mostSlices = 16

/**
 * Header and symbol table of a Mach-O file (Apple, mach-o/loader.h and fat.h); of a universal file the slice for
 * `arch`, where it has one. @throws RangeError for a damaged one
 */
export async function readMachO(read: ReadAt, arch: string): Promise<LibraryHeader> {
  const universal = await read(0, 8)
  if (universal.readUInt32BE(0) !== magicUniversal) return readSlice(read)
  const count = universal.readUInt32BE(4)
  if (count === 0 || count > mostSlices) throw new RangeError('not a universal library')
  const table = await read(8, count * 20)
  const slices = Array.from({ length: count }, (_, index) => ({ machine: machines[table.readUInt32BE(index * 20)], offset: table.readUInt32BE(index * 20 + 8) }))
  const { offset } = slices.find(({ machine }) => machine === arch) ?? slices[0] ?? { offset: 0 }
  return readSlice((position, length) => read(offset + position, length))
}

async function readSlice(read: ReadAt): Promise<LibraryHeader> {
  const header = await read(0, 32)
  const is64 = header.readUInt32LE(0) === magic64
  return {
    format: 'Mach-O',
    machine: is64 ? (machines[header.readUInt32LE(4)] ?? 'other') : '32-bit',
    isLibrary: [dynamicLibrary, bundle].includes(header.readUInt32LE(12)),
    exportsName: async (name) => is64 && (await exportsSymbol(read, header, `_${name}`)),
  }
}

async function exportsSymbol(read: ReadAt, header: Buffer, wanted: string): Promise<boolean> {
  const commands = await read(32, header.readUInt32LE(20))
  for (let offset = 0, left = header.readUInt32LE(16); left > 0; left--) {
    const size = commands.readUInt32LE(offset + 4)
    if (size < 8) throw new RangeError('a load command is too short')
    if (commands.readUInt32LE(offset) === symbolTable) return hasSymbol(read, commands.subarray(offset, offset + 24), wanted)
    offset += size
  }
  return false
}

async function hasSymbol(read: ReadAt, command: Buffer, wanted: string): Promise<boolean> {
  const symbols = await read(command.readUInt32LE(8), command.readUInt32LE(12) * 16)
  const names = await read(command.readUInt32LE(16), command.readUInt32LE(20))
  for (let offset = 0; offset < symbols.length; offset += 16) {
    if (isExported(symbols[offset + 4] ?? 0) && zeroEnded(names, symbols.readUInt32LE(offset)) === wanted) return true
  }
  return false
}

/** N_EXT without N_PEXT, no debugger's entry, and defined in a section. */
function isExported(type: number): boolean {
  return (type & 0xe0) === 0 && (type & 0x10) === 0 && (type & 0x01) !== 0 && (type & 0x0e) === 0x0e
}
