import { weaknessOf } from '../cms/signature-scheme.ts'
import { buildChain } from '../trust/build-chain.ts'
import type { ChainReport } from '../trust/build-chain.ts'
import { maySign } from '../trust/certificate.ts'
import type { Certificate } from '../trust/certificate.ts'
import { judgePath } from '../trust/judge-revocation.ts'
import type { PathStatus } from '../trust/judge-revocation.ts'
import type { ProvenTimes, Trust } from './prove-times.ts'
import type { Finding, RevocationReport } from './report.ts'
import { revocationOf } from './revocation-of.ts'

export interface CertificateJudgement {
  readonly findings: readonly Finding[]
  readonly chain: ChainReport
  readonly revocation: RevocationReport
}

/** The chain and its revocation at the time that is proven for the signature, else now (EN 319 102-1, 5.2.6, 5.5.4, 5.6.2). */
export function judgeCertificate(certificate: Certificate, times: ProvenTimes, trust: Trust): CertificateJudgement {
  const { look, proof } = times
  const at = proof === undefined || proof.at > trust.at ? trust.at : proof.at
  const carried = look.integrity?.container?.certificates ?? []
  const chain = buildChain({ leaf: certificate, intermediates: [...carried, ...trust.intermediates], roots: trust.roots, at })
  const statuses = chain.status === 'trusted' ? judgePath(chain.path, trust.evidence, at, trust.at) : []
  const found = [...chainFindings(chain), ...revocationFindings(statuses, times)]
  if (!look.isDocumentTimeStamp && !maySign(certificate)) found.push('certificate-not-for-signing')
  const faults = look.isDocumentTimeStamp ? (times.timeStamp?.faults ?? []) : []
  if (faults.includes('not-a-time-stamping-authority')) found.push('not-a-time-stamping-authority')
  const scheme = look.integrity?.container?.signer.scheme
  const weak = scheme && certificate.publicKey && weaknessOf(scheme, certificate.publicKey)
  if (weak !== undefined || chain.weaknesses.length > 0) found.push('algorithm-weak')
  return { findings: found, chain, revocation: revocationOf(statuses) }
}

function chainFindings({ problems, status }: ChainReport): Finding[] {
  return problems.map(({ code }) => {
    if (code === 'no-issuer') return 'chain-unknown'
    if (code === 'expired' || code === 'not-yet-valid') return 'certificate-out-of-time'
    return status === 'unknown' ? 'chain-undecided' : 'chain-broken'
  })
}

/** A revocation counts from its time on: what is proven to be older stays good. */
function revocationFindings(statuses: readonly PathStatus[], { proof, madeAfter }: ProvenTimes): Finding[] {
  return statuses.flatMap(({ status }, index): Finding[] => {
    if (status.kind !== 'revoked' || (proof !== undefined && proof.at < status.revokedAt)) return []
    if (index > 0) return ['authority-revoked']
    if (status.reason === 'certificate-hold') return ['certificate-suspended']
    return [madeAfter !== undefined && madeAfter >= status.revokedAt ? 'signed-after-revocation' : 'certificate-revoked']
  })
}
