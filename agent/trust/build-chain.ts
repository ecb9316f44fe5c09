import { sameBytes } from '../cms/read-der.ts'
import type { Certificate } from './certificate.ts'
import { readCertificates } from './check-signer.ts'
import { displayName } from './distinguished-name.ts'
import { chainProblems, pathWeaknesses, validatePath } from './validate-path.ts'
import type { ChainProblem } from './validate-path.ts'

export interface ChainInput {
  leaf: Certificate
  /** DER, from anywhere: they help to find a path and are never believed. What cannot be read is passed over. */
  intermediates: readonly Uint8Array[]
  /** The anchors, and nothing else is one. Those that say themselves that they are no authority are none, wherever they lie. */
  roots: readonly Certificate[]
  at: Date
}

/** Whether a certificate hangs on one of the given roots. Whether one of the path was revoked is a question of its own. */
export interface ChainReport {
  /** `untrusted`: a path to a root exists and breaks a rule. `unknown`: no path, or one that cannot be judged here. */
  readonly status: 'trusted' | 'untrusted' | 'unknown'
  /** From the certificate to the root, or as far as a path could be followed. */
  readonly path: readonly Certificate[]
  readonly problems: readonly ChainProblem[]
  readonly weaknesses: readonly { code: 'sha1' | 'short-key'; holder: string }[]
}

/** Names can be made to meet in endless ways; a real chain has three or four certificates. */
const limits = { certificates: 10, paths: 64 }

export function buildChain({ leaf, intermediates, roots, at }: ChainInput): ChainReport {
  const rootDigests = new Set(roots.filter(mayAnchor).map(({ sha256 }) => sha256))
  const candidates = [...roots, ...readCertificates(intermediates)]
  let best: ChainReport | undefined
  let pathsLeft = limits.paths

  const follow = (path: readonly Certificate[], current: Certificate): void => {
    if (best?.status === 'trusted' || pathsLeft <= 0) return
    const complete = rootDigests.has(current.sha256)
    const issuers = complete || path.length >= limits.certificates ? [] : issuersOf(current, candidates, path)
    if (issuers.length === 0) {
      pathsLeft--
      const report = complete ? judged(path, at) : unfinished(path, current)
      if (best === undefined || rank(report) < rank(best)) best = report
    }
    for (const issuer of issuers) follow([...path, issuer], issuer)
  }

  follow([leaf], leaf)
  return best ?? unfinished([leaf], leaf)
}

/**
 * RFC 5280, 6.1.1 (d), leaves open what an anchor is. Trust in a signer comes from the authority that issued it (Decree 23/2025): a signer's
 * certificate that somebody put among the roots would vouch for itself without revocation, and its holder could issue others. Roots without
 * basic constraints (version 1) name themselves as their issuer.
 */
function mayAnchor({ basicConstraints, issuer, subject }: Certificate): boolean {
  return basicConstraints?.authority ?? issuer.canonical === subject.canonical
}

function issuersOf(certificate: Certificate, candidates: readonly Certificate[], path: readonly Certificate[]): Certificate[] {
  const taken = new Set(path.map(({ sha256 }) => sha256))
  return candidates
    .filter(({ subject, sha256 }) => subject.canonical === certificate.issuer.canonical && !taken.has(sha256))
    .toSorted((one, other) => Number(isNamedIssuer(other, certificate)) - Number(isNamedIssuer(one, certificate)))
}

/** Key identifiers only order the search (RFC 5280, 4.2.1.1): the signature decides. */
function isNamedIssuer({ subjectKeyIdentifier: own }: Certificate, { authorityKeyIdentifier: named }: Certificate): boolean {
  return own !== undefined && named !== undefined && sameBytes(own, named)
}

function judged(path: readonly Certificate[], at: Date): ChainReport {
  const problems = validatePath(path, at)
  const kinds = problems.map(({ code }) => chainProblems[code])
  const status = kinds.includes('untrusted') ? 'untrusted' : kinds.includes('unknown') ? 'unknown' : 'trusted'
  return { status, path, problems, weaknesses: pathWeaknesses(path) }
}

function unfinished(path: readonly Certificate[], last: Certificate): ChainReport {
  const problems: ChainProblem[] = [{ code: 'no-issuer', holder: displayName(last.subject) }]
  return { status: 'unknown', path, problems, weaknesses: pathWeaknesses(path) }
}

/** The report that tells a person most: a path that holds, then complete ones with the fewest faults, then the longest unfinished one. */
function rank({ status, problems, path }: ChainReport): number {
  if (status === 'trusted') return 0
  const unfinishedPath = problems.some(({ code }) => code === 'no-issuer')
  if (unfinishedPath) return 1000 - path.length
  return problems.reduce((sum, { code }) => sum + (chainProblems[code] === 'unknown' ? 1 : code === 'signature-invalid' ? 50 : 10), 1)
}
