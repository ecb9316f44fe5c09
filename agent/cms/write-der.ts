import { tags } from './read-der.ts'

/** One element: the identifier octet, the length, and the parts one after the other. */
export function element(tag: number, ...parts: readonly Uint8Array[]): Uint8Array {
  return Buffer.concat([Uint8Array.of(tag), length(parts.reduce((sum, part) => sum + part.length, 0)), ...parts])
}

export function sequence(...parts: readonly Uint8Array[]): Uint8Array {
  return element(tags.sequence, ...parts)
}

/** SET OF in the order of DER (X.690, 11.6): by the encoded elements. */
export function setOf(tag: number, ...elements: readonly Uint8Array[]): Uint8Array {
  return element(tag, ...elements.toSorted((one, other) => Buffer.compare(one, other)))
}

export function oid(dotted: string): Uint8Array {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number)
  return element(tags.oid, Uint8Array.from([first * 40 + second, ...rest].flatMap(arcBytes)))
}

export function octets(bytes: Uint8Array): Uint8Array {
  return element(tags.octetString, bytes)
}

/** @param value 0…127 */
export function smallInteger(value: number): Uint8Array {
  return element(tags.integer, Uint8Array.of(value))
}

/** @param bytes most significant first, the first bit 0 and no padding: as `Certificate.serial` holds it */
export function integer(bytes: Uint8Array): Uint8Array {
  return element(tags.integer, bytes)
}

export const yes: Uint8Array = element(tags.boolean, Uint8Array.of(0xff))

export const nothing: Uint8Array = element(tags.null)

function length(bytes: number): Uint8Array {
  if (bytes < 0x80) return Uint8Array.of(bytes)
  const digits: number[] = []
  for (let rest = bytes; rest > 0; rest = Math.floor(rest / 256)) digits.unshift(rest % 256)
  return Uint8Array.of(0x80 + digits.length, ...digits)
}

/** Base 128, the highest digit first, all but the last marked (X.690, 8.19). */
function arcBytes(arc: number): number[] {
  const digits = [arc % 128]
  for (let rest = Math.floor(arc / 128); rest > 0; rest = Math.floor(rest / 128)) digits.unshift(0x80 + (rest % 128))
  return digits
}
