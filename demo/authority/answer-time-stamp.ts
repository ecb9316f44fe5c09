import { createHash, randomBytes } from 'node:crypto'
import * as asn1 from 'asn1js'
import type { Signatory } from './certificate.ts'
import { algorithm, childrenOf, names, octets, octetsOf, oid, readDer, sequence, set, signBytes, tagged, time, writeDer } from './der.ts'

/** How the time-stamping authority can misbehave inside an answer that looks like one. */
export const timeStampFaults = ['wrong-nonce', 'no-nonce', 'wrong-imprint', 'wrong-policy', 'wrong-signature', 'rejection', 'waiting'] as const
export type TimeStampFault = (typeof timeStampFaults)[number]

export interface TimeStampServer {
  /** Who signs the tokens; a certificate that must not is how the wrong ones are made. */
  signatory: Signatory
  /** DER, below the root. */
  chain: Uint8Array[]
  fault?: TimeStampFault | undefined
}

const policy = '1.3.6.1.4.1.99999.1.2'
const ids = {
  signedData: '1.2.840.113549.1.7.2',
  timeStampInfo: '1.2.840.113549.1.9.16.1.4',
  contentType: '1.2.840.113549.1.9.3',
  messageDigest: '1.2.840.113549.1.9.4',
  signingCertificateV2: '1.2.840.113549.1.9.16.2.47',
}

/** Answers a TimeStampReq with a TimeStampResp (RFC 3161). Throws for what is no request. */
export function answerTimeStamp(request: Uint8Array, server: TimeStampServer): Uint8Array {
  const [, imprint, ...rest] = childrenOf(readDer(request))
  if (server.fault === 'rejection' || server.fault === 'waiting') return writeDer(sequence(status(server.fault === 'rejection' ? 2 : 3)))
  const nonce = rest.find((field) => field instanceof asn1.Integer)
  const askedPolicy = rest.find((field) => field instanceof asn1.ObjectIdentifier)
  const info = writeDer(sequence(
    new asn1.Integer({ value: 1 }),
    server.fault === 'wrong-policy' ? oid('1.3.6.1.4.1.99999.1.3') : (askedPolicy ?? oid(policy)),
    server.fault === 'wrong-imprint' ? sequence(algorithm(names.sha256), octets(randomBytes(32))) : copyOf(imprint),
    new asn1.Integer({ valueHex: Buffer.concat([Uint8Array.of(1), randomBytes(15)]) }),
    time(new Date()),
    ...nonceFields(nonce, server.fault),
  ))
  return writeDer(sequence(status(0), token(info, server)))
}

function status(value: number): asn1.Sequence {
  return sequence(new asn1.Integer({ value }))
}

function copyOf(imprint: ReturnType<typeof childrenOf>[number] | undefined): asn1.Sequence {
  const [, hash] = childrenOf(imprint)
  return sequence(algorithm(names.sha256), octets(octetsOf(hash)))
}

function nonceFields(nonce: asn1.Integer | undefined, fault: TimeStampFault | undefined): asn1.Integer[] {
  if (fault === 'wrong-nonce') return [new asn1.Integer({ value: 4711 })]
  return nonce === undefined || fault === 'no-nonce' ? [] : [nonce]
}

/** ContentInfo with SignedData around the TSTInfo (RFC 5652), with the certificate's reference of RFC 5816. */
function token(info: Uint8Array, { signatory, chain, fault }: TimeStampServer): asn1.Sequence {
  const { certificate, key } = signatory
  const own = new Uint8Array(certificate.rawData)
  const attributes = [
    attribute(ids.contentType, oid(ids.timeStampInfo)),
    attribute(ids.messageDigest, octets(createHash('sha256').update(info).digest())),
    attribute(ids.signingCertificateV2, sequence(sequence(sequence(octets(createHash('sha256').update(own).digest()))))),
  ].toSorted((one, other) => Buffer.compare(writeDer(one), writeDer(other)))
  const signed = signBytes(fault === 'wrong-signature' ? randomBytes(40) : writeDer(set(...attributes)), key)
  const signerInfo = sequence(
    new asn1.Integer({ value: 1 }),
    sequence(readDer(new Uint8Array(certificate.issuerName.toArrayBuffer())), new asn1.Integer({ valueHex: Buffer.from(certificate.serialNumber, 'hex') })),
    algorithm(names.sha256),
    tagged(0, ...attributes),
    signed.algorithm,
    octets(signed.signature),
  )
  const signedData = sequence(
    new asn1.Integer({ value: 3 }),
    set(algorithm(names.sha256)),
    sequence(oid(ids.timeStampInfo), tagged(0, octets(info))),
    tagged(0, ...[own, ...chain].toSorted((one, other) => Buffer.compare(one, other)).map(readDer)),
    set(signerInfo),
  )
  return sequence(oid(ids.signedData), tagged(0, signedData))
}

function attribute(type: string, value: asn1.BaseBlock): asn1.Sequence {
  return sequence(oid(type), set(value))
}
