import { zeroEnded, type LibraryHeader, type ReadAt } from './file-reader.ts'

const isDll = 0x2000
const pe32Plus = 0x20b
const machines: Record<number, LibraryHeader['machine']> = { 0x8664: 'x64', 0xaa64: 'arm64', 0x14c: '32-bit', 0x1c4: '32-bit' }
/** More than any name of a PKCS#11 function, so that the last name of the table is read whole. */
const longestNameBytes = 256

/** Headers and export directory of a PE file (Microsoft, PE format). @throws RangeError for a damaged one */
export async function readPe(read: ReadAt): Promise<LibraryHeader> {
  const start = (await read(0, 64)).readUInt32LE(0x3c)
  const file = await read(start, 24)
  if (file.toString('latin1', 0, 4) !== 'PE\0\0') throw new RangeError('a program for DOS')
  return {
    format: 'PE',
    machine: machines[file.readUInt16LE(4)] ?? 'other',
    isLibrary: (file.readUInt16LE(22) & isDll) !== 0,
    exportsName: (name) => exportsFunction(read, start, file, name),
  }
}

async function exportsFunction(read: ReadAt, start: number, file: Buffer, wanted: string): Promise<boolean> {
  const optional = await read(start + 24, file.readUInt16LE(20))
  const sections = await readSections(read, start + 24 + optional.length, file.readUInt16LE(6))
  const directory = optional.readUInt16LE(0) === pe32Plus ? 112 : 96
  const directoryCount = optional.readUInt32LE(directory - 4)
  const exportsAddress = directoryCount === 0 ? 0 : optional.readUInt32LE(directory)
  if (exportsAddress === 0) return false
  const table = await readAddress(read, sections, exportsAddress, 40)
  const count = table.readUInt32LE(24)
  if (count === 0) return false
  const pointers = await readAddress(read, sections, table.readUInt32LE(32), count * 4)
  const addresses = Array.from({ length: count }, (_, index) => pointers.readUInt32LE(index * 4))
  const first = addresses.reduce((one, other) => Math.min(one, other))
  const last = addresses.reduce((one, other) => Math.max(one, other))
  const names = await readAddress(read, sections, first, last - first + longestNameBytes)
  return addresses.some((address) => zeroEnded(names, address - first) === wanted)
}

interface Section {
  address: number
  sizeInFile: number
  offset: number
}

async function readSections(read: ReadAt, start: number, count: number): Promise<Section[]> {
  const table = await read(start, count * 40)
  return Array.from({ length: count }, (_, index) => {
    const entry = table.subarray(index * 40)
    return { address: entry.readUInt32LE(12), sizeInFile: entry.readUInt32LE(16), offset: entry.readUInt32LE(20) }
  })
}

/** Up to `length` bytes at an address in memory, from the section that will lie there; fewer where it ends. */
async function readAddress(read: ReadAt, sections: readonly Section[], address: number, length: number): Promise<Buffer> {
  const section = sections.find((one) => address >= one.address && address < one.address + one.sizeInFile)
  if (section === undefined) throw new RangeError('an address lies in no section')
  const within = address - section.address
  return read(section.offset + within, Math.min(length, section.sizeInFile - within))
}
