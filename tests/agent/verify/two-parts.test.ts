import { createHash } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { memorySource } from '../../../agent/pdf/byte-source.ts'
import { dict, name, PdfDict, PdfRef, PdfString } from '../../../agent/pdf/objects.ts'
import type { PdfObject } from '../../../agent/pdf/objects.ts'
import { openDocument } from '../../../agent/pdf/open-document.ts'
import { checkOwnWork } from '../../../agent/verify/check-own-work.ts'
import { verifyDocument } from '../../../agent/verify/verify-document.ts'
import { createAuthority } from '../../../demo/authority/authority.ts'
import type { Authority, Credential } from '../../../demo/authority/authority.ts'
import { otherPage, pageText, preparedPdf, textStream } from './prepared-pdf.ts'
import { changePdf, signPdf } from './sign-pdf.ts'

/**
 * Shadow attacks (Mainka et al., 2021): a document is prepared so that an object plays a harmless part, which may change
 * after the signature, and a second one. Then the change is signed by somebody else, so that everything is covered.
 */
let folder: string
let authority: Authority
let leader: Credential
let attacker: Credential

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'antin-two-parts-'))
  authority = await createAuthority(folder)
  leader = await authority.issue({ profile: 'leader', name: 'Nguyễn Văn An', organisation: 'Sở Nội vụ' })
  attacker = await authority.issue({ profile: 'clerk', name: 'Kẻ Tấn Công', organisation: 'Sở Nội vụ' })
})
afterAll(() => rm(folder, { recursive: true }))

type Change = Parameters<typeof changePdf>[1]

async function laterChanges(prepared: Uint8Array, change: Change, docMdp?: 2 | 3): Promise<unknown[]> {
  const signed = signPdf(prepared, leader, docMdp === undefined ? {} : { docMdp }).bytes
  const resigned = signPdf(changePdf(signed, change), attacker).bytes
  const report = await verifyDocument(openDocument(memorySource(resigned)), { roots: [authority.root.certificateDer] })
  expect(report.signatures[1]).toMatchObject({ indication: 'TOTAL-PASSED', coverage: 'whole-file' })
  return [report.indication, report.signatures[0]?.laterChanges]
}

const caught = ['INDETERMINATE', 'other']

const addEvilPage = (...[document, revision]: Parameters<Change>): PdfRef => {
  const contents = revision.addStream(new PdfDict(), Buffer.from('BT /F1 24 Tf 50 700 Td (Pay 999 dong) Tj ET'))
  return revision.add(otherPage(contents, document.catalog.has('AcroForm') ? { FT: name('Sig') } : {}))
}

describe('what is evidence and something else', () => {
  const script = dict({ S: name('JavaScript'), JS: new PdfString(Buffer.from('app.alert(1)')) })
  const oneScript = '<< /S /JavaScript /JS () >>'
  const hidden = '<< /OCGs [7 0 R] /D << /OFF [7 0 R] >> >>'
  const look = '/AP << /N 9 0 R >>'
  const stream = (...[, revision]: Parameters<Change>) => revision.replace(new PdfRef(9), new PdfString(Buffer.from('other')))
  const to = (object: PdfObject): Change => (_document, revision) => revision.replace(new PdfRef(9), object)
  const catalog = (entries: string) => ({ 1: `<< /Type /Catalog /Pages 2 0 R ${entries} >>` })
  const form = (entries: string) => catalog(`/AcroForm << /Fields [] ${entries} >>`)

  it.each<[string, Record<number, string>, Change]>([
    ['the root of the pages', { 1: '<< /Type /Catalog /Pages 9 0 R >>', 9: '<< /Type /Pages /Kids [3 0 R] /Count 1 >>' },
      (document, revision) => revision.replace(new PdfRef(9), dict({ Type: name('Pages'), Kids: [addEvilPage(document, revision)], Count: 1 }))],
    ['an array of pages', { 2: '<< /Type /Pages /Kids 9 0 R /Count 1 >>', 9: '[3 0 R]' },
      (document, revision) => revision.replace(new PdfRef(9), [addEvilPage(document, revision)])],
    ['the optional content', { ...catalog('/OCProperties 9 0 R'), 7: '<< /Type /OCG /Name (a) >>', 9: hidden },
      to(dict({ OCGs: [new PdfRef(7)], D: dict({ ON: [new PdfRef(7)] }) }))],
    ['the action on opening', { ...catalog('/OpenAction 9 0 R'), 9: oneScript }, to(script)],
    ['a further action', { ...catalog('/AA << /WC 9 0 R >>'), 9: oneScript }, to(script)],
    ['a named script', { ...catalog('/Names << /JavaScript << /Names [(a) 9 0 R] >> >>'), 9: oneScript }, to(script)],
    ['an embedded file', { ...catalog('/Names << /EmbeddedFiles << /Names [(a) << /EF << /F 9 0 R >> >>] >> >>'), 9: textStream('file') }, stream],
    ['the outlines', { ...catalog('/Outlines 9 0 R'), 9: '<< /Type /Outlines >>' }, to(dict({ First: new PdfRef(3) }))],
    ['the structure', { ...catalog('/StructTreeRoot 9 0 R'), 9: '<< /Type /StructTreeRoot >>' }, to(dict({ K: new PdfRef(3) }))],
    ['how it is viewed', { ...catalog('/ViewerPreferences 9 0 R'), 9: '<< /Direction /L2R >>' }, to(dict({ Direction: name('R2L') }))],
    ['the collection', { ...catalog('/Collection 9 0 R'), 9: '<< /View /T >>' }, to(dict({ View: name('H') }))],
    ['the labels of the pages', { ...catalog('/PageLabels 9 0 R'), 9: '<< /Nums [0 << /S /D >>] >>' }, to(dict({ Nums: [0, dict({ S: name('R') })] }))],
    ['the XFA form', { ...form('/XFA 9 0 R'), 9: textStream('xfa') }, stream],
    ['the content of a page', { 3: pageText('9 0 R'), 9: textStream('Pay 100 dong') }, stream],
    ['the content of a page, as cross-references', { 3: pageText('9 0 R'), 9: textStream('Pay 100 dong', '/Type /XRef') }, stream],
    ['an action, as cross-references', { ...catalog('/OpenAction << /S /JavaScript /JS 9 0 R >>'), 9: textStream('x', '/Type /XRef') }, stream],
    ['the resources', { 3: pageText('4 0 R').replace('/Resources', '/Resources 9 0 R /X'), 9: '<< /Font << /F1 6 0 R >> >>' }, to(dict({}))],
    ['a rotation', { 3: pageText('4 0 R', '/Rotate 9 0 R'), 9: '0' }, to(180)],
    ['a box', { 3: pageText('4 0 R', '/CropBox 9 0 R'), 9: '[0 0 595 842]' }, to([0, 0, 10, 10])],
    ['the look of an annotation', { 3: pageText('4 0 R', '/Annots [7 0 R]'), 7: `<< /Type /Annot /Subtype /Stamp /Rect [0 0 9 9] ${look} >>`, 9: textStream('x') }, stream],
    ['a font of the form', { ...form('/DR << /Font << /F2 9 0 R >> >>'), 9: '<< /Type /Font >>' }, to(dict({ Type: name('Font'), X: 1 }))],
    ['what a bare reference leads to', { 3: pageText('7 0 R'), 7: '9 0 R', 9: textStream('Pay 100 dong') }, stream],
  ])('%s', async (_what, objects, change) => {
    const store = catalogWith(objects, '/DSS << /X 9 0 R >>')
    expect(await laterChanges(preparedPdf({ 8: '<< /X 9 0 R >>', ...objects }, { trailer: '/Info 8 0 R' }), change)).toEqual(caught)
    expect(await laterChanges(preparedPdf({ 8: '<< /X 9 0 R >>', ...objects }, { trailer: '/Info 8 0 R' }), change, 2)).toEqual(caught)
    expect(await laterChanges(preparedPdf(store), change)).toEqual(caught)
  })
})

describe('what is in two lists', () => {
  const alsoPage: Change = (document, revision) => {
    const page = addEvilPage(document, revision)
    revision.replace(new PdfRef(9), [...(document.arrayOf(new PdfRef(9)) ?? []), page])
  }

  it('pages and annotations', async () => {
    const prepared = preparedPdf({ 2: '<< /Type /Pages /Kids 9 0 R /Count 2 >>', 3: pageText('4 0 R', '/Annots 9 0 R'), 9: '[3 0 R]' })
    expect(await laterChanges(prepared, alsoPage)).toEqual(caught)
  })

  it('pages and fields', async () => {
    const catalog = '<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields 9 0 R >> >>'
    const prepared = preparedPdf({ 1: catalog, 2: '<< /Type /Pages /Kids 9 0 R /Count 2 >>', 9: '[3 0 R]' })
    expect(await laterChanges(prepared, alsoPage, 2)).toEqual(caught)
  })

  it('annotations and fields, where only what both may take may come', async () => {
    const catalog = '<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields 9 0 R >> >>'
    const prepared = preparedPdf({ 1: catalog, 3: pageText('4 0 R', '/Annots 9 0 R'), 9: '[]' })
    expect(await laterChanges(prepared, () => undefined)).toEqual(['TOTAL-PASSED', 'signatures'])
    const note = dict({ Type: name('Annot'), Subtype: name('FreeText'), Rect: [0, 0, 595, 842] })
    const noted: Change = (document, revision) => revision.replace(new PdfRef(9), [...(document.arrayOf(new PdfRef(9)) ?? []), revision.add(note)])
    expect(await laterChanges(prepared, noted)).toEqual(caught)
  })

  it('pages and annotations, when we sign it ourselves', () => {
    const prepared = preparedPdf({ 2: '<< /Type /Pages /Kids 9 0 R /Count 1 >>', 3: pageText('4 0 R', '/Annots 9 0 R'), 9: '[3 0 R]' })
    const { bytes, fieldName } = signPdf(prepared, leader)
    const work = { original: memorySource(prepared), originalSha256: createHash('sha256').update(prepared).digest(), signed: memorySource(bytes), fieldName, certificate: leader.certificateDer }
    expect(() => checkOwnWork(work)).toThrow(expect.objectContaining({ refusal: { code: 'signature-rejected', facts: { reason: 'document-changed' } } }))
  })
})

describe('a list of drawings', () => {
  const drawing = (text: string) => textStream(text, '/Type /XObject /Subtype /Form /BBox [0 0 595 842]')

  it('does not draw other values of a field', async () => {
    const content = 'q /MK Do Q'
    const prepared = preparedPdf({
      1: '<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [9 0 R] >> >>',
      3: pageText('4 0 R').replace('/Font', '/XObject 9 0 R /Font'),
      4: `<< /Length ${content.length} >>\nstream\n${content}\nendstream`,
      8: drawing('Pay 999 dong'),
      9: '<< /FT /Tx /T (a) /MK 12 0 R >>',
      12: drawing('Pay 100 dong'),
    })
    const swap: Change = (document, revision) => {
      revision.replace(new PdfRef(9), new PdfDict(document.dictOf(new PdfRef(9))).set('MK', new PdfRef(8)))
    }
    expect(await laterChanges(prepared, swap, 2)).toEqual(caught)
  })

  it('does not draw other metadata of the catalogue', async () => {
    const content = 'q /Metadata Do Q'
    const prepared = preparedPdf({
      1: '<< /Type /Catalog /Pages 2 0 R /Metadata 9 0 R >>',
      3: pageText('4 0 R').replace('/Font', '/XObject 1 0 R /Font'),
      4: `<< /Length ${content.length} >>\nstream\n${content}\nendstream`,
      9: drawing('Pay 100 dong'),
    })
    const swap: Change = (document, revision) => {
      const other = revision.addStream(dict({ Subtype: name('Form'), BBox: [0, 0, 595, 842] }), Buffer.from('0 0 99 99 re f'))
      revision.replace(document.catalogRef, new PdfDict(document.catalog).set('Metadata', other))
    }
    expect(await laterChanges(prepared, swap)).toEqual(caught)
  })
})

describe('what was nothing', () => {
  const evil = dict({ S: name('JavaScript'), JS: new PdfString(Buffer.from('app.alert(1)')) })

  it('becomes a page', async () => {
    const prepared = preparedPdf({ 2: '<< /Type /Pages /Kids [9 0 R 3 0 R] /Count 2 >>', 9: 'null' })
    const fill: Change = (_document, revision) => {
      const { number } = revision.addStream(new PdfDict(), Buffer.from('BT /F1 24 Tf 50 700 Td (Pay 999 dong) Tj ET'))
      revision.replace(new PdfRef(9), otherPage(new PdfRef(number)))
    }
    expect(await laterChanges(prepared, fill)).toEqual(caught)
  })

  it.each([
    ['null', { 9: 'null' }],
    ['null behind a bare reference', { 8: '9 0 R', 9: 'null' }],
    ['missing behind a bare reference', { 8: '9 0 R' }],
  ])('becomes an action: %s', async (_what, objects) => {
    const opening = '8' in objects ? '8 0 R' : '9 0 R'
    const prepared = preparedPdf({ 1: `<< /Type /Catalog /Pages 2 0 R /OpenAction ${opening} >>`, 12: 'true', ...objects })
    expect(await laterChanges(prepared, (_document, revision) => revision.replace(new PdfRef(9), evil), 2)).toEqual(caught)
  })

  it('stays harmless where nothing refers to it', async () => {
    const prepared = preparedPdf({ 9: 'null' })
    expect(await laterChanges(prepared, (_document, revision) => revision.replace(new PdfRef(9), evil), 2)).toEqual(['TOTAL-PASSED', 'signatures'])
  })

  it('is found where no old object changes', async () => {
    const prepared = preparedPdf({ 3: pageText('[4 0 R 9 0 R]'), 12: 'true' })
    const signed = signPdf(prepared, leader).bytes
    const filled = changePdf(signed, (_document, revision) => revision.replace(new PdfRef(9), new PdfString(Buffer.from('now it exists'))))
    const { signatures } = await verifyDocument(openDocument(memorySource(filled)), { roots: [authority.root.certificateDer] })
    expect(signatures[0]).toMatchObject({ laterChanges: 'other', findings: ['changed-after'] })
  })
})

describe('an endless chain of objects', () => {
  it.each(['/B [10 0 R]', '/AA 10 0 R'])('is gone through (%s)', async (entry) => {
    const chain = Object.fromEntries(Array.from({ length: 8_000 }, (_, index) => [index + 10, `<< /N ${index + 11} 0 R >>`]))
    const prepared = preparedPdf({ 3: pageText('4 0 R', entry), ...chain, 8_010: '<< /R [0 0 1 1] >>' })
    expect(await laterChanges(prepared, () => undefined)).toEqual(['TOTAL-PASSED', 'signatures'])
    expect(await laterChanges(prepared, (_document, revision) => revision.replace(new PdfRef(8_010), null))).toEqual(caught)
  })
})

function catalogWith(objects: Record<number, string>, entry: string): Record<number, string> {
  return { ...objects, 1: (objects[1] ?? '<< /Type /Catalog /Pages 2 0 R >>').replace(/>>$/, `${entry} >>`) }
}
