/** Libraries for other machines, made byte by byte: only what a loader reads before it runs anything. */

export interface MadePe {
  machine?: number
  /** PE32 (32-bit) or PE32+. */
  plus?: boolean
  dll?: boolean
  names?: string[]
}

const [headerBytes, sectionAddress] = [0x400, 0x1000]

/** A DLL with one section that holds its export directory (Microsoft, PE format). */
export function makePe({ machine = 0x8664, plus = true, dll = true, names = ['C_GetFunctionList'] }: MadePe = {}): Buffer {
  const section = exportSection(names)
  const file = Buffer.alloc(headerBytes + section.length)
  file.write('MZ', 0)
  file.writeUInt32LE(0x80, 0x3c)
  file.write('PE\0\0', 0x80)
  const optionalBytes = plus ? 240 : 224
  file.writeUInt16LE(machine, 0x84)
  file.writeUInt16LE(1, 0x86)
  file.writeUInt16LE(optionalBytes, 0x94)
  file.writeUInt16LE(0x2 | (dll ? 0x2000 : 0), 0x96)
  const optional = 0x98
  const directory = optional + (plus ? 112 : 96)
  file.writeUInt16LE(plus ? 0x20b : 0x10b, optional)
  file.writeUInt32LE(16, directory - 4)
  if (names.length > 0) {
    file.writeUInt32LE(sectionAddress, directory)
    file.writeUInt32LE(section.length, directory + 4)
  }
  const header = optional + optionalBytes
  file.write('.edata', header)
  file.writeUInt32LE(section.length, header + 8)
  file.writeUInt32LE(sectionAddress, header + 12)
  file.writeUInt32LE(section.length, header + 16)
  file.writeUInt32LE(headerBytes, header + 20)
  section.copy(file, headerBytes)
  return file
}

function exportSection(names: string[]): Buffer {
  const pointers = 40
  const texts = pointers + names.length * 4
  const section = Buffer.alloc(texts + names.reduce((sum, name) => sum + name.length + 1, 0))
  section.writeUInt32LE(names.length, 24)
  section.writeUInt32LE(sectionAddress + pointers, 32)
  let at = texts
  for (const [index, name] of names.entries()) {
    section.writeUInt32LE(sectionAddress + at, pointers + index * 4)
    section.write(`${name}\0`, at, 'latin1')
    at += name.length + 1
  }
  return section
}

export interface MadeMachO {
  /** CPU_TYPE_X86_64 or CPU_TYPE_ARM64. */
  machine?: number
  /** MH_DYLIB. */
  fileType?: number
  /** Names with the type of their nlist entry; 0x0f is N_SECT | N_EXT. */
  symbols?: [name: string, type: number][]
}

/** A thin 64-bit library with a symbol table (Apple, mach-o/loader.h and nlist.h). */
export function makeMachO({ machine = 0x0100_0007, fileType = 6, symbols = [['_C_GetFunctionList', 0x0f]] }: MadeMachO = {}): Buffer {
  const commands = 24
  const table = 32 + commands
  const texts = symbols.map(([name]) => `${name}\0`).join('')
  const file = Buffer.alloc(table + symbols.length * 16 + texts.length)
  const words = [0xfeedfacf, machine, 0, fileType, 1, commands, 0, 0, 2, 24, table, symbols.length, table + symbols.length * 16, texts.length]
  for (const [index, word] of words.entries()) file.writeUInt32LE(word, index * 4)
  let at = 0
  for (const [index, [name, type]] of symbols.entries()) {
    file.writeUInt32LE(at, table + index * 16)
    file[table + index * 16 + 4] = type
    at += name.length + 1
  }
  file.write(texts, table + symbols.length * 16, 'latin1')
  return file
}

/** Several of them in one file (Apple, mach-o/fat.h). */
export function makeUniversal(slices: { machine: number; bytes: Buffer }[]): Buffer {
  const header = Buffer.alloc(8 + slices.length * 20)
  header.writeUInt32BE(0xcafebabe, 0)
  header.writeUInt32BE(slices.length, 4)
  let offset = header.length
  for (const [index, { machine, bytes }] of slices.entries()) {
    header.writeUInt32BE(machine, 8 + index * 20)
    header.writeUInt32BE(offset, 8 + index * 20 + 8)
    header.writeUInt32BE(bytes.length, 8 + index * 20 + 12)
    offset += bytes.length
  }
  return Buffer.concat([header, ...slices.map(({ bytes }) => bytes)])
}
