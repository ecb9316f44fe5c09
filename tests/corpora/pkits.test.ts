import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { buildChain } from '../../agent/trust/build-chain.ts'
import type { ChainReport } from '../../agent/trust/build-chain.ts'
import { readCertificate } from '../../agent/trust/certificate.ts'
import { corpusFolder } from './corpora-folder.ts'

/** NIST PKITS: paths with the result that RFC 5280 demands. */
interface PathCase {
  id: string
  name: string
  cert: string
  other_certs?: string[]
  error?: { class: string }
  /** Inputs on policies, which this program does not take: it accepts any policy and demands none. */
  params?: unknown
}

/** What only a CRL makes bad: until revocation is asked, such a path looks whole here. 4.4, 4.14 and 4.15 are all about CRLs. */
const revocationSections = new Set(['404', '414', '415'])
const revocationErrors = new Set(['RevokedError', 'InsufficientRevinfoError'])
/** Signed with DSA, which is refused on purpose. */
const dsaCases = new Set(['40104', '40105'])

const folder = corpusFolder('pkits')
const at = new Date('2020-01-01T00:00:00Z')
const counts = { paths: 0, exact: 0, refusedGood: 0, needRevocation: 0, needPolicyInputs: 0, falseAccepts: 0 }

describe.skipIf(folder === undefined)('NIST PKITS', () => {
  const cases = folder === undefined ? [] : (JSON.parse(readFileSync(join(folder, 'pkits.json'), 'utf8')) as PathCase[])
  afterAll(() => process.stdout.write(`pkits: ${JSON.stringify(counts)}\n`))

  it.each(cases.filter(isBasic))('$id $name', (pathCase) => {
    const { status } = judge(pathCase)
    const expected = pathCase.error === undefined && !dsaCases.has(pathCase.id)
    expect(status === 'trusted').toBe(expected)
  })

  it.each(cases.filter((pathCase) => !isBasic(pathCase) && !needsRevocation(pathCase) && pathCase.params === undefined))(
    '$id $name: never a false accept',
    (pathCase) => {
      if (pathCase.error !== undefined) expect(judge(pathCase).status).not.toBe('trusted')
    },
  )

  it('accepts no bad path of all that need no revocation and no policy inputs', () => {
    for (const pathCase of cases) count(pathCase)
    expect(counts.falseAccepts).toBe(0)
    expect(counts.paths).toBe(246)
  })
})

/** Sections 4.1 to 4.7 without 4.4: signatures, validity, names, key identifiers, constraints, usages. */
function isBasic(pathCase: PathCase): boolean {
  const section = pathCase.id.slice(0, 3)
  return section <= '407' && !needsRevocation(pathCase)
}

function needsRevocation({ id, error }: PathCase): boolean {
  return revocationSections.has(id.slice(0, 3)) || (error !== undefined && revocationErrors.has(error.class))
}

function judge({ cert, other_certs = [] }: PathCase): ChainReport {
  const certificate = (name: string) => readFileSync(join(folder ?? '', 'certs', name))
  const root = readCertificate(certificate('TrustAnchorRootCertificate.crt'))
  try {
    return buildChain({ leaf: readCertificate(certificate(cert)), intermediates: other_certs.map(certificate), roots: [root], at })
  } catch (thrown) {
    if (!(thrown instanceof Error) || thrown.name !== 'DerError') throw thrown
    return { status: 'untrusted', path: [], problems: [], weaknesses: [] }
  }
}

function count(pathCase: PathCase): void {
  counts.paths++
  const accepted = judge(pathCase).status === 'trusted'
  if (accepted === (pathCase.error === undefined)) counts.exact++
  else if (!accepted) counts.refusedGood++
  else if (needsRevocation(pathCase)) counts.needRevocation++
  else if (pathCase.params !== undefined) counts.needPolicyInputs++
  else counts.falseAccepts++
}
