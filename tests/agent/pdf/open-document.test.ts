import { describe, expect, it } from 'vitest'
import { fileSource, memorySource, prefixSource } from '../../../agent/pdf/byte-source.ts'
import { isName, PdfRef, PdfStream } from '../../../agent/pdf/objects.ts'
import { openDocument } from '../../../agent/pdf/open-document.ts'
import { refusalOf } from '../../../shared/errors.ts'
import { tempFolder } from '../../support/temp-folder.ts'
import { makePdf, open, plainObjects, writeTo } from './made-pdf.ts'
import type { MadePdf } from './made-pdf.ts'

const refusedAs = (bytes: Uint8Array) => {
  try {
    open(bytes)
  } catch (thrown) {
    return refusalOf(thrown)
  }
  return undefined
}
const contentOf = (bytes: Uint8Array) => {
  const document = open(bytes)
  const content = document.get(document.page(0).dict, 'Contents')
  return content instanceof PdfStream ? Buffer.from(content.decoded()).toString('latin1') : undefined
}
const edited = (bytes: Uint8Array, from: string, to: string) => {
  const text = Buffer.from(bytes).toString('latin1')
  expect(text).toContain(from)
  return Buffer.from(text.replace(from, to), 'latin1')
}
const hello = 'BT /F1 24 Tf 72 700 Td (Hello) Tj ET'

describe('every form of cross-reference data', () => {
  it.each<[string, MadePdf]>([
    ['a table', {}],
    ['a stream', { form: 'stream' }],
    ['a stream with compressed objects', { form: 'stream', compressed: [1, 2, 3, 5] }],
    ['a hybrid with hidden objects', { form: 'hybrid', compressed: [2, 3, 5] }],
    ['bytes before the header', { before: 'HTTP/1.1 200 OK\r\n\r\n' }],
    ['bytes behind the end', { end: '\n\0\0\0trailing' }],
    ['no line end at the end', { end: '' }],
  ])('%s', (_, made) => {
    const bytes = makePdf(made)
    const document = open(bytes)
    expect(document.repaired).toBe(false)
    expect(document.pageCount).toBe(1)
    expect(contentOf(bytes)).toBe(hello)
    expect(isName(document.get(document.dictOf(new PdfRef(5)) ?? document.catalog, 'Subtype'), 'Type1')).toBe(true)
  })

  it('reads the same from a file as from memory', () => {
    const document = openDocument(fileSource(writeTo(tempFolder(), 'a.pdf', makePdf({ form: 'stream', compressed: [1, 2, 3] }))))
    expect(document.pageCount).toBe(1)
    document.source.close()
  })

  it('reads an object that is longer than any window', () => {
    const long = `<< /Type /Catalog /Pages 2 0 R /Long (${'x'.repeat(300_000)}) /Last 7 >>`
    const document = openDocument(fileSource(writeTo(tempFolder(), 'a.pdf', makePdf({ objects: { ...plainObjects, 1: long } }))))
    expect(document.catalog.get('Last')).toBe(7)
    document.source.close()
  })

  it('opens an earlier revision as the first bytes of the file', () => {
    const first = makePdf()
    const whole = Buffer.concat([first, Buffer.from('1 0 obj\n<< /Type /Catalog /Pages 99 0 R >>\nendobj\nstartxref\n0\n%%EOF')])
    expect(openDocument(prefixSource(memorySource(whole), first.length)).repaired).toBe(false)
  })
})

describe('damaged cross-reference data is rebuilt', () => {
  const bytes = makePdf()
  it.each<[string, Uint8Array]>([
    ['no startxref', edited(bytes, 'startxref', 'startnothing')],
    ['startxref outside the file', edited(bytes, '\nstartxref\n', '\nstartxref\n9999')],
    ['startxref into the middle', edited(bytes, '\nstartxref\n', '\nstartxref\n1 ')],
    ['no trailer', edited(bytes, 'trailer', 'tr')],
    ['two thousand million entries', edited(bytes, 'xref\n0 6', 'xref\n0 2000000000')],
    ['offsets that are all wrong', edited(bytes, '%PDF-1.7\n', '%PDF-1.7\n%moved\n')],
    ['one entry broken', edited(bytes, ' 00000 n \n', ' 0x000 n \n')],
    ['previous sections in a circle', edited(bytes, '/Root 1 0 R', `/Root 1 0 R /Prev ${Buffer.from(bytes).lastIndexOf('xref\n0')}`)],
    ['a stream without widths', edited(makePdf({ form: 'stream' }), '/W [1 3 1]', '/W [0 0 0]')],
    ['a stream with compressed objects that is not found', edited(makePdf({ form: 'stream', compressed: [1, 2, 3] }), 'startxref', 'startnothing')],
    ['cut off behind the last object', bytes.subarray(0, Buffer.from(bytes).lastIndexOf('xref\n0'))],
  ])('%s', (_, damaged) => {
    const document = open(damaged)
    expect(document.repaired).toBe(true)
    expect(document.pageCount).toBe(1)
    expect(contentOf(damaged)).toBe(hello)
  })

  it('takes the last version of an object, and no object out of a stream', () => {
    const inner = '3 0 obj\n<< /Type /Page /Trap true >>\nendobj'
    const objects = { ...plainObjects, 6: `<< /Length ${inner.length} >>\nstream\n${inner}\nendstream` }
    const damaged = edited(makePdf({ objects }), 'startxref', '3 0 obj\n<< /Type /Page /Parent 2 0 R /Newer true >>\nendobj\nnothing')
    const page = open(damaged).page(0).dict
    expect([page.get('Newer'), page.get('Trap')]).toEqual([true, undefined])
  })

  it('finds objects across the edges of what it reads at once', () => {
    const filling = Object.fromEntries(Array.from({ length: 3_000 }, (_, index) => [index + 6, `(${'y'.repeat(500 + (index % 7))})`]))
    const document = open(edited(makePdf({ objects: { ...plainObjects, ...filling } }), 'startxref', 'nothing'))
    expect([...document.xref.table.entries()].map(([number]) => number)).toEqual(Array.from({ length: 3_005 }, (_, index) => index + 1))
  })
})

describe('lengths of streams', () => {
  it.each(['999999', '1', '-5', '100000000000', '4 0 R', '7 0 R', '(text)'])('%s', (length) => {
    const objects = { ...plainObjects, 4: `<< /Length ${length} >>\nstream\n${hello}\r\nendstream` }
    expect(contentOf(makePdf({ objects }))).toBe(hello)
  })
})

describe('the page tree', () => {
  const tree = (nodes: Record<number, string>) => open(makePdf({ objects: { ...plainObjects, ...nodes } }))
  const page = '<< /Type /Page /Parent 2 0 R >>'

  it('inherits boxes, rotation and resources', () => {
    const document = tree({
      2: '<< /Type /Pages /Count 1 /Kids [6 0 R] /MediaBox [842 0 0 595] /Rotate -90 /Resources << /A 1 >> >>',
      6: '<< /Type /Pages /Count 1 /Kids [3 0 R] /CropBox [10 10 9999 500] >>',
      3: '<< /Type /Page /Parent 6 0 R /UserUnit 2 >>',
    })
    const { mediaBox, cropBox, rotate, userUnit, resources } = document.page(0)
    expect({ mediaBox, cropBox, rotate, userUnit }).toEqual({ mediaBox: [0, 0, 842, 595], cropBox: [10, 10, 842, 500], rotate: 270, userUnit: 2 })
    expect(resources.get('A')).toBe(1)
  })

  it.each<[string, Record<number, string>, number]>([
    ['without types and counts', { 2: '<< /Kids [6 0 R 3 0 R] >>', 6: '<< /Kids [7 0 R 7 0 R] >>', 3: '<< /Contents 4 0 R >>', 7: '<< /Contents 4 0 R >>' }, 3],
    ['that contains itself', { 2: '<< /Type /Pages /Count 2 /Kids [2 0 R 3 0 R] >>' }, 1],
    ['with a false count', { 2: '<< /Type /Pages /Count 77 /Kids [3 0 R] >>' }, 1],
    ['with missing pages', { 2: '<< /Type /Pages /Count 2 /Kids [3 0 R 99 0 R null 5] >>' }, 1],
    ['that is a single page', { 2: page }, 1],
  ])('%s', (_, nodes, count) => {
    const document = tree(nodes)
    expect(document.pageCount).toBe(count)
    expect(document.page(count - 1).index).toBe(count - 1)
    expect(() => document.page(count)).toThrow('document-unreadable')
  })

  it('finds the last of very many pages without reading them all', () => {
    const nodes: Record<number, string> = { 2: `<< /Type /Pages /Count 5000 /Kids [${Array.from({ length: 50 }, (_, index) => `${index + 10} 0 R`).join(' ')}] >>` }
    for (let branch = 0; branch < 50; branch++) {
      const kids = Array.from({ length: 100 }, (_, index) => 100 + branch * 100 + index)
      nodes[branch + 10] = `<< /Type /Pages /Count 100 /Kids [${kids.map((kid) => `${kid} 0 R`).join(' ')}] /MediaBox [0 0 ${branch + 1} 9] >>`
      for (const kid of kids) nodes[kid] = `<< /Type /Page /Number ${kid} >>`
    }
    const document = tree(nodes)
    expect(document.pageCount).toBe(5_000)
    expect(document.page(4_999).dict.get('Number')).toBe(5_099)
    expect(document.page(2_345).mediaBox).toEqual([0, 0, 24, 9])
  })

  it('walks all pages where counts do not hold', () => {
    const kids = Array.from({ length: 3_000 }, (_, index) => index + 10)
    const nodes: Record<number, string> = { 2: `<< /Type /Pages /Count 9000 /Kids [${kids.map((kid) => `${kid} 0 R`).join(' ')}] >>` }
    for (const kid of kids) nodes[kid] = `<< /Type /Pages /Count 3 /Kids [3 0 R] >>`
    expect(tree(nodes).page(2_999).ref).toEqual(new PdfRef(3))
  })
})

describe('refusals', () => {
  it.each<[string, Uint8Array, string, string | undefined]>([
    ['nothing at all', new Uint8Array(0), 'document-not-pdf', undefined],
    ['a web page', Buffer.from('<html><body>login</body></html>'), 'document-not-pdf', undefined],
    ['a header and nothing else', Buffer.from('%PDF-1.7\n'), 'document-unreadable', 'catalogue-missing'],
    ['an encrypted document', makePdf({ trailer: '/Encrypt << /Filter /Standard >>' }), 'document-encrypted', undefined],
    ['a document without pages', makePdf({ objects: { ...plainObjects, 2: '<< /Type /Pages /Count 0 /Kids [] >>' } }), 'document-unreadable', 'pages-missing'],
    ['a catalogue that refers to itself', makePdf({ objects: { ...plainObjects, 1: '1 0 R' } }), 'document-unreadable', 'catalogue-missing'],
    ['a catalogue nested too deeply', makePdf({ objects: { ...plainObjects, 1: `<< /A ${'['.repeat(300)} >>` } }), 'document-unreadable', 'nested-too-deeply'],
  ])('%s', (_, bytes, code, reason) => {
    expect(refusedAs(bytes)).toEqual({ code, facts: reason === undefined ? {} : { reason } })
  })
})
