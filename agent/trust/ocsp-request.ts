import { createHash } from 'node:crypto'
import { oids } from '../cms/object-identifiers.ts'
import { contextTag, exactlyOf, bitsOf, readDer, tags } from '../cms/read-der.ts'
import { element, integer, nothing, octets, oid, sequence } from '../cms/write-der.ts'
import type { Certificate } from './certificate.ts'

/** OCSPRequest for one certificate (RFC 6960, 4.1.1). SHA-1 only names the issuer here, and every responder knows it (RFC 5019). */
export function buildOcspRequest(certificate: Certificate, issuer: Certificate, nonce: Uint8Array): Uint8Array {
  const certificateId = sequence(
    sequence(oid(oids.sha1), nothing),
    octets(createHash('sha1').update(certificate.issuer.raw).digest()),
    octets(createHash('sha1').update(keyBits(issuer)).digest()),
    integer(certificate.serial),
  )
  const nonceExtension = sequence(oid(oids.ocspNonce), octets(octets(nonce)))
  return sequence(sequence(sequence(sequence(certificateId)), element(contextTag(2), sequence(nonceExtension))))
}

/** The key of a certificate as issuerKeyHash digests it: the value of the BIT STRING without its first octet. */
export function keyBits({ publicKeyInfo }: Certificate): Uint8Array {
  return bitsOf(exactlyOf(2, readDer(publicKeyInfo), tags.sequence)[1])
}
