/** Character classes of PDF (ISO 32000-2, 7.2.3) and searching in bytes. */
export const regular = 0
export const whiteSpace = 1
export const delimiter = 2

export const classOf = new Uint8Array(256)
for (const code of [0, 9, 10, 12, 13, 32]) classOf[code] = whiteSpace
for (const character of '()<>[]{}/%') classOf[character.charCodeAt(0)] = delimiter

export function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39
}

/** Value of a hexadecimal digit, or -1. */
export function hexValue(code: number): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30
  if (code >= 0x41 && code <= 0x46) return code - 0x37
  if (code >= 0x61 && code <= 0x66) return code - 0x57
  return -1
}

/** Native search: the same memory seen as a Buffer. */
export function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

/** One character a byte, U+0000…U+00FF. */
export function latin1(bytes: Uint8Array): string {
  return asBuffer(bytes).toString('latin1')
}

export function latin1Bytes(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, 'latin1'))
}
