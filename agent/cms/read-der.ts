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
}

export const tags = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  null: 0x05,
  oid: 0x06,
  enumerated: 0x0a,
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

const limits = { depth: 40, elements: 20_000, oidBytes: 64 }

/**
 * Reads one element. What follows it must be nothing or, where padding is allowed, zeros.
 * @throws DerError
 */
export function readDer(bytes: Uint8Array, rest: 'nothing' | 'zeros' = 'nothing'): Element {
  const element = elementAt(bytes, 0, bytes.length, { depth: 0, elementsLeft: limits.elements })
  const after = bytes.subarray(element.raw.length)
  if (rest === 'nothing' ? after.length > 0 : after.some((byte) => byte !== 0)) throw new DerError('there are bytes after the element')
  return element
}

/**
 * The elements that follow each other in these bytes, without what is inside them: for lists that are too long to be
 * held as a tree.
 * @throws DerError
 */
export function* scanDer(bytes: Uint8Array): Generator<Element> {
  for (let at = 0; at < bytes.length; ) {
    const { tag, contentStart, end } = headerAt(bytes, at, bytes.length)
    yield { tag, raw: bytes.subarray(at, end), content: bytes.subarray(contentStart, end), children: [] }
    at = end
  }
}

/** The children of an element that must carry this tag. */
export function childrenOf(element: Element | undefined, tag: number): readonly Element[] {
  return expectTag(element, tag).children
}

/** The children of an element that must carry this tag and hold exactly so many. */
export function exactlyOf(count: number, element: Element | undefined, tag: number): readonly Element[] {
  const children = childrenOf(element, tag)
  if (children.length !== count) throw new DerError(`${count} elements were expected, not ${children.length}`)
  return children
}

/** The child of an EXPLICIT tag. */
export function onlyChildOf(element: Element | undefined, tag: number): Element {
  const [child] = exactlyOf(1, element, tag)
  if (child === undefined) throw new DerError('one element was expected')
  return child
}

/** The content of a primitive element that must carry this tag. */
export function contentOf(element: Element | undefined, tag: number): Uint8Array {
  return expectTag(element, tag).content
}

/** Dotted. */
export function oidOf(element: Element | undefined): string {
  const arcs: bigint[] = []
  let arc = 0n
  const content = contentOf(element, tags.oid)
  if (content.length > limits.oidBytes) throw new DerError('an object identifier is too long')
  for (const [index, byte] of content.entries()) {
    if (arc === 0n && byte === 0x80) throw new DerError('an arc is padded')
    arc = (arc << 7n) | BigInt(byte & 0x7f)
    if ((byte & 0x80) !== 0 && index < content.length - 1) continue
    arcs.push(arc)
    arc = 0n
  }
  const [first] = arcs
  if (first === undefined || ((content.at(-1) ?? 0) & 0x80) !== 0) throw new DerError('an object identifier was expected')
  const root = first < 80n ? first / 40n : 2n
  return [root, first - root * 40n, ...arcs.slice(1)].join('.')
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

/** GeneralizedTime with or without a fraction of a second (RFC 3161, 2.4.2); milliseconds are kept. */
export function preciseTimeOf(element: Element | undefined): Date {
  const text = String.fromCharCode(...contentOf(element, tags.generalizedTime))
  const [, year, month, day, hour, minute, second, fraction = ''] = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(?:\.(\d{1,9}))?Z$/.exec(text) ?? []
  const time = new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}.${fraction.padEnd(3, '0').slice(0, 3)}Z`)
  if (Number.isNaN(time.getTime())) throw new DerError('a time was expected')
  return time
}

export function sameBytes(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((byte, index) => byte === other[index])
}

function expectTag(element: Element | undefined, tag: number): Element {
  if (element?.tag !== tag) throw new DerError(`tag ${tag.toString(16)} was expected, not ${element?.tag.toString(16) ?? 'the end'}`)
  return element
}

interface Walk {
  depth: number
  elementsLeft: number
}

/** Every child ends inside its parent, and the last one at its end; lengths are definite and as short as can be (X.690, 10.1). */
function elementAt(bytes: Uint8Array, start: number, end: number, walk: Walk): Element {
  if (walk.depth > limits.depth || walk.elementsLeft-- <= 0) throw new DerError('the elements are too many or too deep')
  const { tag, contentStart, end: contentEnd } = headerAt(bytes, start, end)
  const constructed = (tag & 0x20) !== 0
  return {
    tag,
    raw: bytes.subarray(start, contentEnd),
    content: bytes.subarray(contentStart, contentEnd),
    children: constructed ? childrenBetween(bytes, contentStart, contentEnd, walk) : [],
  }
}

function headerAt(bytes: Uint8Array, start: number, limit: number): { tag: number; contentStart: number; end: number } {
  const tag = bytes[start]
  if (tag === undefined || start + 2 > limit) throw new DerError('there is no element')
  if (tag === 0) throw new DerError('tag 0 is reserved')
  if ((tag & 0x1f) === 0x1f) throw new DerError('a tag above 30 is used nowhere here')
  const { contentStart, lengthBytes } = lengthAt(bytes, start + 1, limit)
  const end = contentStart + lengthBytes
  if (end > limit) throw new DerError('an element is longer than what holds it')
  if ((tag & 0xe0) === 0x20 && tag !== tags.sequence && tag !== tags.set) throw new DerError('a string is in parts')
  return { tag, contentStart, end }
}

function childrenBetween(bytes: Uint8Array, start: number, end: number, walk: Walk): Element[] {
  const children: Element[] = []
  walk.depth++
  for (let at = start; at < end; ) {
    const child = elementAt(bytes, at, end, walk)
    children.push(child)
    at += child.raw.length
  }
  walk.depth--
  return children
}

function lengthAt(bytes: Uint8Array, at: number, end: number): { contentStart: number; lengthBytes: number } {
  const first = bytes[at] ?? 0
  if (first < 0x80) return { contentStart: at + 1, lengthBytes: first }
  const digits = bytes.subarray(at + 1, Math.min(at + 1 + (first & 0x7f), end))
  const lengthBytes = digits.reduce((value, byte) => value * 256 + byte, 0)
  const shortest = digits.length > 0 && digits[0] !== 0 && lengthBytes >= 0x80
  if (!shortest || digits.length > 4 || digits.length !== (first & 0x7f)) throw new DerError('a length is not in DER')
  return { contentStart: at + 1 + digits.length, lengthBytes }
}
