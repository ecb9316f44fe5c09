import { createHash } from 'node:crypto'
import { oids } from './object-identifiers.ts'
import { tags } from './read-der.ts'
import type { MadeScheme } from './signature-scheme.ts'
import { octets, oid, sequence, setOf } from './write-der.ts'

export interface SignedAttributesInput {
  /** Over the two ranges of the document, by the digest of the scheme. */
  digest: Uint8Array
  /** The signer's certificate, DER. */
  certificate: Uint8Array
}

/**
 * The attributes that the signature is made over, as a DER SET OF (RFC 5652, 5.4): content-type, message-digest and
 * signing-certificate-v2 (RFC 5035). No signing-time: PAdES states the time in /M alone (EN 319 142-1, 6.3).
 */
export function buildSignedAttributes({ digest, certificate }: SignedAttributesInput): Uint8Array {
  const certificateHash = createHash('sha256').update(certificate).digest()
  // ESSCertIDv2 with its default hash, SHA-256, and no issuerSerial: the container carries the certificate itself.
  const signingCertificate = sequence(sequence(sequence(octets(certificateHash))))
  return setOf(
    tags.set,
    attribute(oids.contentType, oid(oids.data)),
    attribute(oids.messageDigest, octets(digest)),
    attribute(oids.signingCertificateV2, signingCertificate),
  )
}

/** What the key signs: by the digest that the document was hashed with (RFC 5652, 5.4). */
export function digestToSign(signedAttributes: Uint8Array, digest: MadeScheme['digest']): Uint8Array {
  return createHash(digest).update(signedAttributes).digest()
}

function attribute(type: string, value: Uint8Array): Uint8Array {
  return sequence(oid(type), setOf(tags.set, value))
}
