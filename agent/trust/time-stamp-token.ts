import { parseTimeStampToken } from '../cms/parse-signed-data.ts'
import type { SignedData } from '../cms/parse-signed-data.ts'
import {
  childrenOf, contentOf, exactlyOf, oidOf, preciseTimeOf, readDer, sameBytes, smallIntegerOf, tags, DerError,
} from '../cms/read-der.ts'
import { digestOf } from '../cms/signature-scheme.ts'
import type { DigestName } from '../cms/signature-scheme.ts'
import { createHash } from 'node:crypto'
import { buildChain } from './build-chain.ts'
import type { ChainReport } from './build-chain.ts'
import { maySign, purposesOf, servicePurposes } from './certificate.ts'
import type { Certificate } from './certificate.ts'
import { checkSigner } from './check-signer.ts'

/** A time-stamp token and its TSTInfo (RFC 3161, 2.4.2), read and not judged. */
export interface TimeStampToken {
  readonly signedData: SignedData & { readonly content: Uint8Array }
  readonly policy: string
  readonly imprint: { digest: DigestName | undefined; hash: Uint8Array }
  readonly genTime: Date
  /** Content octets of the INTEGER. */
  readonly nonce: Uint8Array | undefined
}

/** Why a token proves no time. */
export type TimeStampFault =
  | 'token-malformed'
  | 'imprint-differs'
  | 'algorithm-unsupported'
  | 'signature-wrong'
  | 'authority-certificate-missing'
  | 'authority-certificate-unbound'
  | 'not-a-time-stamping-authority'
  | 'authority-out-of-time'
  | 'authority-not-trusted'
  | 'authority-revoked'

export interface TimeStampJudgement {
  /** None: the token proves that the stamped bytes existed at `genTime`. */
  readonly faults: readonly TimeStampFault[]
  readonly certificate: Certificate | undefined
  readonly chain: ChainReport | undefined
}

export interface TimeStampQuestion {
  /** Digest of what must have been stamped. */
  digestOf: (digest: DigestName) => Uint8Array
  roots: readonly Certificate[]
  /** DER, from elsewhere. */
  extraCertificates: readonly Uint8Array[]
  /** When the certificate of the authority is judged: now, or a time that a later stamp proves. */
  at: Date
}

/** @throws DerError */
export function readTimeStampToken(token: Uint8Array): TimeStampToken {
  const signedData = parseTimeStampToken(token)
  const [version, policy, imprint, serial, genTime, ...rest] = childrenOf(readDer(signedData.content), tags.sequence)
  if (smallIntegerOf(version) !== 1) throw new DerError('the version is unknown')
  contentOf(serial, tags.integer)
  const [algorithm, hash] = exactlyOf(2, imprint, tags.sequence)
  return {
    signedData,
    policy: oidOf(policy),
    imprint: { digest: digestOf(algorithm), hash: contentOf(hash, tags.octetString) },
    genTime: preciseTimeOf(genTime),
    nonce: rest.find(({ tag }) => tag === tags.integer)?.content,
  }
}

/** Everything but what belongs to a request: imprint, signature, and whether it is a trusted authority's. */
export function judgeTimeStamp({ signedData, imprint }: TimeStampToken, question: TimeStampQuestion): TimeStampJudgement {
  const failed = (fault: TimeStampFault, certificate?: Certificate): TimeStampJudgement => ({ faults: [fault], certificate, chain: undefined })
  const { signer, content } = signedData
  if (imprint.digest === undefined || signer.digest === undefined) return failed('algorithm-unsupported')
  if (!sameBytes(imprint.hash, question.digestOf(imprint.digest))) return failed('imprint-differs')
  if (!sameBytes(createHash(signer.digest).update(content).digest(), signer.messageDigest)) return failed('signature-wrong')
  const { certificate, fault } = checkSigner(signedData, question.extraCertificates)
  if (certificate === undefined) return failed('authority-certificate-missing')
  if (fault !== undefined) return failed(signerFaults[fault], certificate)
  const intermediates = [...signedData.certificates, ...question.extraCertificates]
  const chain = buildChain({ leaf: certificate, intermediates, roots: question.roots, at: question.at })
  return { faults: authorityFaults(certificate, chain), certificate, chain }
}

const signerFaults = {
  'algorithm-unsupported': 'algorithm-unsupported',
  'signature-wrong': 'signature-wrong',
  'signer-certificate-missing': 'authority-certificate-missing',
  'signer-certificate-differs': 'authority-certificate-unbound',
  'signer-certificate-unbound': 'authority-certificate-unbound',
} as const

/** RFC 3161, 2.3: the certificate is for time stamping alone, and says so in a critical extension. */
function authorityFaults(certificate: Certificate, chain: ChainReport): TimeStampFault[] {
  const faults: TimeStampFault[] = []
  const { critical, purposes } = purposesOf(certificate) ?? { critical: false, purposes: [] }
  const isForStamping = critical && purposes.length === 1 && purposes[0] === servicePurposes.timeStamping
  if (!isForStamping || !maySign(certificate)) faults.push('not-a-time-stamping-authority')
  const isOutOfTime = chain.problems.some(({ code }) => code === 'expired' || code === 'not-yet-valid')
  if (isOutOfTime) faults.push('authority-out-of-time')
  else if (chain.status !== 'trusted' || chain.weaknesses.length > 0) faults.push('authority-not-trusted')
  return faults
}
