import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createEvidenceWorkers } from '../../../agent/signing/evidence-workers.ts'
import type { RaisedLevel } from '../../../agent/signing/raise-document.ts'
import { ServerError } from '../../../agent/trust/server-question.ts'
import { signPdf } from '../verify/sign-pdf.ts'
import { pdfsig } from './judges.ts'
import { openRaiseRig } from './raise-rig.ts'
import type { RaiseRig } from './raise-rig.ts'
import { writeDecision } from './sample-pdf.ts'

let rig: RaiseRig
beforeAll(async () => (rig = await openRaiseRig()))
afterAll(() => rig.close())
beforeEach(() => {
  rig.servers.tsa = {}
  rig.servers.ocsp = {}
  rig.servers.crl = {}
})

const levels: RaisedLevel[] = ['B-T', 'B-LT', 'B-LTA']
const at = (name: string) => join(rig.folder, name)

describe('a document that was just signed', () => {
  it.each(levels)('gets its stamp into the signature and reaches %s', async (level) => {
    const input = await rig.signed(`fresh-${level}`)
    const job = rig.job(input, `fresh-${level}-raised.pdf`, { level, stamp: 'into-signature' })
    const { sizeBytes } = await rig.evidence.raise(job)
    const [before, after] = [readFileSync(input), readFileSync(job.output)]
    expect(after).toHaveLength(sizeBytes)
    if (level === 'B-T') expect(after).toHaveLength(before.length)
    const report = await rig.verified(job.output)
    expect(report.signatures[0]).toMatchObject({
      level,
      indication: 'TOTAL-PASSED',
      chain: { status: 'trusted', revocation: { status: level === 'B-T' ? 'not-checked' : 'good' } },
      timeStamp: { trusted: true, authority: 'Máy chủ cấp dấu thời gian thử nghiệm' },
    })
    expect(pdfsig(job.output)[0]?.valid).toBe(true)
    expect(pdfsig(job.output).at(-1)?.wholeFile).toBe(level !== 'B-LT')
    expect(report.indication).toBe(level === 'B-LT' ? 'INDETERMINATE' : 'TOTAL-PASSED')
  })

  it('is the same afterwards but for the room behind its container', async () => {
    const input = await rig.signed('room')
    const job = rig.job(input, 'room-raised.pdf', { stamp: 'into-signature' })
    await rig.evidence.raise(job)
    const [before, after] = [readFileSync(input), readFileSync(job.output)]
    const differences = [...before.keys()].filter((index) => before[index] !== after[index])
    const hole = before.indexOf('/Contents <')
    expect(differences[0]).toBeGreaterThan(hole)
    expect(differences.at(-1)).toBeLessThan(before.indexOf('>', hole))
  })
})

describe('a document of somebody else', () => {
  it.each(levels)('is raised to %s without touching a byte', async (level) => {
    const first = await rig.signed(`other-${level}-one`)
    const input = await rig.signed(`other-${level}`, { input: first, profile: 'agency', name: 'Sở Y tế' })
    const job = rig.job(input, `other-${level}-raised.pdf`, { level })
    await rig.evidence.raise(job)
    const [before, after] = [readFileSync(input), readFileSync(job.output)]
    expect(after.subarray(0, before.length).equals(before)).toBe(true)
    const { signatures } = await rig.verified(job.output)
    expect(signatures.slice(0, 2).map((signature) => [signature.level, signature.indication])).toEqual([[level, 'TOTAL-PASSED'], [level, 'TOTAL-PASSED']])
    const judged = pdfsig(job.output)
    expect(judged.slice(0, 2).every(({ valid }) => valid)).toBe(true)
    expect(judged.at(-1)?.wholeFile).toBe(level !== 'B-LT')
  })

  it('that is certified with P=2 keeps its certification', async () => {
    await writeDecision(at('certified-original.pdf'))
    const { bytes } = signPdf(readFileSync(at('certified-original.pdf')), await rig.issue(), { docMdp: 2 })
    writeFileSync(at('certified.pdf'), bytes)
    const job = rig.job(at('certified.pdf'), 'certified-raised.pdf', { level: 'B-LTA' })
    await rig.evidence.raise(job)
    const { signatures, indication } = await rig.verified(job.output)
    expect(indication).toBe('TOTAL-PASSED')
    expect(signatures[0]).toMatchObject({ kind: 'certification', permissions: 2, level: 'B-LTA', findings: [] })
    expect(pdfsig(job.output)[0]?.valid).toBe(true)
  })

  it.each([
    ['encrypted', ['--encrypt', '', 'owner', '256', '--']],
    ['with cross-reference streams', ['--object-streams=generate']],
    ['linearized', ['--linearize']],
  ])('that is %s is raised in its own form', async (form, words) => {
    const name = form.replaceAll(' ', '-')
    await writeDecision(at(`${name}-plain.pdf`))
    expect(spawnSync('qpdf', [...words, at(`${name}-plain.pdf`), at(`${name}-original.pdf`)]).status).toBe(0)
    const job = rig.job(await rig.signed(name, { input: at(`${name}-original.pdf`) }), `${name}-raised.pdf`, { level: 'B-LTA' })
    await rig.evidence.raise(job)
    const { signatures, indication } = await rig.verified(job.output)
    expect(indication).toBe('TOTAL-PASSED')
    expect(signatures[0]?.level).toBe('B-LTA')
    expect(pdfsig(job.output)[0]?.valid).toBe(true)
    expect(pdfsig(job.output).at(-1)?.wholeFile).toBe(true)
    expect(spawnSync('qpdf', ['--check', job.output]).status).toBe(0)
  })

  it('that is archived is renewed, again and again', async () => {
    let path = await rig.signed('renewed')
    for (const round of [1, 2, 3]) {
      const job = rig.job(path, `renewed-${round}.pdf`, { level: 'B-LTA' })
      await rig.evidence.raise(job)
      expect(readFileSync(job.output).subarray(0, readFileSync(path).length).equals(readFileSync(path))).toBe(true)
      path = job.output
    }
    const { signatures, indication } = await rig.verified(path)
    expect(indication).toBe('TOTAL-PASSED')
    expect(signatures.map(({ kind }) => kind)).toEqual(['approval', ...Array<string>(4).fill('document-timestamp')])
    expect(signatures[0]?.level).toBe('B-LTA')
  })

  it('without a signature is refused', async () => {
    await rig.signed('unsigned')
    await expect(rig.evidence.raise(rig.job(at('unsigned-original.pdf'), 'no.pdf'))).rejects.toMatchObject({ refusal: { code: 'document-not-signed' } })
  })

  it('whose newest signature is broken is refused', async () => {
    const bytes = readFileSync(await rig.signed('broken'))
    bytes[bytes.indexOf('/MediaBox') + 1] = 0x6d
    writeFileSync(at('broken-changed.pdf'), bytes)
    await expect(rig.evidence.raise(rig.job(at('broken-changed.pdf'), 'no.pdf'))).rejects.toMatchObject({ refusal: { code: 'document-signature-broken' } })
  })
})

describe('where servers fail', () => {
  it.each([
    ['the stamp', () => (rig.servers.tsa = { fault: 'wrong-imprint' }), 'time-stamp-failed', 'B-T'],
    ['the evidence', () => ((rig.servers.ocsp = { fault: 'status-500' }), (rig.servers.crl = { fault: 'stale' })), 'revocation-unknown', 'B-LT'],
  ] as const)('%s is missing, nothing is written, and the document can be raised later', async (_what, fail, code, level) => {
    const input = await rig.signed(`fail-${code}`)
    const before = readFileSync(input)
    const job = rig.job(input, `fail-${code}-raised.pdf`, { level, stamp: 'into-signature' })
    fail()
    await expect(rig.evidence.raise(job)).rejects.toMatchObject({ refusal: { code } })
    expect(readdirSync(rig.folder).filter((name) => name.startsWith(`fail-${code}-raised`))).toEqual([])
    expect(readFileSync(input).equals(before)).toBe(true)
    rig.servers.tsa = {}
    rig.servers.ocsp = {}
    rig.servers.crl = {}
    await rig.evidence.raise(job)
    expect((await rig.verified(job.output)).signatures[0]?.level).toBe(level)
  })

  it('a revoked signer is told by name and time', async () => {
    const credential = await rig.issue({ name: 'Phạm Văn Thu Hồi' })
    const input = await rig.signed('revoked', { credential })
    rig.servers.revoke(credential.certificateDer, new Date('2026-01-05T00:00:00Z'))
    await expect(rig.evidence.raise(rig.job(input, 'no.pdf', { level: 'B-LT' }))).rejects.toMatchObject({
      refusal: { code: 'certificate-revoked', facts: { holder: 'Phạm Văn Thu Hồi', revokedAt: '2026-01-05T00:00:00.000Z' } },
    })
    // A stamp alone asks nobody.
    await rig.evidence.raise(rig.job(input, 'revoked-stamped.pdf'))
  })

  it('a signer under no known root is refused', async () => {
    const input = await rig.signed('stranger')
    const job = rig.job(input, 'no.pdf', { level: 'B-LT', roots: [] })
    await expect(rig.evidence.raise(job)).rejects.toMatchObject({ refusal: { code: 'time-stamp-failed', facts: { reason: 'authority-not-trusted' } } })
    expect(existsSync(job.output)).toBe(false)
  })

  it('half of a batch waits for its stamps, and none is lost', async () => {
    const inputs = await Promise.all(Array.from({ length: 6 }, (_, index) => rig.signed(`half-${index}`)))
    const jobs = inputs.map((input, index) => rig.job(input, `half-${index}-raised.pdf`, { stamp: 'into-signature' }))
    let answered = 0
    const dying = createEvidenceWorkers({
      askServer: (question) => (++answered > 3 ? Promise.reject(new ServerError('unreachable')) : rig.ask(question)),
    })
    const outcomes = await Promise.allSettled(jobs.map((job) => dying.raise(job)))
    await dying.close()
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(3)
    for (const [index, job] of jobs.entries()) if (outcomes[index]?.status === 'rejected') await rig.evidence.raise(job)
    for (const { output } of jobs) expect((await rig.verified(output)).signatures[0]?.level).toBe('B-T')
  })
})

describe('the question before a signature', () => {
  it('is answered from OCSP or the list, for the whole chain', async () => {
    const { certificateDer } = await rig.issue()
    const roots = rig.roots.map(({ der }) => der)
    const check = () => rig.evidence.checkCertificate({ certificates: [certificateDer], roots })
    expect(await check()).toMatchObject({ kind: 'good' })
    rig.servers.ocsp = { fault: 'status-500' }
    expect(await check()).toMatchObject({ kind: 'good' })
    rig.servers.crl = { fault: 'status-500' }
    expect(await check()).toMatchObject({ kind: 'unknown', holder: 'Lê Thị Thu Hà', reason: 'unreachable' })
    rig.servers.ocsp = {}
    rig.servers.revoke(certificateDer, new Date('2026-01-05T00:00:00Z'))
    expect(await check()).toEqual({ kind: 'revoked', holder: 'Lê Thị Thu Hà', revokedAt: new Date('2026-01-05T00:00:00Z'), reason: 'key-compromise' })
    expect(await rig.evidence.checkCertificate({ certificates: [certificateDer], roots: [] })).toEqual({ kind: 'untrusted', holder: 'Lê Thị Thu Hà' })
  })

  it('is open where the issuer cannot be had: that says nothing against a certificate whose token holds no chain', async () => {
    const { certificateDer } = await rig.issue()
    const roots = rig.roots.map(({ der }) => der)
    const cut = createEvidenceWorkers({ askServer: (question) => (question.body === undefined ? Promise.reject(new ServerError('unreachable')) : rig.ask(question)) })
    const unknown = { kind: 'unknown', holder: 'Lê Thị Thu Hà', reason: 'unreachable' }
    expect(await cut.checkCertificate({ certificates: [certificateDer], roots })).toEqual(unknown)
    await cut.close()
  })
})
