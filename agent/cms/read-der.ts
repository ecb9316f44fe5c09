import { Constructed, ObjectIdentifier, fromBER } from 'asn1js'
import type { BaseBlock } from 'asn1js'

/** Bytes that are not the DER they should be. `message` says what was expected, in English. */
export class DerError extends Error {
  override readonly name = 'DerError'
}

/** One DER element (X.690), with the very bytes it was read from: digests and comparisons never see a re-encoding. */
export interface Element {
  /** As written in the identifier octet, class and constructed bit included: 0x30 is SEQUENCE, 0xa0 is [0] constructed. */
  readonly tag: number
  /** Identifier, length and content. */
  readonly raw: Uint8Array
  readonly content: Uint8Array
  /** Empty for primitive elements. */
  readonly children: readonly Element[]
  /** Dotted, for OBJECT IDENTIFIER only. */
  readonly oid: string | undefined
}

export const tags = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  null: 0x05,
  oid: 0x06,
  utf8String: 0x0c,
  sequence: 0x30,
  set: 0x31,
  printableString: 0x13,
  utcTime: 0x17,
  generalizedTime: 0x18,
} as const

/** The tag of `[number]`, constructed (explicit, or implicit over SEQUENCE and SET) or primitive. */
export function contextTag(number: number, form: 'constructed' | 'primitive' = 'constructed'): number {
  return (form === 'constructed' ? 0xa0 : 0x80) + number
}

const limits = { maxDepth: 40, maxNodes: 20_000, maxContentLength: 4 * 1024 * 1024, parseEmbedded: false, copyInput: false }

/**
 * Reads one element. What follows it must be nothing or, where padding is allowed, zeros.
 * @throws DerError
 */
export function readDer(bytes: Uint8Array, rest: 'nothing' | 'zeros' = 'nothing'): Element {
  if (bytes.length < 2) throw new DerError('there is no element')
  const element = elementOf(parse(bytes))
  const after = bytes.subarray(element.raw.length)
  if (rest === 'nothing' ? after.length > 0 : after.some((byte) => byte !== 0)) throw new DerError('there are bytes after the element')
  return element
}

/** The children of an element that must carry this tag. */
export function childrenOf(element: Element | undefined, tag: number): readonly Element[] {
  return expectTag(element, tag).children
}

/** The child of an EXPLICIT tag. */
export function onlyChildOf(element: Element | undefined, tag: number): Element {
  const children = childrenOf(element, tag)
  const [child] = children
  if (child === undefined || children.length !== 1) throw new DerError('one element was expected')
  return child
}

/** The content of a primitive element that must carry this tag. */
export function contentOf(element: Element | undefined, tag: number): Uint8Array {
  return expectTag(element, tag).content
}

export function oidOf(element: Element | undefined): string {
  const { oid } = expectTag(element, tags.oid)
  if (oid === undefined) throw new DerError('an object identifier was expected')
  return oid
}

/** The octets of a BIT STRING that ends on a whole byte, as signatures and keys do. */
export function bitsOf(element: Element | undefined): Uint8Array {
  const content = contentOf(element, tags.bitString)
  if (content[0] !== 0) throw new DerError('a bit string of whole bytes was expected')
  return content.subarray(1)
}

/** A non-negative INTEGER that fits a number. */
export function smallIntegerOf(element: Element | undefined): number {
  const content = contentOf(element, tags.integer)
  if (content.length === 0 || content.length > 6 || ((content[0] ?? 0) & 0x80) !== 0) throw new DerError('a small integer was expected')
  return content.reduce((value, byte) => value * 256 + byte, 0)
}

export function booleanOf(element: Element | undefined): boolean {
  const content = contentOf(element, tags.boolean)
  if (content.length !== 1 || (content[0] !== 0 && content[0] !== 0xff)) throw new DerError('a boolean was expected')
  return content[0] === 0xff
}

/** UTCTime or GeneralizedTime in the forms that RFC 5280 allows (section 4.1.2.5): seconds, and Z. */
export function timeOf(element: Element | undefined): Date {
  if (element?.tag !== tags.utcTime && element?.tag !== tags.generalizedTime) throw new DerError('a time was expected')
  const text = String.fromCharCode(...element.content)
  const pattern = element.tag === tags.utcTime ? /^(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/ : /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/
  const [year, month, day, hour, minute, second] = (pattern.exec(text) ?? []).slice(1).map(Number)
  if (year === undefined || month === undefined) throw new DerError('a time was expected')
  const fullYear = element.tag === tags.generalizedTime ? year : year < 50 ? 2000 + year : 1900 + year
  const time = new Date(0)
  time.setUTCFullYear(fullYear, month - 1, day)
  time.setUTCHours(hour ?? 0, minute, second)
  return time
}

export function sameBytes(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((byte, index) => byte === other[index])
}

function parse(bytes: Uint8Array): BaseBlock {
  try {
    const { offset, result } = fromBER(bytes, limits)
    if (offset !== -1) return result
    throw new Error(result.error)
  } catch (thrown) {
    // The library throws as well as it returns errors: on the content of a time, for one.
    throw new DerError('the element is malformed', { cause: thrown })
  }
}

function expectTag(element: Element | undefined, tag: number): Element {
  if (element?.tag !== tag) throw new DerError(`tag ${tag.toString(16)} was expected, not ${element?.tag.toString(16) ?? 'the end'}`)
  return element
}

function elementOf(block: BaseBlock): Element {
  const raw = block.valueBeforeDecodeView
  const headerBytes = block.idBlock.blockLength + block.lenBlock.blockLength
  const content = raw.subarray(headerBytes)
  if (block.idBlock.blockLength !== 1) throw new DerError('a tag above 30 is used nowhere here')
  if (block.lenBlock.isIndefiniteForm || block.lenBlock.blockLength !== lengthBytes(content.length)) throw new DerError('a length is not in DER')
  return {
    tag: raw[0] ?? 0,
    raw,
    content,
    children: block instanceof Constructed ? block.valueBlock.value.map(elementOf) : [],
    oid: block instanceof ObjectIdentifier ? block.getValue() : undefined,
  }
}

function lengthBytes(length: number): number {
  if (length < 0x80) return 1
  return length < 0x100 ? 2 : length < 0x1_0000 ? 3 : length < 0x100_0000 ? 4 : 5
}
