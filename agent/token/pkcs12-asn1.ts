import forge from 'node-forge'

/** Reading what node-forge has parsed. Strings of bytes are Latin-1 there; here they are Buffers. */
export type Asn1 = forge.asn1.Asn1

export function nodeAt(node: Asn1 | undefined): Asn1 {
  if (node === undefined) throw new RangeError('an element is missing')
  return node
}

export function partsOf(node: Asn1): readonly Asn1[] {
  if (typeof node.value === 'string') throw new RangeError('the element has no parts')
  return node.value
}

/** An OCTET STRING, whole or in pieces (BER). */
export function octetsOf(node: Asn1): Buffer {
  return typeof node.value === 'string' ? Buffer.from(node.value, 'latin1') : Buffer.concat(node.value.map(octetsOf))
}

export function oidOf(node: Asn1): string {
  if (typeof node.value !== 'string') throw new RangeError('not an object identifier')
  return forge.asn1.derToOid(node.value)
}

/** @throws RangeError beyond 2^53 and below 0 */
export function integerOf(node: Asn1): number {
  const bytes = octetsOf(node)
  const value = BigInt(`0x${bytes.toString('hex') || '0'}`)
  if ((bytes[0] ?? 0) >= 0x80 || value > BigInt(Number.MAX_SAFE_INTEGER)) throw new RangeError('not a number that makes sense here')
  return Number(value)
}

const hashes: Record<string, string> = {
  '1.3.14.3.2.26': 'sha1',
  '2.16.840.1.101.3.4.2.4': 'sha224',
  '2.16.840.1.101.3.4.2.1': 'sha256',
  '2.16.840.1.101.3.4.2.2': 'sha384',
  '2.16.840.1.101.3.4.2.3': 'sha512',
  // as pseudo-random functions of PBKDF2 (RFC 8018, B.1.2)
  '1.2.840.113549.2.7': 'sha1',
  '1.2.840.113549.2.8': 'sha224',
  '1.2.840.113549.2.9': 'sha256',
  '1.2.840.113549.2.10': 'sha384',
  '1.2.840.113549.2.11': 'sha512',
}

/** The name that node:crypto has for a digest, or for the digest inside an HMAC. */
export function hashNamed(oid: string): string | undefined {
  return hashes[oid]
}
