import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { buildChain } from '../../agent/trust/build-chain.ts'
import { readCertificate } from '../../agent/trust/certificate.ts'
import { judgePath } from '../../agent/trust/judge-revocation.ts'
import type { RevocationStatus } from '../../agent/trust/revocation.ts'
import { corpusFolder } from './corpora-folder.ts'

/** Responses of OpenSSL's own tests, with what a verifier must make of them. */
interface OcspCase {
  name: string
  root: string
  other_certs?: string[]
  cert: string
  ocsps: string[]
  moment: string
  error?: { msg_regex: string }
}

/** What name or expected message of a case mean in our words; each is a reason of `unknown`. */
const reasons: readonly [message: RegExp, reason: string][] = [
  // The response names its responder by the key, and the certificate enclosed is not of that key.
  [/wrong_key_in_signing_cert/, 'signer-not-entitled'],
  [/Unable to verify OCSP response signature/, 'signature-wrong'],
  [/certificate could not be (located|validated)/, 'signer-not-entitled'],
  [/issuer (name|key) hash does not match/, 'no-evidence'],
  [/not recent enough/, 'stale'],
]

const folder = corpusFolder('ocsp')

describe.skipIf(folder === undefined)('OCSP responses of the OpenSSL tests', () => {
  const cases = folder === undefined ? [] : (JSON.parse(readFileSync(join(folder, 'openssl-ocsp.json'), 'utf8')) as OcspCase[])

  it('has cases that are good and cases that are bad', () => {
    expect(cases.filter(({ error }) => error === undefined)).toHaveLength(4)
    expect(cases.filter(({ error }) => error !== undefined).length).toBeGreaterThan(20)
  })

  it.each(cases)('$name', (ocspCase) => {
    const statuses = judge(ocspCase)
    const kinds = statuses.map(({ kind }) => kind)
    if (ocspCase.error === undefined) {
      expect(kinds[0]).toBe('good')
      return
    }
    expect(kinds).toContain('unknown')
    expect(kinds).not.toContain('revoked')
    const [, reason] = reasons.find(([message]) => message.test(`${ocspCase.name} ${ocspCase.error?.msg_regex ?? ''}`)) ?? []
    expect(reason).toBeDefined()
    expect(statuses.map((status) => (status.kind === 'unknown' ? status.reason : status.kind))).toContain(reason)
  })
})

function judge({ root, other_certs = [], cert, ocsps, moment }: OcspCase): RevocationStatus[] {
  const at = new Date(moment)
  const roots = [readCertificate(certificateIn(root))]
  const chain = buildChain({ leaf: readCertificate(certificateIn(cert)), intermediates: other_certs.map(certificateIn), roots, at })
  const evidence = { ocsps: ocsps.map(responseIn), crls: [] }
  return judgePath(chain.path, evidence, at, at).map(({ status }) => status)
}

function certificateIn(name: string): Uint8Array {
  const pem = readFileSync(join(folder ?? '', name), 'latin1')
  return Buffer.from(/-----BEGIN CERTIFICATE-----([^-]+)-----/.exec(pem)?.[1] ?? '', 'base64')
}

/** The files hold base 64. */
function responseIn(name: string): Uint8Array {
  return Buffer.from(readFileSync(join(folder ?? '', name), 'latin1'), 'base64')
}
