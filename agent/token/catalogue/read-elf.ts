import { zeroEnded, type LibraryHeader, type ReadAt } from './file-reader.ts'

const sharedObject = 3
const dynamicSymbols = 11
const machines: Record<number, LibraryHeader['machine']> = { 62: 'x64', 183: 'arm64' }

/** Headers and dynamic symbols of an ELF file (System V ABI, chapters 4 and 5). @throws RangeError for a damaged one */
export async function readElf(read: ReadAt): Promise<LibraryHeader> {
  const header = await read(0, 64)
  const is64 = header[4] === 2
  const isLittleEndian = header[5] === 1
  const machine = machines[header.readUInt16LE(18)] ?? 'other'
  return {
    format: 'ELF',
    machine: !is64 ? '32-bit' : isLittleEndian ? machine : 'other',
    isLibrary: (isLittleEndian ? header.readUInt16LE(16) : header.readUInt16BE(16)) === sharedObject,
    exportsName: async (name) => is64 && isLittleEndian && (await exportsSymbol(read, header, name)),
  }
}

async function exportsSymbol(read: ReadAt, header: Buffer, wanted: string): Promise<boolean> {
  const sections = await readSections(read, header)
  const symbolSection = sections.find(({ type }) => type === dynamicSymbols)
  const nameSection = sections[symbolSection?.link ?? sections.length]
  if (symbolSection === undefined || nameSection === undefined) return false
  const symbols = await read(symbolSection.offset, symbolSection.size)
  const names = await read(nameSection.offset, nameSection.size)
  for (let offset = 0; offset + 24 <= symbols.length; offset += 24) {
    if (isExported(symbols, offset) && zeroEnded(names, symbols.readUInt32LE(offset)) === wanted) return true
  }
  return false
}

/** Defined here, global or weak, and visible from outside. */
function isExported(symbols: Buffer, offset: number): boolean {
  const binding = (symbols[offset + 4] ?? 0) >> 4
  const visibility = (symbols[offset + 5] ?? 0) & 3
  return symbols.readUInt16LE(offset + 6) !== 0 && (binding === 1 || binding === 2) && (visibility === 0 || visibility === 3)
}

interface Section {
  type: number
  offset: number
  size: number
  link: number
}

async function readSections(read: ReadAt, header: Buffer): Promise<Section[]> {
  const [start, entryBytes, count] = [Number(header.readBigUInt64LE(40)), header.readUInt16LE(58), header.readUInt16LE(60)]
  if (count === 0) return []
  if (entryBytes < 64) throw new RangeError('section headers are too short')
  const table = await read(start, entryBytes * count)
  return Array.from({ length: count }, (_, index) => {
    const entry = table.subarray(index * entryBytes)
    return { type: entry.readUInt32LE(4), offset: Number(entry.readBigUInt64LE(24)), size: Number(entry.readBigUInt64LE(32)), link: entry.readUInt32LE(40) }
  })
}
