import { createHash, createPrivateKey, sign } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import forge from 'node-forge'

export interface SeedKey {
  certificateDer: Uint8Array
  key: KeyObject
}

export function openSeedKey({ certificateDer, privateKeyPem }: { certificateDer: Uint8Array; privateKeyPem: string }): SeedKey {
  return { certificateDer, key: createPrivateKey(privateKeyPem) }
}

type Node = forge.asn1.Asn1
const { Class, Type, create, oidToDer } = forge.asn1

const constructed = (type: forge.asn1.Type, value: Node[]): Node => create(Class.UNIVERSAL, type, true, value)
const sequence = (...value: Node[]): Node => constructed(Type.SEQUENCE, value)
const set = (...value: Node[]): Node => constructed(Type.SET, value)
const context0 = (...value: Node[]): Node => create(Class.CONTEXT_SPECIFIC, Type.NONE, true, value)
const primitive = (type: forge.asn1.Type, value: string): Node => create(Class.UNIVERSAL, type, false, value)
const oid = (dotted: string): Node => primitive(Type.OID, oidToDer(dotted).getBytes())
const octets = (bytes: Uint8Array): Node => primitive(Type.OCTETSTRING, Buffer.from(bytes).toString('latin1'))
const version1 = (): Node => primitive(Type.INTEGER, '\x01')

const pkcs7 = '1.2.840.113549.1.7'
const attributes = { contentType: '1.2.840.113549.1.9.3', messageDigest: '1.2.840.113549.1.9.4' }
const algorithm = (dotted: string): Node => sequence(oid(dotted), primitive(Type.NULL, ''))
const sha256 = (): Node => algorithm('2.16.840.1.101.3.4.2.1')
const rsa = (): Node => algorithm('1.2.840.113549.1.1.1')

/**
 * A detached SignedData (RFC 5652, 5) as the field's tools write it: SHA-256 and PKCS#1 v1.5, the signer's certificate alone, content
 * type and message digest as the only signed attributes.
 */
export function signDetached(content: Uint8Array, { certificateDer, key }: SeedKey): Buffer {
  const certificate = forge.asn1.fromDer(Buffer.from(certificateDer).toString('latin1'))
  const signedAttributes = [
    sequence(oid(attributes.contentType), set(oid(`${pkcs7}.1`))),
    sequence(oid(attributes.messageDigest), set(octets(createHash('sha256').update(content).digest()))),
  ]
  const signature = sign('sha256', derOf(set(...signedAttributes)), key)
  const signerInfo = sequence(version1(), issuerAndSerial(certificate), sha256(), context0(...signedAttributes), rsa(), octets(signature))
  const signedData = sequence(version1(), set(sha256()), sequence(oid(`${pkcs7}.1`)), context0(certificate), set(signerInfo))
  return derOf(sequence(oid(`${pkcs7}.2`), context0(signedData)))
}

/** RFC 5280, 4.1: version, serial number, algorithm, issuer. */
function issuerAndSerial(certificate: Node): Node {
  const [tbs] = childrenOf(certificate)
  const [, serial, , issuer] = tbs === undefined ? [] : childrenOf(tbs)
  if (serial === undefined || issuer === undefined) throw new Error('not a certificate')
  return sequence(issuer, serial)
}

function childrenOf(node: Node): Node[] {
  if (typeof node.value === 'string') throw new Error('a primitive value has no parts')
  return node.value
}

function derOf(node: Node): Buffer {
  return Buffer.from(forge.asn1.toDer(node).getBytes(), 'latin1')
}
