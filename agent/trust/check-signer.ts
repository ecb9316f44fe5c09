import { createHash } from 'node:crypto'
import type { SignedData, Signer } from '../cms/parse-signed-data.ts'
import { DerError, sameBytes } from '../cms/read-der.ts'
import { checkSignature } from '../cms/signature-scheme.ts'
import { readCertificate } from './certificate.ts'
import type { Certificate } from './certificate.ts'

/** What can be wrong between a container and the certificate of its signer. */
export type SignerFault =
  | 'algorithm-unsupported'
  | 'signature-wrong'
  | 'signer-certificate-missing'
  | 'signer-certificate-differs'
  | 'signer-certificate-unbound'

export interface SignerCheck {
  /** Whose signature it is, as soon as a certificate was found. */
  readonly certificate: Certificate | undefined
  readonly fault: SignerFault | undefined
}

/**
 * Whether the signed attributes of a container are signed by the certificate that they name (RFC 5652, 5.6; RFC 5035).
 * That they cover the content is for the caller to ask.
 * @param extraCertificates from elsewhere, DER; the container's own come first
 */
export function checkSigner({ signer, certificates }: SignedData, extraCertificates: readonly Uint8Array[]): SignerCheck {
  const certificate = signerCertificate(signer, [...certificates, ...extraCertificates])
  if (certificate === undefined) return { certificate, fault: 'signer-certificate-missing' }
  if (certificate.publicKey === undefined || signer.scheme.kind === 'unsupported') return { certificate, fault: 'algorithm-unsupported' }
  const holds = checkSignature(signer.scheme, certificate.publicKey, signer.signedAttributes, signer.signature)
  return { certificate, fault: holds ? bindingFault(signer, certificate) : 'signature-wrong' }
}

function signerCertificate({ identifier }: Signer, candidates: readonly Uint8Array[]): Certificate | undefined {
  return readCertificates(candidates).find((certificate) =>
    identifier.kind === 'issuer-and-serial'
      ? sameBytes(certificate.issuer.raw, identifier.issuer) && sameBytes(certificate.serial, identifier.serial)
      : certificate.subjectKeyIdentifier !== undefined && sameBytes(certificate.subjectKeyIdentifier, identifier.keyIdentifier),
  )
}

/** The signed reference to the certificate: without it another certificate of the same key could be put in its place. */
function bindingFault({ signingCertificate }: Signer, certificate: Certificate): SignerFault | undefined {
  if (signingCertificate === undefined) return 'signer-certificate-unbound'
  const { digest, certificateHash } = signingCertificate
  if (digest === undefined) return 'algorithm-unsupported'
  const holds = sameBytes(createHash(digest).update(certificate.der).digest(), certificateHash)
  return holds ? undefined : 'signer-certificate-differs'
}

/** Those of them that are certificates. */
export function readCertificates(ders: readonly Uint8Array[]): Certificate[] {
  return ders.flatMap((der) => unlessMalformed(() => readCertificate(der)) ?? [])
}

/** @returns undefined where the bytes are not the DER they should be */
export function unlessMalformed<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch (thrown) {
    if (thrown instanceof DerError) return undefined
    throw thrown
  }
}
