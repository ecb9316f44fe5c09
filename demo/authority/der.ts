import { createPrivateKey, sign } from 'node:crypto'
import * as asn1 from 'asn1js'
import type { BaseBlock } from 'asn1js'
import type { KeyPair } from './key-pair.ts'

/** What the servers of the authority write, in the terms of X.680. */
export function sequence(...value: BaseBlock[]): asn1.Sequence {
  return new asn1.Sequence({ value })
}

export function set(...value: BaseBlock[]): asn1.Set {
  return new asn1.Set({ value })
}

export function oid(value: string): asn1.ObjectIdentifier {
  return new asn1.ObjectIdentifier({ value })
}

export function octets(valueHex: Uint8Array): asn1.OctetString {
  return new asn1.OctetString({ valueHex })
}

export function time(valueDate: Date): asn1.GeneralizedTime {
  return new asn1.GeneralizedTime({ valueDate: new Date(Math.floor(valueDate.getTime() / 1000) * 1000) })
}

/** `[number]` around something: EXPLICIT, or IMPLICIT over what is constructed. */
export function tagged(tagNumber: number, ...value: BaseBlock[]): asn1.Constructed {
  return new asn1.Constructed({ idBlock: { tagClass: 3, tagNumber }, value })
}

/** `[number] IMPLICIT NULL`. */
export function taggedNothing(tagNumber: number): asn1.Primitive {
  return new asn1.Primitive({ idBlock: { tagClass: 3, tagNumber } })
}

export function algorithm(name: string): asn1.Sequence {
  return sequence(oid(name), new asn1.Null())
}

export function readDer(bytes: Uint8Array): BaseBlock {
  const { offset, result } = asn1.fromBER(bytes)
  if (offset === -1) throw new Error('this is not DER')
  return result
}

export function writeDer(block: BaseBlock): Uint8Array {
  return new Uint8Array(block.toBER())
}

export function childrenOf(block: BaseBlock | undefined): BaseBlock[] {
  if (!(block instanceof asn1.Sequence || block instanceof asn1.Set || block instanceof asn1.Constructed)) throw new Error('a list was expected')
  return block.valueBlock.value
}

export function octetsOf(block: BaseBlock | undefined): Uint8Array {
  if (!(block instanceof asn1.OctetString)) throw new Error('octets were expected')
  return block.valueBlock.valueHexView
}

export const names = {
  sha1: '1.3.14.3.2.26',
  sha256: '2.16.840.1.101.3.4.2.1',
  sha256WithRsa: '1.2.840.113549.1.1.11',
  ecdsaWithSha256: '1.2.840.10045.4.3.2',
} as const

export interface SignedBytes {
  algorithm: asn1.Sequence
  signature: Uint8Array
}

/** With SHA-256; ECDSA values in DER. */
export function signBytes(bytes: Uint8Array, { privateKeyPem }: KeyPair): SignedBytes {
  const key = createPrivateKey(privateKeyPem)
  const isRsa = key.asymmetricKeyType === 'rsa'
  return { algorithm: isRsa ? algorithm(names.sha256WithRsa) : sequence(oid(names.ecdsaWithSha256)), signature: sign('sha256', bytes, key) }
}
