/** The little of DER (X.690) that certificates and ECDSA values need here, without a library in the agent's main process. */
export interface DerElement {
  tag: number
  content: Uint8Array
}

/** The elements that fill `bytes` one after the other. @throws RangeError where lengths do not fit */
export function readElements(bytes: Uint8Array): DerElement[] {
  const elements: DerElement[] = []
  let offset = 0
  while (offset < bytes.length) {
    const tag = byteAt(bytes, offset)
    const { length, start } = readLength(bytes, offset + 1)
    if (start + length > bytes.length) throw new RangeError('a DER element is longer than what holds it')
    elements.push({ tag, content: bytes.subarray(start, start + length) })
    offset = start + length
  }
  return elements
}

/** The only element of `bytes`, which must have this tag. */
export function readElement(bytes: Uint8Array, tag: number): DerElement {
  const [element, ...more] = readElements(bytes)
  if (element?.tag !== tag || more.length > 0) throw new RangeError(`not one DER element with the tag ${tag}`)
  return element
}

/** Content of up to 127 bytes, which is all that an ECDSA value of P-384 has. */
export function writeShortElement(tag: number, content: Uint8Array): Uint8Array {
  if (content.length > 127) throw new RangeError('the content needs a long length')
  return Uint8Array.of(tag, content.length, ...content)
}

function readLength(bytes: Uint8Array, offset: number): { length: number; start: number } {
  const first = byteAt(bytes, offset)
  if (first < 0x80) return { length: first, start: offset + 1 }
  const size = first & 0x7f
  if (size === 0 || size > 4) throw new RangeError('not a DER length')
  let length = 0
  for (let index = 1; index <= size; index++) length = length * 256 + byteAt(bytes, offset + index)
  return { length, start: offset + 1 + size }
}

function byteAt(bytes: Uint8Array, offset: number): number {
  const byte = bytes[offset]
  if (byte === undefined) throw new RangeError('DER ends early')
  return byte
}
