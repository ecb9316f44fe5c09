import { randomBytes } from 'node:crypto'
import { buildChain } from './build-chain.ts'
import type { ChainReport } from './build-chain.ts'
import type { Certificate } from './certificate.ts'
import { crlUrlsOf, issuerUrlsOf, ocspUrlsOf } from './certificate-urls.ts'
import { readCertificates } from './check-signer.ts'
import { judgeCrl } from './judge-crl.ts'
import { judgeOcsp } from './judge-ocsp.ts'
import { judgeRevocation } from './judge-revocation.ts'
import type { Evidence, PathStatus } from './judge-revocation.ts'
import { buildOcspRequest } from './ocsp-request.ts'
import type { RevocationQuestion, RevocationStatus } from './revocation.ts'
import { ServerError } from './server-question.ts'
import type { AskServer } from './server-question.ts'

export interface EvidenceQuestion {
  leaf: Certificate
  /** DER; what is missing is fetched from where the certificates say. */
  intermediates: readonly Uint8Array[]
  roots: readonly Certificate[]
  /** When the chain is judged, and what the evidence must be good for. */
  at: Date
  /** What is there already and need not be fetched again. */
  known: Evidence
}

export interface FetchedEvidence {
  readonly chain: ChainReport
  /** The chain ends early because nobody answered where its certificate says that the issuer is to be had. */
  readonly isCutShort: boolean
  /** Of the path, its anchor left out. */
  readonly statuses: readonly PathStatus[]
  /** Only what says something, known or new. */
  readonly ocsps: readonly Uint8Array[]
  readonly crls: readonly Uint8Array[]
}

const timeoutMs = 30_000
const sizes = { ocspBytes: 256 * 1024, crlBytes: 16 * 1024 * 1024, certificateBytes: 64 * 1024 }
const issuersAtMost = 6

/** Completes the path, and asks for each certificate of it: OCSP first, then the newest list (RFC 6960, RFC 5280). */
export async function fetchEvidence(ask: AskServer, question: EvidenceQuestion): Promise<FetchedEvidence> {
  const { chain, isCutShort } = await completeChain(ask, question)
  const gathered = new Gathered(question.known)
  const statuses: PathStatus[] = []
  const now = new Date()
  const { path } = chain
  for (const [index, certificate] of path.slice(0, -1).entries()) {
    const issuer = path[index + 1] ?? certificate
    statuses.push({ certificate, status: await gathered.statusOf(ask, { certificate, issuer, at: question.at, now }) })
  }
  return { chain, isCutShort, statuses, ocsps: [...gathered.ocsps], crls: [...gathered.crls] }
}

/** Certificates of real signers carry the leaf alone: the rest is fetched, and believed only as far as it leads to a root. */
async function completeChain(ask: AskServer, { leaf, intermediates, roots, at }: EvidenceQuestion): Promise<Pick<FetchedEvidence, 'chain' | 'isCutShort'>> {
  const helpers = [...intermediates]
  let chain = buildChain({ leaf, intermediates: helpers, roots, at })
  for (let left = issuersAtMost; left > 0 && chain.problems.some(({ code }) => code === 'no-issuer'); left--) {
    const last = chain.path.at(-1) ?? leaf
    const urls = issuerUrlsOf(last)
    const issuers = await firstAnswer(urls, async (url) => {
      const answer = await ask({ url, timeoutMs, answerBytes: sizes.certificateBytes })
      return readCertificates([answer]).length > 0 ? answer : undefined
    })
    if (issuers === undefined) return { chain, isCutShort: urls.length > 0 }
    helpers.push(issuers)
    chain = buildChain({ leaf, intermediates: helpers, roots, at })
  }
  return { chain, isCutShort: false }
}

class Gathered {
  readonly ocsps = new Set<Uint8Array>()
  readonly crls = new Set<Uint8Array>()
  readonly #known: Evidence

  constructor(known: Evidence) {
    this.#known = known
  }

  async statusOf(ask: AskServer, question: RevocationQuestion): Promise<RevocationStatus> {
    const { ocsps, crls } = this.#known
    const before = judgeRevocation(question, { ocsps, crls: [...crls, ...this.crls] })
    if (before.kind !== 'unknown') {
      for (const der of ocsps) if (judgeOcsp(der, question).kind !== 'unknown') this.ocsps.add(der)
      for (const der of crls) if (judgeCrl(der, question).kind !== 'unknown') this.crls.add(der)
      return before
    }
    const byOcsp = await this.#askOcsp(ask, question)
    if (byOcsp !== undefined && byOcsp.kind !== 'unknown') return byOcsp
    const byCrl = await this.#askCrl(ask, question)
    if (byCrl !== undefined && byCrl.kind !== 'unknown') return byCrl
    const hasNowhereToAsk = ocspUrlsOf(question.certificate).length + crlUrlsOf(question.certificate).length === 0
    return byCrl ?? byOcsp ?? { kind: 'unknown', reason: hasNowhereToAsk ? 'no-evidence' : 'unreachable' }
  }

  #askOcsp(ask: AskServer, question: RevocationQuestion): Promise<RevocationStatus | undefined> {
    return firstAnswer(ocspUrlsOf(question.certificate), async (url) => {
      const nonce = new Uint8Array(randomBytes(16))
      const bytes = buildOcspRequest(question.certificate, question.issuer, nonce)
      const answer = await ask({ url, body: { type: 'application/ocsp-request', bytes }, timeoutMs, answerBytes: sizes.ocspBytes })
      const status = judgeOcsp(answer, question, nonce)
      if (status.kind !== 'unknown') this.ocsps.add(answer)
      return status
    })
  }

  #askCrl(ask: AskServer, question: RevocationQuestion): Promise<RevocationStatus | undefined> {
    return firstAnswer(crlUrlsOf(question.certificate), async (url) => {
      const answer = await ask({ url, timeoutMs, answerBytes: sizes.crlBytes })
      const status = judgeCrl(answer, question)
      if (status.kind !== 'unknown') this.crls.add(answer)
      return status
    })
  }
}

/** The first address that answers; the others are its substitutes. */
async function firstAnswer<T>(urls: readonly string[], fetch: (url: string) => Promise<T | undefined>): Promise<T | undefined> {
  for (const url of urls.slice(0, 4)) {
    try {
      const answer = await fetch(url)
      if (answer !== undefined) return answer
    } catch (thrown) {
      if (!(thrown instanceof ServerError)) throw thrown
    }
  }
  return undefined
}
