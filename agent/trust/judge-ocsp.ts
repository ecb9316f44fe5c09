import { createHash } from 'node:crypto'
import { sameBytes } from '../cms/read-der.ts'
import { checkSignature, weaknessOf } from '../cms/signature-scheme.ts'
import { purposesOf, servicePurposes } from './certificate.ts'
import type { Certificate } from './certificate.ts'
import { readCertificates, unlessMalformed } from './check-signer.ts'
import { keyBits } from './ocsp-request.ts'
import { readOcspResponse } from './ocsp-response.ts'
import type { OcspAnswer, OcspResponse } from './ocsp-response.ts'
import { timeFault } from './revocation.ts'
import type { RevocationQuestion, RevocationStatus, UnknownReason } from './revocation.ts'

/**
 * What a response says of a certificate (RFC 6960, 3.2): it must be signed by the issuer itself, or by a responder
 * that the issuer entitled.
 * @param nonce of the request, for a response that was just asked for; a response without one is taken, another one is not
 */
export function judgeOcsp(der: Uint8Array, question: RevocationQuestion, nonce?: Uint8Array): RevocationStatus {
  return unlessMalformed(() => judge(readOcspResponse(der), question, nonce)) ?? unknown('malformed')
}

function judge(response: OcspResponse | undefined, question: RevocationQuestion, nonce: Uint8Array | undefined): RevocationStatus {
  if (response === undefined) return unknown('refused-by-responder')
  const answer = response.answers.find((candidate) => isAbout(candidate, question))
  if (answer === undefined) return unknown('for-another-certificate')
  const fault = signatureFault(response, question.issuer)
  if (fault !== undefined) return unknown(fault)
  if (nonce !== undefined && response.nonce !== undefined && !sameBytes(response.nonce, nonce)) return unknown('nonce-differs')
  return statusFrom(answer, question)
}

function unknown(reason: UnknownReason): RevocationStatus {
  return { kind: 'unknown', reason }
}

function statusFrom({ status, thisUpdate, nextUpdate }: OcspAnswer, question: RevocationQuestion): RevocationStatus {
  const fault = timeFault(question, thisUpdate, nextUpdate)
  // A revocation does not go out of date, only its absence does.
  if (fault === 'from-the-future' || (fault !== undefined && status.kind !== 'revoked')) return unknown(fault)
  if (status.kind === 'revoked') return { kind: 'revoked', producedAt: thisUpdate, revokedAt: status.at, reason: status.reason }
  return status.kind === 'good' ? { kind: 'good', producedAt: thisUpdate, nextUpdate } : unknown('not-known-to-responder')
}

function isAbout(answer: OcspAnswer, { certificate, issuer }: RevocationQuestion): boolean {
  const { digest } = answer
  if (digest === undefined || !sameBytes(answer.serial, certificate.serial)) return false
  const hash = (bytes: Uint8Array) => createHash(digest).update(bytes).digest()
  return sameBytes(answer.issuerNameHash, hash(certificate.issuer.raw)) && sameBytes(answer.issuerKeyHash, hash(keyBits(issuer)))
}

function signatureFault(response: OcspResponse, issuer: Certificate): UnknownReason | undefined {
  const named = [issuer, ...readCertificates(response.certificates)].find((candidate) => isNamed(candidate, response))
  if (named === undefined || !isEntitled(named, issuer, response.producedAt)) return 'signer-not-entitled'
  const { publicKey } = named
  if (publicKey === undefined || weaknessOf(response.scheme, publicKey) === 'short-key') return 'signature-wrong'
  return checkSignature(response.scheme, publicKey, response.tbs, response.signature) ? undefined : 'signature-wrong'
}

function isNamed(candidate: Certificate, { responder }: OcspResponse): boolean {
  if (responder.kind === 'name') return candidate.subject.canonical === responder.name.canonical
  return sameBytes(createHash('sha1').update(keyBits(candidate)).digest(), responder.sha1)
}

/** RFC 6960, 4.2.2.2: the issuer, or a certificate for OCSP signing that it issued itself and that was valid then. */
function isEntitled(signer: Certificate, issuer: Certificate, producedAt: Date): boolean {
  if (signer.sha256 === issuer.sha256) return true
  const { publicKey } = issuer
  const isForOcsp = purposesOf(signer)?.purposes.includes(servicePurposes.ocspSigning) === true
  if (!isForOcsp || publicKey === undefined || signer.issuer.canonical !== issuer.subject.canonical) return false
  if (producedAt < signer.notBefore || producedAt > signer.notAfter) return false
  return checkSignature(signer.scheme, publicKey, signer.tbs, signer.signature)
}
