import { checkSignature, weaknessOf } from '../cms/signature-scheme.ts'
import { extensionTypes } from './certificate.ts'
import type { Certificate } from './certificate.ts'
import { displayName } from './distinguished-name.ts'

/**
 * What can be wrong with a chain, and what that makes of it: `untrusted` breaks a rule; `unknown` means that this
 * program cannot tell, which is never a yes.
 */
export const chainProblems = {
  'no-issuer': 'unknown',
  'algorithm-unsupported': 'unknown',
  'constraints-unsupported': 'unknown',
  'signature-invalid': 'untrusted',
  'name-broken': 'untrusted',
  'not-yet-valid': 'untrusted',
  'expired': 'untrusted',
  'not-an-authority': 'untrusted',
  'path-too-long': 'untrusted',
  'key-usage-wrong': 'untrusted',
  'extension-unknown': 'untrusted',
} as const satisfies Record<string, 'unknown' | 'untrusted'>

export type ChainProblemCode = keyof typeof chainProblems

export interface ChainProblem {
  readonly code: ChainProblemCode
  /** Whose certificate it is about. */
  readonly holder: string
}

/** Critical extensions that are processed here, or that say nothing about whether a path holds. */
const knownExtensions: ReadonlySet<string> = new Set(Object.values(extensionTypes))

/** They restrict what an authority may vouch for. What is not worked out here is not waved through. */
const unsupportedConstraints = [
  extensionTypes.nameConstraints,
  extensionTypes.policyMappings,
  extensionTypes.policyConstraints,
  extensionTypes.inhibitAnyPolicy,
]

/**
 * RFC 5280, section 6.1, with any policy accepted and none demanded, and without revocation.
 * @param path the certificate in question first, the anchor last; an anchor alone is a path too
 * @returns every problem found; none: the path holds
 */
export function validatePath(path: readonly Certificate[], at: Date): ChainProblem[] {
  const problems: ChainProblem[] = []
  let pathLeft = path.at(-1)?.basicConstraints?.pathLength ?? Infinity
  for (let index = path.length - 1; index >= 0; index--) {
    const certificate = path[index]
    const issuer = path[index + 1]
    if (certificate === undefined) continue
    const holder = displayName(certificate.subject)
    const report = (codes: ChainProblemCode[]) => problems.push(...codes.map((code) => ({ code, holder })))
    report(timeProblems(certificate, at))
    if (issuer === undefined) continue
    report([...linkProblems(certificate, issuer), ...extensionProblems(certificate)])
    if (index === 0) continue
    report(authorityProblems(certificate))
    if (!isSelfIssued(certificate)) {
      if (pathLeft <= 0) report(['path-too-long'])
      pathLeft--
    }
    pathLeft = Math.min(pathLeft, certificate.basicConstraints?.pathLength ?? Infinity)
  }
  return problems
}

/** SHA-1 and short keys among the signatures that hold the path together; the anchor's own signature proves nothing and is not asked. */
export function pathWeaknesses(path: readonly Certificate[]): { code: 'sha1' | 'short-key'; holder: string }[] {
  return path.flatMap((certificate, index) => {
    const issuerKey = path[index + 1]?.publicKey
    const code = issuerKey && weaknessOf(certificate.scheme, issuerKey)
    return code === undefined ? [] : [{ code, holder: displayName(certificate.subject) }]
  })
}

function timeProblems({ notBefore, notAfter }: Certificate, at: Date): ChainProblemCode[] {
  if (at < notBefore) return ['not-yet-valid']
  return at > notAfter ? ['expired'] : []
}

function linkProblems(certificate: Certificate, issuer: Certificate): ChainProblemCode[] {
  const problems: ChainProblemCode[] = []
  if (certificate.issuer.canonical !== issuer.subject.canonical) problems.push('name-broken')
  if (issuer.publicKey === undefined || certificate.scheme.kind === 'unsupported') problems.push('algorithm-unsupported')
  else if (!checkSignature(certificate.scheme, issuer.publicKey, certificate.tbs, certificate.signature)) problems.push('signature-invalid')
  return problems
}

function extensionProblems({ extensions }: Certificate): ChainProblemCode[] {
  const problems: ChainProblemCode[] = []
  if ([...extensions].some(([type, { critical }]) => critical && !knownExtensions.has(type))) problems.push('extension-unknown')
  if (unsupportedConstraints.some((type) => extensions.has(type))) problems.push('constraints-unsupported')
  return problems
}

function authorityProblems({ version, basicConstraints, keyUsage }: Certificate): ChainProblemCode[] {
  const problems: ChainProblemCode[] = []
  if (version !== 3 || basicConstraints?.authority !== true) problems.push('not-an-authority')
  if (keyUsage !== undefined && !keyUsage.has('keyCertSign')) problems.push('key-usage-wrong')
  return problems
}

function isSelfIssued({ issuer, subject }: Certificate): boolean {
  return issuer.canonical === subject.canonical
}
