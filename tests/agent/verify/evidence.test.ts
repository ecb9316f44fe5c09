import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { memorySource } from '../../../agent/pdf/byte-source.ts'
import { openDocument } from '../../../agent/pdf/open-document.ts'
import { startRevision } from '../../../agent/pdf/revision.ts'
import { addToSecurityStore } from '../../../agent/pdf/security-store.ts'
import type { SecurityStore } from '../../../agent/pdf/security-store.ts'
import { readCertificate } from '../../../agent/trust/certificate.ts'
import { fetchEvidence } from '../../../agent/trust/fetch-evidence.ts'
import type { SignatureReport, VerificationReport } from '../../../agent/verify/report.ts'
import { verifyDocument } from '../../../agent/verify/verify-document.ts'
import type { Credential } from '../../../demo/authority/authority.ts'
import { openRaiseRig } from '../signing/raise-rig.ts'
import type { RaiseRig } from '../signing/raise-rig.ts'

let rig: RaiseRig
beforeAll(async () => (rig = await openRaiseRig()))
afterAll(() => rig.close())
beforeEach(() => {
  rig.servers.tsa = {}
})

const hourMs = 3_600_000
const ago = (hours: number) => new Date(Math.floor(Date.now() / 1000) * 1000 - hours * hourMs)

/** Appends what the authority says of this certificate now to the document's security store. */
async function withEvidence(path: string, { certificateDer }: Credential): Promise<Buffer> {
  const { chain, ocsps, crls } = await fetchEvidence(rig.ask, {
    leaf: readCertificate(certificateDer), intermediates: [], roots: rig.roots, at: new Date(), known: { ocsps: [], crls: [] },
  })
  return withStore(readFileSync(path), { certificates: chain.path.map(({ der }) => der), ocsps, crls })
}

function withStore(pdf: Buffer, store: SecurityStore): Buffer {
  const document = openDocument(memorySource(pdf))
  const revision = startRevision(document)
  addToSecurityStore(document, revision, store, [])
  return Buffer.concat([pdf, revision.finish().bytes])
}

function verified(pdf: Uint8Array, at = new Date()): Promise<VerificationReport> {
  const { root, issuing } = rig.servers.authority
  return verifyDocument(openDocument(memorySource(pdf)), { roots: [root.certificateDer], extraCertificates: [issuing.certificateDer], at })
}

async function newest(pdf: Uint8Array, at?: Date): Promise<SignatureReport | undefined> {
  return (await verified(pdf, at)).signatures.find(({ kind }) => kind !== 'document-timestamp')
}

describe('a revoked certificate', () => {
  it('leaves a signature undecided where no stamp says that it is older', async () => {
    const credential = await rig.issue()
    const path = await rig.signed('no-stamp', { credential })
    const revokedAt = ago(2)
    rig.servers.revoke(credential.certificateDer, revokedAt)
    expect(await newest(await withEvidence(path, credential))).toMatchObject({
      indication: 'INDETERMINATE',
      subIndication: 'REVOKED_NO_POE',
      findings: ['certificate-revoked'],
      intact: true,
      chain: { revocation: { status: 'revoked', reason: 'key-compromise', revokedAt } },
    })
  })

  it('does no harm to a signature that a stamp proves to be older', async () => {
    const credential = await rig.issue()
    const job = rig.job(await rig.signed('older', { credential }), 'older-stamped.pdf', { stamp: 'into-signature' })
    await rig.evidence.raise(job)
    rig.servers.revoke(credential.certificateDer, new Date(Date.now() + 2_000))
    expect(await newest(await withEvidence(job.output, credential), new Date(Date.now() + 60_000))).toMatchObject({
      indication: 'TOTAL-PASSED',
      findings: [],
      chain: { revocation: { status: 'revoked' } },
    })
  })

  it('leaves a signature undecided whose stamp is from after the revocation', async () => {
    const credential = await rig.issue()
    const job = rig.job(await rig.signed('younger', { credential }), 'younger-stamped.pdf', { stamp: 'into-signature' })
    await rig.evidence.raise(job)
    rig.servers.revoke(credential.certificateDer, ago(1))
    expect(await newest(await withEvidence(job.output, credential))).toMatchObject({ indication: 'INDETERMINATE', subIndication: 'REVOKED_NO_POE' })
  })

  it('fails a signature over a time stamp from after the revocation: it was made later', async () => {
    const first = rig.job(await rig.signed('first'), 'first-stamped.pdf', { stamp: 'into-signature' })
    await rig.evidence.raise(first)
    const credential = await rig.issue({ name: 'Kẻ Trộm Khóa' })
    rig.servers.revoke(credential.certificateDer, ago(1))
    const path = await rig.signed('second', { credential, input: first.output })
    const { signatures } = await verified(await withEvidence(path, credential))
    expect(signatures.map(({ indication, subIndication }) => [indication, subIndication])).toEqual([
      ['TOTAL-PASSED', undefined],
      ['TOTAL-FAILED', 'REVOKED'],
    ])
    expect(signatures[1]?.intact).toBe(true)
  })

  it('that is only suspended may be asked about later', async () => {
    const credential = await rig.issue()
    const path = await rig.signed('hold', { credential })
    rig.servers.revoke(credential.certificateDer, ago(2), 6)
    expect(await newest(await withEvidence(path, credential))).toMatchObject({ indication: 'INDETERMINATE', subIndication: 'TRY_LATER', findings: ['certificate-suspended'] })
  })

  it('of the authority above counts as well', async () => {
    const other = await openRaiseRig()
    const credential = await other.issue()
    const path = await other.signed('authority', { credential })
    other.servers.revoke(other.servers.authority.issuing.certificateDer, ago(2))
    const { chain, ocsps, crls } = await fetchEvidence(other.ask, {
      leaf: readCertificate(credential.certificateDer), intermediates: [], roots: other.roots, at: new Date(), known: { ocsps: [], crls: [] },
    })
    const pdf = withStore(readFileSync(path), { certificates: chain.path.map(({ der }) => der), ocsps, crls })
    const { signatures } = await verifyDocument(openDocument(memorySource(pdf)), { roots: [other.servers.authority.root.certificateDer] })
    expect(signatures[0]).toMatchObject({ indication: 'INDETERMINATE', subIndication: 'REVOKED_CA_NO_POE' })
    await other.close()
  })
})

describe('a time stamp', () => {
  it('keeps a signature good beyond the end of its certificate', async () => {
    const credential = await rig.issue({ notAfter: new Date(Date.now() + hourMs) })
    const path = await rig.signed('ending', { credential })
    const job = rig.job(path, 'ending-stamped.pdf', { stamp: 'into-signature' })
    await rig.evidence.raise(job)
    const later = new Date(Date.now() + 48 * hourMs)
    expect(await newest(readFileSync(path), later)).toMatchObject({ indication: 'INDETERMINATE', subIndication: 'OUT_OF_BOUNDS_NO_POE' })
    expect(await newest(readFileSync(job.output), later)).toMatchObject({ indication: 'TOTAL-PASSED', level: 'B-T' })
  })

  it('proves nothing after the end of its own authority, unless a newer one was there before', async () => {
    const once = rig.job(await rig.signed('decades'), 'decades-1.pdf', { level: 'B-LTA' })
    await rig.evidence.raise(once)
    const beyond = new Date(Date.now() + 15 * 365 * 24 * hourMs)
    const report = await verified(readFileSync(once.output), beyond)
    expect(report.signatures[0]).toMatchObject({ timeStamp: undefined, existedAt: undefined, level: 'B-B' })
    expect(report.signatures.at(-1)).toMatchObject({ timeStamp: { trusted: false, faults: ['authority-out-of-time'] } })
  })

  it('of a signature is none of another one: the first signature is proven by what covers it', async () => {
    const one = await rig.signed('pair-one')
    const two = rig.job(await rig.signed('pair-two', { input: one }), 'pair-stamped.pdf', { stamp: 'into-signature' })
    await rig.evidence.raise(two)
    const { signatures } = await verified(readFileSync(two.output))
    expect(signatures[0]).toMatchObject({ timeStamp: undefined, level: 'B-T', existedAt: signatures[1]?.timeStamp?.at })
  })

  it('whose authority lost its key is not believed', async () => {
    const other = await openRaiseRig()
    const job = other.job(await other.signed('lost-key'), 'lost-key-archived.pdf', { stamp: 'into-signature' })
    await other.evidence.raise(job)
    other.servers.revokeTimeStamper(ago(3))
    const token = readFileSync(job.output)
    const before = await other.verified(job.output)
    expect(before.signatures[0]?.timeStamp).toMatchObject({ trusted: true, revocation: { status: 'not-checked' } })
    await expect(other.evidence.raise(other.job(job.output, 'no.pdf', { level: 'B-LT' }))).rejects.toMatchObject({ refusal: { code: 'certificate-revoked' } })
    expect(readFileSync(job.output).equals(token)).toBe(true)
    await other.close()
  })
})

describe('a document time stamp', () => {
  it('fails where the bytes before it were changed', async () => {
    const job = rig.job(await rig.signed('changed'), 'changed-archived.pdf', { level: 'B-LTA' })
    await rig.evidence.raise(job)
    const bytes = readFileSync(job.output)
    const place = bytes.indexOf('/DSS')
    bytes[place + 1] = 0x58
    const { signatures, indication } = await verified(bytes)
    expect(indication).toBe('TOTAL-FAILED')
    expect(signatures.at(-1)).toMatchObject({ kind: 'document-timestamp', indication: 'TOTAL-FAILED', subIndication: 'HASH_FAILURE' })
  })
})
