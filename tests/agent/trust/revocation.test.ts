import { createPrivateKey, sign } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { signatureAlgorithm } from '../../../agent/cms/signature-scheme.ts'
import { tags } from '../../../agent/cms/read-der.ts'
import { element, integer, octets, oid, sequence, smallInteger, yes } from '../../../agent/cms/write-der.ts'
import { readCertificate } from '../../../agent/trust/certificate.ts'
import { fetchEvidence } from '../../../agent/trust/fetch-evidence.ts'
import type { FetchedEvidence } from '../../../agent/trust/fetch-evidence.ts'
import { judgeCrl } from '../../../agent/trust/judge-crl.ts'
import { judgePath, judgeRevocation } from '../../../agent/trust/judge-revocation.ts'
import { openAuthorityRig } from './authority-rig.ts'
import type { AuthorityRig } from './authority-rig.ts'

let rig: AuthorityRig
beforeAll(async () => (rig = await openAuthorityRig()))
afterAll(() => rig.close())
beforeEach(() => {
  rig.servers.ocsp = {}
  rig.servers.crl = {}
})

const revokedAt = new Date('2026-02-03T04:05:06Z')

async function evidenceFor(der: Uint8Array, at = new Date()): Promise<FetchedEvidence> {
  return fetchEvidence(rig.ask, { leaf: readCertificate(der), intermediates: [], roots: rig.roots, at, known: { ocsps: [], crls: [] } })
}

describe('evidence about a certificate', () => {
  it('is fetched for the whole path, the path itself included', async () => {
    const { certificateDer } = await rig.issue()
    const { chain, statuses, ocsps, crls } = await evidenceFor(certificateDer)
    expect(chain.status).toBe('trusted')
    expect(chain.path).toHaveLength(3)
    expect(statuses.map(({ status }) => status.kind)).toEqual(['good', 'good'])
    expect([ocsps.length, crls.length]).toEqual([1, 1])
    const later = judgePath(chain.path, { ocsps, crls }, new Date(), new Date())
    expect(later.map(({ status }) => status.kind)).toEqual(['good', 'good'])
  })

  it.each([
    'wrong-nonce', 'wrong-certificate', 'wrong-signature', 'stale', 'unknown', 'try-later', 'html', 'status-500', 'truncated', 'redirect', 'hung-up',
  ] as const)('comes from the list where the responder is of no use: %s', async (fault) => {
    rig.servers.ocsp = { fault }
    const { statuses, ocsps, crls } = await evidenceFor((await rig.issue()).certificateDer)
    expect(statuses.map(({ status }) => status.kind)).toEqual(['good', 'good'])
    expect([ocsps.length, crls.length]).toEqual([0, 2])
  })

  it('does not come from a responder that nobody entitled', async () => {
    rig.servers.ocsp = { certificate: 'wrong-usage' }
    rig.servers.crl = { fault: 'status-500' }
    const { statuses } = await evidenceFor((await rig.issue()).certificateDer)
    expect(statuses[0]?.status).toEqual({ kind: 'unknown', reason: 'signer-not-entitled' })
  })

  it.each([
    ['stale', 'stale'],
    ['delta', 'delta'],
    ['wrong-signature', 'signature-wrong'],
    ['html', 'malformed'],
  ] as const)('is unknown where neither is of use: a list that is %s', async (fault, reason) => {
    rig.servers.ocsp = { fault: 'status-500' }
    rig.servers.crl = { fault }
    const { statuses, ocsps, crls } = await evidenceFor((await rig.issue()).certificateDer)
    expect(statuses[0]?.status).toEqual({ kind: 'unknown', reason })
    expect([...ocsps, ...crls]).toEqual([])
  })

  it('is unknown where no server answers', async () => {
    rig.servers.ocsp = { fault: 'status-500' }
    rig.servers.crl = { fault: 'status-500' }
    const { statuses } = await evidenceFor((await rig.issue()).certificateDer)
    expect(statuses[0]?.status).toEqual({ kind: 'unknown', reason: 'unreachable' })
  })

  it.each(['ocsp', 'crl'] as const)('tells when and why it was revoked: by %s', async (way) => {
    if (way === 'crl') rig.servers.ocsp = { fault: 'status-500' }
    const { certificateDer } = await rig.issue()
    rig.servers.revoke(certificateDer, revokedAt, 6)
    const { statuses } = await evidenceFor(certificateDer)
    expect(statuses[0]?.status).toMatchObject({ kind: 'revoked', revokedAt, reason: 'certificate-hold' })
    expect(statuses[1]?.status.kind).toBe('good')
  })

  it('about one certificate says nothing of another', async () => {
    const [one, other] = [await rig.issue(), await rig.issue()]
    const { ocsps } = await evidenceFor(one.certificateDer)
    const question = { certificate: readCertificate(other.certificateDer), issuer: rig.issuing, at: new Date(), now: new Date() }
    expect(judgeRevocation(question, { ocsps, crls: [] })).toEqual({ kind: 'unknown', reason: 'no-evidence' })
  })

  it('from a time after the one in question counts, and from before only while it was in force', async () => {
    const { certificateDer } = await rig.issue()
    const { ocsps } = await evidenceFor(certificateDer)
    const statusAt = (at: Date, now: Date) =>
      judgeRevocation({ certificate: readCertificate(certificateDer), issuer: rig.issuing, at, now }, { ocsps, crls: [] })
    const hourMs = 3_600_000
    const now = Date.now()
    expect(statusAt(new Date(now - 10 * hourMs), new Date(now)).kind).toBe('good')
    expect(statusAt(new Date(now + 10 * hourMs), new Date(now + 10 * hourMs)).kind).toBe('good')
    expect(statusAt(new Date(now + 50 * hourMs), new Date(now + 50 * hourMs))).toEqual({ kind: 'unknown', reason: 'stale' })
    expect(statusAt(new Date(now - 10 * hourMs), new Date(now - 10 * hourMs))).toEqual({ kind: 'unknown', reason: 'from-the-future' })
  })

  it('from after the end of a certificate says nothing of it', async () => {
    const { certificateDer } = await rig.issue({ notBefore: new Date('2020-01-01T00:00:00Z'), notAfter: new Date('2024-01-01T00:00:00Z') })
    const { statuses } = await evidenceFor(certificateDer, new Date('2023-01-01T00:00:00Z'))
    expect(statuses[0]?.status).toEqual({ kind: 'unknown', reason: 'too-late' })
  })
})

describe('a list of very many certificates', () => {
  it('is read without becoming a tree', async () => {
    const certificate = readCertificate((await rig.issue()).certificateDer)
    const others = Array.from({ length: 100_000 }, (_, index) => Buffer.from((0x4000_0000 + index).toString(16), 'hex'))
    const question = { certificate, issuer: rig.issuing, at: new Date(), now: new Date() }
    expect(judgeCrl(listOf(others), question).kind).toBe('good')
    expect(judgeCrl(listOf([...others, certificate.serial]), question)).toMatchObject({ kind: 'revoked', revokedAt, reason: 'unspecified' })
  })

  it('with a critical extension in any entry is not used', async () => {
    const certificate = readCertificate((await rig.issue()).certificateDer)
    const question = { certificate, issuer: rig.issuing, at: new Date(), now: new Date() }
    const strange = sequence(sequence(oid('1.3.6.1.4.1.99999.5'), yes, octets(Uint8Array.of(5, 0))))
    expect(judgeCrl(listOf([Uint8Array.of(1), certificate.serial], strange), question)).toEqual({ kind: 'unknown', reason: 'extension-unknown' })
  })
})

/** Signed by the issuing authority, with all entries revoked at the same time. */
function listOf(serials: readonly Uint8Array[], entryExtensions?: Uint8Array): Uint8Array {
  const { key } = rig.servers.authority.signatories.issuing
  const utc = (time: Date) => element(tags.utcTime, Buffer.from(`${time.toISOString().slice(2, 19).replaceAll(/[-T:]/g, '')}Z`))
  const algorithm = signatureAlgorithm({ kind: 'rsa-pkcs1', digest: 'sha256' })
  const entries = serials.map((serial) => sequence(integer(serial), utc(revokedAt), ...(entryExtensions ? [entryExtensions] : [])))
  const times = [utc(new Date(Date.now() - 60_000)), utc(new Date(Date.now() + 86_400_000))]
  const tbs = sequence(smallInteger(1), algorithm, rig.issuing.subject.raw, ...times, element(tags.sequence, Buffer.concat(entries)))
  const signature = sign('sha256', tbs, createPrivateKey(key.privateKeyPem))
  return sequence(tbs, algorithm, element(tags.bitString, Uint8Array.of(0), signature))
}
