import 'reflect-metadata'
import { AuthorityKeyIdentifierExtension, Extension, X509CrlGenerator, X509CrlReason } from '@peculiar/x509'
import { Integer } from 'asn1js'
import type { Revocation } from './answer-ocsp.ts'
import type { Signatory } from './certificate.ts'
import { writeDer } from './der.ts'

/** How a published list can be of no use. */
export const crlFaults = ['stale', 'delta', 'wrong-signature'] as const
export type CrlFault = (typeof crlFaults)[number]

const dayMs = 86_400_000

/** A complete list of one authority (RFC 5280, section 5), DER. */
export async function writeCrl(issuer: Signatory, revocations: ReadonlyMap<string, Revocation>, fault?: CrlFault): Promise<Uint8Array> {
  const thisUpdate = new Date(Math.floor(Date.now() / 1000) * 1000 - (fault === 'stale' ? 30 * dayMs : 60_000))
  const number = new Extension('2.5.29.20', false, new Uint8Array(writeDer(new Integer({ value: 7 }))))
  const delta = new Extension('2.5.29.27', true, new Uint8Array(writeDer(new Integer({ value: 6 }))))
  const list = await X509CrlGenerator.create({
    issuer: issuer.certificate.subjectName.toJSON(),
    thisUpdate,
    nextUpdate: new Date(thisUpdate.getTime() + 7 * dayMs),
    entries: [...revocations].map(([serialNumber, { at, reason }]) => ({ serialNumber, revocationDate: at, ...reasonOf(reason) })),
    extensions: [await AuthorityKeyIdentifierExtension.create(issuer.certificate.publicKey), number, ...(fault === 'delta' ? [delta] : [])],
    signingAlgorithm: issuer.key.signingAlgorithm,
    signingKey: issuer.key.privateKey,
  })
  const der = new Uint8Array(list.rawData)
  if (fault === 'wrong-signature') der[der.length - 1] = (der.at(-1) ?? 0) ^ 1
  return der
}

const reasons: ReadonlyMap<number, X509CrlReason> = new Map([
  [1, X509CrlReason.keyCompromise],
  [4, X509CrlReason.superseded],
  [5, X509CrlReason.cessationOfOperation],
  [6, X509CrlReason.certificateHold],
])

function reasonOf(number: number): { reason?: X509CrlReason } {
  const reason = reasons.get(number)
  return reason === undefined ? {} : { reason }
}
