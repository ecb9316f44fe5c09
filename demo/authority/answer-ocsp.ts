import { createHash, randomBytes } from 'node:crypto'
import * as asn1 from 'asn1js'
import type { Signatory } from './certificate.ts'
import { algorithm, childrenOf, names, octets, octetsOf, oid, readDer, sequence, signBytes, tagged, taggedNothing, time, writeDer } from './der.ts'

/** How a responder can misbehave inside an answer that looks like one. */
export const ocspFaults = ['wrong-nonce', 'wrong-certificate', 'wrong-signature', 'stale', 'unknown', 'try-later'] as const
export type OcspFault = (typeof ocspFaults)[number]

export interface Revocation {
  at: Date
  /** Number of the CRLReason (RFC 5280, 5.3.1). */
  reason: number
}

/** One authority that the responder answers for. */
export interface OcspDesk {
  issuer: Signatory
  /** Who signs: the issuer itself, or somebody whom it entitled. */
  signatory: Signatory
  /** By serial number, hex. */
  revocations: ReadonlyMap<string, Revocation>
}

const nonceId = '1.3.6.1.5.5.7.48.1.2'
const basicResponse = '1.3.6.1.5.5.7.48.1.1'
const dayMs = 86_400_000

/** Answers an OCSPRequest for one certificate (RFC 6960). Throws for what is no request. */
export function answerOcsp(request: Uint8Array, desks: readonly OcspDesk[], fault?: OcspFault): Uint8Array {
  const fields = childrenOf(childrenOf(readDer(request))[0])
  const [certificateId] = childrenOf(childrenOf(fields.find((field) => field instanceof asn1.Sequence))[0])
  const [, nameHash, , serial] = childrenOf(certificateId)
  const desk = desks.find(({ issuer }) => hashOf(issuer.certificate.subjectName.toArrayBuffer()) === Buffer.from(octetsOf(nameHash)).toString('hex'))
  if (desk === undefined || fault === 'try-later') return writeDer(sequence(new asn1.Enumerated({ value: fault === 'try-later' ? 3 : 6 })))
  if (!(serial instanceof asn1.Integer)) throw new Error('the request names no certificate')
  const extensions = fields.find((field) => field.idBlock.tagClass === 3 && field.idBlock.tagNumber === 2)
  return signedAnswer(desk, serial, nonceOf(extensions), fault)
}

function signedAnswer(desk: OcspDesk, serial: asn1.Integer, nonce: Uint8Array | undefined, fault: OcspFault | undefined): Uint8Array {
  const { certificate } = desk.issuer
  const thisUpdate = new Date(Date.now() - (fault === 'stale' ? 30 * dayMs : 60_000))
  const number = Buffer.from(serial.valueBlock.valueHexView).toString('hex')
  const answer = sequence(
    sequence(
      algorithm(names.sha1),
      octets(Buffer.from(hashOf(certificate.subjectName.toArrayBuffer()), 'hex')),
      octets(createHash('sha1').update(keyBits(certificate.publicKey.rawData)).digest()),
      fault === 'wrong-certificate' ? new asn1.Integer({ value: 4711 }) : serial,
    ),
    statusOf(desk.revocations.get(number), fault),
    time(thisUpdate),
    tagged(0, time(new Date(thisUpdate.getTime() + dayMs))),
  )
  const sent = fault === 'wrong-nonce' ? randomBytes(16) : nonce
  const data = sequence(
    tagged(2, octets(createHash('sha1').update(keyBits(desk.signatory.certificate.publicKey.rawData)).digest())),
    time(thisUpdate),
    sequence(answer),
    ...(sent === undefined ? [] : [tagged(1, sequence(sequence(oid(nonceId), octets(writeDer(octets(sent))))))]),
  )
  const signed = signBytes(fault === 'wrong-signature' ? randomBytes(40) : writeDer(data), desk.signatory.key)
  const basic = sequence(
    data,
    signed.algorithm,
    new asn1.BitString({ valueHex: signed.signature }),
    ...(desk.signatory === desk.issuer ? [] : [tagged(0, sequence(readDer(new Uint8Array(desk.signatory.certificate.rawData))))]),
  )
  return writeDer(sequence(new asn1.Enumerated({ value: 0 }), tagged(0, sequence(oid(basicResponse), octets(writeDer(basic))))))
}

function statusOf(revocation: Revocation | undefined, fault: OcspFault | undefined): asn1.BaseBlock {
  if (fault === 'unknown') return taggedNothing(2)
  if (revocation === undefined) return taggedNothing(0)
  return tagged(1, time(revocation.at), tagged(0, new asn1.Enumerated({ value: revocation.reason })))
}

function nonceOf(extensions: asn1.BaseBlock | undefined): Uint8Array | undefined {
  if (extensions === undefined) return undefined
  for (const extension of childrenOf(childrenOf(extensions)[0])) {
    const [type, value] = childrenOf(extension)
    if (type instanceof asn1.ObjectIdentifier && type.getValue() === nonceId) return octetsOf(readDer(octetsOf(value)))
  }
  return undefined
}

function hashOf(bytes: ArrayBuffer): string {
  return createHash('sha1').update(new Uint8Array(bytes)).digest('hex')
}

function keyBits(publicKeyInfo: ArrayBuffer): Uint8Array {
  const [, bits] = childrenOf(readDer(new Uint8Array(publicKeyInfo)))
  if (!(bits instanceof asn1.BitString)) throw new Error('a key was expected')
  return bits.valueBlock.valueHexView
}
