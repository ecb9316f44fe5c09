import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { memorySource } from '../../../agent/pdf/byte-source.ts'
import { PdfRef } from '../../../agent/pdf/objects.ts'
import { openDocument } from '../../../agent/pdf/open-document.ts'
import { createDocumentWorkers } from '../../../agent/signing/document-workers.ts'
import type { DocumentWorkers, SignJob } from '../../../agent/signing/sign-document.ts'
import { verifyDocument } from '../../../agent/verify/verify-document.ts'
import type { VerificationReport } from '../../../agent/verify/report.ts'
import { refusalOf, type Refusal } from '../../../shared/errors.ts'
import { tempFolder } from '../../support/temp-folder.ts'
import { makePdf, plainObjects, qpdfCheck, run, writeTo } from '../pdf/made-pdf.ts'
import { opensslVerifies, pdfsig } from './judges.ts'
import { holder, makeSigner, type Signer } from './signer.ts'

let folder: string
let signer: Signer
let workers: DocumentWorkers

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'antin-fields-'))
  signer = await makeSigner(join(folder, 'authority'))
  workers = createDocumentWorkers()
})
afterAll(async () => {
  await workers.close()
  rmSync(folder, { recursive: true })
})

/** A form with a place for the head of the office, and one for the clerk that locks the head's. */
function formFile(catalog = '', form = '/Fields [6 0 R 7 0 R]', head = ''): string {
  return writeTo(tempFolder(), 'form.pdf', makePdf({
    objects: {
      ...plainObjects,
      1: `<< /Type /Catalog /Pages 2 0 R /AcroForm << ${form} >> ${catalog} >>`,
      3: '<< /Type /Page /Parent 2 0 R /Annots [6 0 R 7 0 R] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>',
      6: `<< /Type /Annot /Subtype /Widget /FT /Sig /T (Lanh dao) /Rect [300 100 500 180] /P 3 0 R ${head} >>`,
      7: '<< /Type /Annot /Subtype /Widget /FT /Sig /T (Van thu) /Rect [50 100 250 180] /P 3 0 R /Lock << /Type /SigFieldLock /Action /Include /Fields [(Lanh dao)] >> >>',
      8: '<< /Length 5 >>\nstream\n<xdp>\nendstream',
    },
  }))
}

async function sign(input: string, more: Partial<SignJob> = {}): Promise<string> {
  const output = join(tempFolder(), 'signed.pdf')
  await workers.inspect(input, more)
  await workers.sign(signer.job(input, output, { appearance: { lines: [`Người ký: ${holder}`] }, ...more }), signer.askKey)
  return output
}

function verify(path: string): Promise<VerificationReport> {
  return verifyDocument(openDocument(memorySource(readFileSync(path))), { roots: [Buffer.from(signer.rootPem.replace(/-----[^-]+-----/g, ''), 'base64')] })
}

async function refusalFrom(promise: Promise<unknown>): Promise<Refusal> {
  return promise.then(() => expect.fail('this should have been refused'), (error: unknown) => refusalOf(error))
}

describe('a field that the document keeps for a signature', () => {
  test('is signed in its own place, and judges agree', async () => {
    const input = formFile()
    const output = await sign(input, { field: 'Lanh dao' })
    expect(pdfsig(output)).toEqual([{ valid: true, wholeFile: true }])
    expect(opensslVerifies(output, tempFolder(), signer.rootPem)).toBe(true)
    expect(qpdfCheck(output).status).toBe(0)
    const report = await verify(output)
    expect(report).toMatchObject({ indication: 'TOTAL-PASSED', signatures: [{ fieldName: 'Lanh dao' }] })
    const document = openDocument(memorySource(readFileSync(output)))
    expect([document.dictOf(new PdfRef(6))?.get('Rect'), document.dictOf(new PdfRef(6))?.has('AP'), document.dictOf(new PdfRef(7))?.has('V')]).toEqual([[300, 100, 500, 180], true, false])
    const [, left = NaN, top = NaN] = /xMin="([\d.]+)" yMin="([\d.]+)"[^>]*>Người</.exec(run('pdftotext', ['-bbox', output, '-']).text)?.map(Number) ?? []
    expect(left >= 300 && left < 500 && 842 - top > 100 && 842 - top <= 180).toBe(true)
  })

  test('shows nothing where nothing is to be shown', async () => {
    const document = openDocument(memorySource(readFileSync(await sign(formFile(), { field: 'Lanh dao', appearance: undefined }))))
    expect([document.dictOf(new PdfRef(6))?.has('V'), document.dictOf(new PdfRef(6))?.has('AP')]).toEqual([true, false])
  })

  test('is left alone where nobody named it', async () => {
    const { signatures } = await verify(await sign(formFile()))
    expect(signatures.map(({ fieldName }) => fieldName)).toEqual(['Signature1'])
  })

  test('is nobody’s twice', async () => {
    const signed = await sign(formFile(), { field: 'Lanh dao' })
    const refusal = { code: 'field-missing', facts: { field: 'Lanh dao' } }
    expect(await refusalFrom(workers.inspect(signed, { field: 'Lanh dao' }))).toEqual(refusal)
    expect(await refusalFrom(workers.sign(signer.job(signed, join(tempFolder(), 'again.pdf'), { field: 'Lanh dao' }), signer.askKey))).toEqual(refusal)
  })

  test('that an earlier signature locks is refused; others are not', async () => {
    const signed = await sign(formFile(), { field: 'Van thu' })
    expect(await refusalFrom(sign(signed, { field: 'Lanh dao' }))).toEqual({ code: 'document-locked', facts: { field: 'Van thu' } })
    const twice = await sign(signed)
    expect((await verify(twice)).indication).toBe('TOTAL-PASSED')
    expect(pdfsig(twice).every(({ valid }) => valid)).toBe(true)
  })

  test('whose author demands another signature is refused before the key is asked', async () => {
    const file = formFile('', undefined, '/SV << /Type /SV /Ff 64 /DigestMethod [(SHA512)] >>')
    const askKey = () => Promise.reject(new Error('nobody asks'))
    const refusal = await refusalFrom(workers.sign(signer.job(file, join(tempFolder(), 'signed.pdf'), { field: 'Lanh dao' }), askKey))
    expect(refusal).toEqual({ code: 'field-demands', facts: { field: 'Lanh dao', demand: 'DigestMethod' } })
  })
})

describe('a certification', () => {
  test('by the first signature lets further signatures come and nothing else', async () => {
    const once = await sign(writeTo(tempFolder(), 'plain.pdf', makePdf()), { certify: true })
    const twice = await sign(once, { certify: true })
    const { indication, signatures } = await verify(twice)
    expect([indication, signatures.map(({ kind, permissions }) => [kind, permissions])]).toEqual(['TOTAL-PASSED', [['certification', 2], ['approval', undefined]]])
    expect(pdfsig(twice)).toEqual([{ valid: true, wholeFile: false }, { valid: true, wholeFile: true }])
    expect((await workers.inspect(twice)).warnings).toContain('certified')
  })
})

describe('an XFA form', () => {
  test.each([
    ['that draws its pages anew', '/NeedsRendering true', '/Fields [6 0 R 7 0 R] /XFA [(template) 8 0 R]'],
    ['that has no fields of its own', '', '/Fields [] /XFA 8 0 R'],
  ])('%s is refused', async (_, catalog, form) => {
    expect(await refusalFrom(sign(formFile(catalog, form)))).toEqual({ code: 'document-form-dynamic', facts: {} })
  })

  test('of fixed pages is signed, and stays', async () => {
    const output = await sign(formFile('', '/Fields [6 0 R 7 0 R] /XFA [(template) 8 0 R]'))
    expect(pdfsig(output)).toEqual([{ valid: true, wholeFile: true }])
    expect(readFileSync(output, 'latin1').lastIndexOf('/XFA [(template) 8 0 R]')).toBeGreaterThan(readFileSync(output, 'latin1').indexOf('%%EOF'))
  })
})

test('a document whose newest signature is broken is signed only where the clerk insists', async () => {
  const broken = readFileSync(await sign(writeTo(tempFolder(), 'plain.pdf', makePdf())))
  broken.write('Hallo', broken.indexOf('Hello'), 'latin1')
  const input = writeTo(tempFolder(), 'broken.pdf', broken)
  expect(await refusalFrom(workers.inspect(input))).toEqual({ code: 'document-signature-broken', facts: {} })
  const signed = await sign(input, { insist: true })
  expect(pdfsig(signed)).toEqual([{ valid: false, wholeFile: false }, { valid: true, wholeFile: true }])
})
