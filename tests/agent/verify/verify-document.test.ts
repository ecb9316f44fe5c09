import { execFile, execFileSync } from 'node:child_process'
import { createPrivateKey, sign } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { assembleSignedData } from '../../../agent/cms/assemble-signed-data.ts'
import { buildSignedAttributes } from '../../../agent/cms/signed-attributes.ts'
import { memorySource } from '../../../agent/pdf/byte-source.ts'
import { PdfDict, PdfRef, PdfString, dict, name } from '../../../agent/pdf/objects.ts'
import type { PdfObject } from '../../../agent/pdf/objects.ts'
import { openDocument } from '../../../agent/pdf/open-document.ts'
import type { VerificationReport } from '../../../agent/verify/report.ts'
import { verifyDocument } from '../../../agent/verify/verify-document.ts'
import type { VerificationOptions } from '../../../agent/verify/verify-document.ts'
import { createAuthority } from '../../../demo/authority/authority.ts'
import type { Authority, Credential, HolderRequest } from '../../../demo/authority/authority.ts'
import { certifyAuthority, subjectName } from '../../../demo/authority/certificate.ts'
import { keyPairFrom } from '../../../demo/authority/key-pair.ts'
import { makePdf, plainObjects } from '../pdf/made-pdf.ts'
import { changePdf, signPdf } from './sign-pdf.ts'

const run = promisify(execFile)
let folder: string
let authority: Authority
let leader: Credential
let agency: Credential

const request: HolderRequest = {
  profile: 'leader', name: 'Nguyễn Văn An', organisation: 'Sở Nội vụ', title: 'Giám đốc', identity: 'CCCD:001085000001',
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'antin-verify-'))
  authority = await createAuthority(join(folder, 'authority'))
  leader = await authority.issue(request)
  agency = await authority.issue({ profile: 'agency', name: 'SỞ NỘI VỤ', organisation: 'UBND tỉnh Lâm Sơn' })
})
afterAll(() => rm(folder, { recursive: true }))

const pdf = makePdf()

function verify(bytes: Uint8Array, options: Partial<VerificationOptions> = {}): Promise<VerificationReport> {
  return verifyDocument(openDocument(memorySource(bytes)), { roots: [authority.root.certificateDer], ...options })
}

async function onlySignature(bytes: Uint8Array, options: Partial<VerificationOptions> = {}) {
  const report = await verify(bytes, options)
  const [signature] = report.signatures
  if (signature === undefined || report.signatures.length !== 1) throw new Error('one signature was expected')
  return { report, signature }
}

describe('a signature that holds', () => {
  it.each([
    ['rsa', 'rsa-2048'],
    ['ecdsa-p256', 'p-256'],
    ['ecdsa-p384', 'p-384'],
  ] as const)('passes, and pdfsig agrees (%s)', async (algorithm, key) => {
    const { bytes } = signPdf(pdf, await authority.issue({ ...request, key }), { algorithm })
    const { report, signature } = await onlySignature(bytes)
    expect(report).toMatchObject({ indication: 'TOTAL-PASSED', uncoveredBytes: 0, changedAfter: false, sizeBytes: bytes.length })
    expect(signature).toMatchObject({
      indication: 'TOTAL-PASSED', subIndication: undefined, findings: [], coverage: 'whole-file', laterChanges: 'none', intact: true,
      kind: 'approval',
      chain: { status: 'trusted', revocation: { status: 'not-checked' } },
    })
    expect(await pdfsig(bytes)).toEqual(['Total document signed', 'Signature is Valid.'])
  })

  it('says who signed, and when by their own clock', async () => {
    const { signature } = await onlySignature(signPdf(pdf, leader).bytes)
    expect(signature.signer).toMatchObject({
      holder: 'Nguyễn Văn An', organisation: 'Sở Nội vụ', title: 'Giám đốc', identity: 'CCCD:001085000001',
      issuer: 'CA thử nghiệm phục vụ các cơ quan',
    })
    expect(signature.claimedAt?.toISOString()).toBe('2026-03-01T02:03:04.000Z')
    expect(signature.reason).toBe('Ký duyệt')
  })

  it.each(['table', 'stream', 'hybrid'] as const)('stays when a second one follows (%s)', async (form) => {
    const first = signPdf(makePdf({ form }), leader)
    const second = signPdf(first.bytes, agency)
    const report = await verify(second.bytes)
    expect(report).toMatchObject({ indication: 'TOTAL-PASSED', uncoveredBytes: 0 })
    expect(report.signatures.map(({ indication, coverage, laterChanges }) => ({ indication, coverage, laterChanges }))).toEqual([
      { indication: 'TOTAL-PASSED', coverage: 'revision', laterChanges: 'signatures' },
      { indication: 'TOTAL-PASSED', coverage: 'whole-file', laterChanges: 'none' },
    ])
  })

  it('is a certification that allows a further signature', async () => {
    const report = await verify(signPdf(signPdf(pdf, leader, { docMdp: 2 }).bytes, agency).bytes)
    expect(report.indication).toBe('TOTAL-PASSED')
    expect(report.signatures[0]).toMatchObject({ kind: 'certification', permissions: 2 })
  })
})

describe('fields that a signature locks', () => {
  const reference = (action: string, fields: string[]) =>
    dict({ TransformMethod: name('FieldMDP'), TransformParams: dict({ Action: name(action), Fields: fields.map((field) => new PdfString(Buffer.from(field))) }) })
  /** Signs as `Signature1`, with what it locks, a document that has an empty field `Sau`. */
  const locking = (lock: PdfDict) => {
    const objects = {
      ...plainObjects,
      1: '<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [6 0 R] >> >>',
      3: '<< /Type /Page /Parent 2 0 R /Annots [6 0 R] >>',
      6: '<< /Type /Annot /Subtype /Widget /FT /Sig /T (Sau) /Rect [9 9 90 90] >>',
    }
    return signPdf(makePdf({ objects }), leader, { references: [lock] }).bytes
  }
  const indications = async (bytes: Uint8Array) => (await verify(bytes)).signatures.map(({ findings }) => findings)

  it.each([
    ['All', []],
    ['Include', ['Sau']],
    ['Exclude', ['Khac']],
  ])('may not be signed afterwards (%s)', async (action, fields) => {
    const { bytes } = signPdf(locking(reference(action, fields)), agency, { forged: { into: new PdfRef(6) } })
    expect(await indications(bytes)).toEqual([['change-forbidden'], []])
  })

  it.each([
    ['Include', ['Khac']],
    ['Exclude', ['Sau']],
  ])('may be signed where they are others (%s)', async (action, fields) => {
    expect(await indications(signPdf(locking(reference(action, fields)), agency, { forged: { into: new PdfRef(6) } }).bytes)).toEqual([[], []])
  })

  it('are broken by a new field that shows, and by none that shows nothing', async () => {
    const locked = locking(reference('All', []))
    expect(await indications(signPdf(locked, agency, { forged: { rect: [10, 10, 90, 90] } }).bytes)).toEqual([['change-forbidden'], []])
    expect(await indications(signPdf(locked, agency, { forged: { rect: [10, 10, 10, 10] } }).bytes)).toEqual([[], []])
  })

  it('may forbid more than the certification does', async () => {
    const lock = dict({ TransformMethod: name('FieldMDP'), TransformParams: dict({ Action: name('Include'), Fields: [], P: 2 }) })
    const noted = changePdf(locking(lock), (document, revision) => {
      const note = revision.add(dict({ Type: name('Annot'), Subtype: name('Text'), Rect: [0, 0, 9, 9] }))
      const page = document.page(0)
      revision.replace(page.ref, new PdfDict(page.dict).set('Annots', [new PdfRef(6), ...(document.arrayOf(page.dict.get('Annots')) ?? []).slice(1), note]))
    })
    expect(await indications(noted)).toEqual([['change-forbidden']])
  })
})

describe('a signature by an unfit certificate', () => {
  it('is undecided without a root, and with another one', async () => {
    const { bytes } = signPdf(pdf, leader)
    const { signature } = await onlySignature(bytes, { roots: [] })
    expect(signature).toMatchObject({
      indication: 'INDETERMINATE', subIndication: 'NO_CERTIFICATE_CHAIN_FOUND', findings: ['chain-unknown'], intact: true,
    })
    const stranger = await createAuthority(join(folder, 'stranger'))
    expect((await onlySignature(bytes, { roots: [stranger.root.certificateDer] })).signature).toMatchObject({
      indication: 'INDETERMINATE', findings: ['chain-broken'],
    })
  })

  it('finds its intermediate elsewhere when the container has only the leaf', async () => {
    const { bytes } = signPdf(pdf, { ...leader, chainDer: [] })
    expect((await onlySignature(bytes)).signature.findings).toEqual(['chain-unknown'])
    const helped = await onlySignature(bytes, { extraCertificates: [authority.issuing.certificateDer] })
    expect(helped.signature.indication).toBe('TOTAL-PASSED')
  })

  it.each([
    ['expired', { notBefore: new Date('2020-01-01'), notAfter: new Date('2021-01-01') }, 'certificate-out-of-time', 'OUT_OF_BOUNDS_NO_POE'],
    ['too early', { notBefore: new Date('2090-01-01'), notAfter: new Date('2091-01-01') }, 'certificate-out-of-time', 'OUT_OF_BOUNDS_NO_POE'],
    ['for encryption', { usage: 'encryption' }, 'certificate-not-for-signing', 'CHAIN_CONSTRAINTS_FAILURE'],
  ] as const)('is undecided: %s', async (_what, unfit, finding, subIndication) => {
    const { signature } = await onlySignature(signPdf(pdf, await authority.issue({ ...request, ...unfit })).bytes)
    expect(signature).toMatchObject({ indication: 'INDETERMINATE', subIndication, findings: [finding], intact: true })
  })

  it.each([
    ['sha1', 'INDETERMINATE', 'CRYPTO_CONSTRAINTS_FAILURE_NO_POE', ['algorithm-weak']],
    ['sha512', 'TOTAL-PASSED', undefined, []],
  ] as const)('verifies with %s, and is %s', async (digest, indication, subIndication, findings) => {
    const { bytes } = signPdf(pdf, leader, { containerOf: (_digest, covered) => opensslSigned(covered, digest) })
    expect((await onlySignature(bytes)).signature).toMatchObject({ indication, subIndication, findings, intact: true })
  })

  it('must be the certificate that the signature names, and no other of the same key', async () => {
    const key = keyPairFrom(leader.privateKeyPem)
    const validity = { notBefore: new Date('2025-01-01'), notAfter: new Date('2035-01-01') }
    const substitute = await certifyAuthority(subjectName({ name: 'Người khác', organisation: 'Nơi khác' }), key, validity, 0)
    const containerOf = (digestSha256: Uint8Array) => {
      const signedAttributes = buildSignedAttributes({ digest: digestSha256, certificate: leader.certificateDer })
      const signature = sign('sha256', signedAttributes, createPrivateKey(leader.privateKeyPem))
      return assembleSignedData({ signedAttributes, signature, certificates: [new Uint8Array(substitute.rawData)], scheme: { kind: 'rsa-pkcs1', digest: 'sha256' } })
    }
    const { signature } = await onlySignature(signPdf(pdf, leader, { containerOf }).bytes)
    expect(signature).toMatchObject({ indication: 'INDETERMINATE', subIndication: 'NO_SIGNING_CERTIFICATE_FOUND' })
    expect(signature.findings).toContain('signer-certificate-differs')
  })
})

describe('a document that changed', () => {
  it.each([10, 40, 200])('fails when byte %i is another', async (at) => {
    const { bytes } = signPdf(pdf, leader)
    const place = bytes.indexOf('Hello') === -1 ? at : bytes.indexOf('Hello') + (at % 5)
    bytes.writeUInt8(bytes.readUInt8(place) ^ 1, place)
    expect((await onlySignature(bytes)).signature).toMatchObject({
      indication: 'TOTAL-FAILED', subIndication: 'HASH_FAILURE', intact: false,
    })
  })

  it('fails when the signature value is another', async () => {
    const { bytes } = signPdf(pdf, leader)
    const end = bytes.lastIndexOf('0'.repeat(2000))
    const place = bytes.subarray(0, end).findLastIndex((byte) => byte !== 0x30) - 20
    bytes.write(bytes.toString('latin1', place, place + 1) === 'a' ? 'b' : 'a', place, 'latin1')
    expect((await onlySignature(bytes)).signature).toMatchObject({ indication: 'TOTAL-FAILED', subIndication: 'SIG_CRYPTO_FAILURE' })
  })

  it.each([
    ['a line feed', '\n'],
    ['a comment', '\n% nothing to see\n'],
    ['rubbish', 'x'.repeat(1000)],
  ])('is no longer whole with %s behind it', async (_what, tail) => {
    const { report, signature } = await onlySignature(Buffer.concat([signPdf(pdf, leader).bytes, Buffer.from(tail)]))
    expect(signature).toMatchObject({ coverage: 'revision', intact: true })
    expect(report).toMatchObject({ indication: 'INDETERMINATE', changedAfter: true, uncoveredBytes: tail.length })
  })

  it('is told apart: a new page content, unsigned', async () => {
    const changed = changePdf(signPdf(pdf, leader).bytes, (document, revision) => {
      const content = revision.addStream(new PdfDict(), Buffer.from('BT /F1 24 Tf 72 700 Td (Good bye) Tj ET'))
      revision.replace(document.page(0).ref, new PdfDict(document.page(0).dict).set('Contents', content))
    })
    const { report, signature } = await onlySignature(changed)
    expect(signature).toMatchObject({
      indication: 'INDETERMINATE', subIndication: 'SIG_CONSTRAINTS_FAILURE', findings: ['changed-after'], laterChanges: 'other',
    })
    expect(report).toMatchObject({ indication: 'INDETERMINATE', changedAfter: true })
  })

  it('does not become whole again because somebody signs the change', async () => {
    const { bytes } = signPdf(signPdf(pdf, leader).bytes, agency, {
      alsoChange: (_document, revision) => revision.replace(new PdfRef(4), new PdfString(Buffer.from('gone'))),
    })
    const report = await verify(bytes)
    expect(report.signatures.map(({ findings }) => findings)).toEqual([['changed-after'], []])
    expect(report.indication).toBe('INDETERMINATE')
  })

  it('keeps an earlier signature when an annotation comes with a further one, but not under a certification', async () => {
    const annotatedAndSigned = (bytes: Uint8Array) => signPdf(changePdf(bytes, addNote), agency).bytes
    const plain = await verify(annotatedAndSigned(signPdf(pdf, leader).bytes))
    expect(plain.signatures[0]).toMatchObject({ indication: 'TOTAL-PASSED', laterChanges: 'annotations' })
    const certified = await verify(annotatedAndSigned(signPdf(pdf, leader, { docMdp: 2 }).bytes))
    expect(certified.signatures[0]).toMatchObject({
      indication: 'INDETERMINATE', findings: ['change-forbidden'], laterChanges: 'annotations',
    })
    const permitted = await verify(annotatedAndSigned(signPdf(pdf, leader, { docMdp: 3 }).bytes))
    expect(permitted.indication).toBe('TOTAL-PASSED')
  })

  it('may have its form filled in after a certification that allows it, and nothing else of a field may change', async () => {
    const form = makePdf({
      objects: {
        ...plainObjects,
        1: '<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [6 0 R] >> >>',
        3: (plainObjects[3] ?? '').replace('>> >>', '>> >> /Annots [6 0 R]'),
        6: '<< /Type /Annot /Subtype /Widget /FT /Tx /T (number) /Rect [0 0 100 20] /P 3 0 R >>',
      },
    })
    const changed = (key: string, value: PdfObject) =>
      changePdf(signPdf(form, leader, { docMdp: 2 }).bytes, (document, revision) => {
        revision.replace(new PdfRef(6), new PdfDict(document.dictOf(new PdfRef(6))).set(key, value))
      })
    expect((await onlySignature(changed('V', new PdfString(Buffer.from('12'))))).signature).toMatchObject({
      laterChanges: 'forms', findings: [],
    })
    expect((await onlySignature(changed('Rect', [0, 0, 500, 500]))).signature).toMatchObject({
      laterChanges: 'other', findings: ['change-forbidden'],
    })
  })

  it('does not let the look of a signature change', async () => {
    const repainted = changePdf(signPdf(pdf, leader).bytes, (document, revision) => {
      const [field] = document.arrayOf(document.page(0).dict.get('Annots')) ?? []
      if (!(field instanceof PdfRef)) throw new Error('a widget was expected')
      const form = dict({ Type: name('XObject'), Subtype: name('Form'), BBox: [0, 0, 9, 9] })
      const look = revision.addStream(form, Buffer.from('0 0 9 9 re f'))
      revision.replace(field, new PdfDict(document.dictOf(field)).set('AP', dict({ N: look })))
    })
    expect((await onlySignature(repainted)).signature).toMatchObject({ laterChanges: 'other', findings: ['changed-after'] })
  })

  it('is found out when a hidden object comes into being', async () => {
    // The page refers to an object that does not exist, until after the signature.
    const prepared = makePdf({
      objects: { ...plainObjects, 3: (plainObjects[3] ?? '').replace('/Contents 4 0 R', '/Contents [4 0 R 900 0 R]') },
    })
    const signed = signPdf(prepared, leader).bytes
    const shown = changePdf(signed, (document, revision) => {
      const catalog = new PdfDict(document.catalog).set('Extensions', dict({}))
      revision.replace(document.catalogRef, catalog)
      revision.replace(new PdfRef(900), new PdfString(Buffer.from('now it exists')))
    })
    expect((await onlySignature(shown)).signature).toMatchObject({ laterChanges: 'other', findings: ['changed-after'] })
  })

  it('is found out when the metadata that changed is also what the page draws', async () => {
    const prepared = makePdf({ objects: { ...plainObjects, 1: '<< /Type /Catalog /Pages 2 0 R /Metadata 4 0 R >>' } })
    const swapped = changePdf(signPdf(prepared, leader).bytes, (_document, revision) => {
      revision.replace(new PdfRef(4), new PdfString(Buffer.from('another content')))
    })
    expect((await onlySignature(swapped)).signature).toMatchObject({ laterChanges: 'other', findings: ['changed-after'] })
    const honest = makePdf({
      objects: { ...plainObjects, 1: '<< /Type /Catalog /Pages 2 0 R /Metadata 6 0 R >>', 6: '<< /Type /Metadata >>' },
    })
    const renewed = changePdf(signPdf(honest, leader).bytes, (_document, revision) => revision.replace(new PdfRef(6), dict({
      Type: name('Metadata'),
    })))
    expect((await onlySignature(renewed)).signature).toMatchObject({ laterChanges: 'none', findings: [] })
  })
})

it('reports nothing for a document without a signature', async () => {
  expect(await verify(pdf)).toMatchObject({ indication: undefined, signatures: [], changedAfter: false })
})

const addNote: Parameters<typeof changePdf>[1] = (document, revision) => {
  const page = document.page(0)
  const note = revision.add(dict({
    Type: name('Annot'), Subtype: name('Text'), Rect: [10, 10, 30, 30], Contents: new PdfString(Buffer.from('x')),
  }))
  revision.replace(page.ref, new PdfDict(page.dict).set('Annots', [...(document.arrayOf(page.dict.get('Annots')) ?? []), note]))
}

/** The lines that matter; poppler prints the coverage first. */
async function pdfsig(bytes: Uint8Array): Promise<string[]> {
  const path = join(folder, 'pdfsig.pdf')
  await writeFile(path, bytes)
  // It exits with 1 where it does not know the root, whatever it says of the signature.
  const { stdout } = await run('pdfsig', ['-nocert', path]).catch((failure: unknown) => failure as { stdout: string })
  const lines = stdout.matchAll(/(Total document signed|Not total document signed)|Signature Validation: (.*)/g)
  return [...lines].map(([, coverage, verdict]) => coverage ?? verdict ?? '')
}

function opensslSigned(content: Uint8Array, digest: string): Uint8Array {
  const at = (file: string) => join(folder, `openssl-${file}`)
  writeFileSync(at('content'), content)
  writeFileSync(at('key.pem'), leader.privateKeyPem)
  writeFileSync(at('certificate.pem'), leader.certificatePem)
  execFileSync('openssl', [
    'cms', '-sign', '-binary', '-cades', '-md', digest, '-in', at('content'), '-signer', at('certificate.pem'), '-inkey', at('key.pem'),
    '-certfile', join(folder, 'authority/issuing.pem'), '-outform', 'DER', '-out', at('container.der'),
  ])
  return readFileSync(at('container.der'))
}
