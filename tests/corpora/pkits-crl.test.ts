import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { buildChain } from '../../agent/trust/build-chain.ts'
import { readCertificate } from '../../agent/trust/certificate.ts'
import { judgePath } from '../../agent/trust/judge-revocation.ts'
import { corpusFolder } from './corpora-folder.ts'

/** NIST PKITS with its revocation lists: a path is accepted when it holds and a list says of every certificate that it is good. */
interface PathCase {
  id: string
  name: string
  cert: string
  other_certs?: string[]
  crls?: string[]
  error?: { class: string }
  params?: unknown
}

const folder = corpusFolder('pkits')
const at = new Date('2020-01-01T00:00:00Z')
const counts = { paths: 0, exact: 0, refusedGood: 0, falseAccepts: 0 }

describe.skipIf(folder === undefined)('NIST PKITS with revocation lists', () => {
  const cases = folder === undefined ? [] : (JSON.parse(readFileSync(join(folder, 'pkits.json'), 'utf8')) as PathCase[])
  afterAll(() => process.stdout.write(`pkits-crl: ${JSON.stringify(counts)}\n`))

  it.each(cases.filter(({ params }) => params === undefined))('$id $name: never a false accept', (pathCase) => {
    const accepted = isAccepted(pathCase)
    counts.paths++
    if (accepted === (pathCase.error === undefined)) counts.exact++
    else if (accepted) counts.falseAccepts++
    else counts.refusedGood++
    if (pathCase.error !== undefined) expect(accepted).toBe(false)
  })

  // 4.4: plain lists of the issuer itself; the separate keys for lists of 4.4.19 are not supported, and refused.
  it.each(cases.filter(({ id }) => id.startsWith('404') && id !== '40419'))('$id $name', (pathCase) => {
    expect(isAccepted(pathCase)).toBe(pathCase.error === undefined)
  })
})

function isAccepted({ cert, other_certs = [], crls = [] }: PathCase): boolean {
  const certificateIn = (name: string) => readFileSync(join(folder ?? '', 'certs', name))
  const crlIn = (name: string) => readFileSync(join(folder ?? '', 'crls', name))
  try {
    const roots = [readCertificate(certificateIn('TrustAnchorRootCertificate.crt'))]
    const chain = buildChain({ leaf: readCertificate(certificateIn(cert)), intermediates: other_certs.map(certificateIn), roots, at })
    const evidence = { ocsps: [], crls: [...crls, 'TrustAnchorRootCRL.crl'].map(crlIn) }
    return chain.status === 'trusted' && judgePath(chain.path, evidence, at, at).every(({ status }) => status.kind === 'good')
  } catch (thrown) {
    if (!(thrown instanceof Error) || thrown.name !== 'DerError') throw thrown
    return false
  }
}
