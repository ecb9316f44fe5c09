import { describe, expect, it } from 'vitest'
import { dict, name, PdfRef, PdfStream } from '../../../agent/pdf/objects.ts'
import type { PdfString } from '../../../agent/pdf/objects.ts'
import type { PdfDocument } from '../../../agent/pdf/open-document.ts'
import { startRevision } from '../../../agent/pdf/revision.ts'
import type { Revision } from '../../../agent/pdf/revision.ts'
import { refusalOf } from '../../../shared/errors.ts'
import { tempFolder } from '../../support/temp-folder.ts'
import { makePdf, open, plainObjects, qpdfCheck, writeTo } from './made-pdf.ts'
import type { MadePdf } from './made-pdf.ts'

function append(original: Uint8Array, change: (revision: Revision, document: PdfDocument) => void): Buffer {
  const document = open(original)
  const revision = startRevision(document)
  change(revision, document)
  const finished = revision.finish()
  expect(finished.startOffset).toBe(original.length)
  return Buffer.concat([original, finished.bytes])
}

/** Adds a note to the page, and a stream that the note names. */
function addNote(revision: Revision, document: PdfDocument): void {
  const page = document.page(0)
  const stream = revision.addStream(dict({ Type: name('XObject'), Subtype: name('Form'), BBox: [0, 0, 9, 9] }), Buffer.from('0 0 9 9 re f'))
  const note = revision.reserve()
  revision.replace(page.ref, dict({ ...Object.fromEntries(page.dict), Annots: [note] }))
  revision.replace(note, dict({ Type: name('Annot'), Subtype: name('Stamp'), Rect: [0, 0, 9, 9], AP: dict({ N: stream }) }))
}

const forms: [string, MadePdf][] = [
  ['a table', {}],
  ['a table that ends without a line end', { end: '' }],
  ['a table behind other bytes', { before: 'junk before\n' }],
  ['a stream', { form: 'stream' }],
  ['a stream with compressed objects', { form: 'stream', compressed: [1, 2, 3, 5] }],
  ['a hybrid', { form: 'hybrid', compressed: [2, 3, 5] }],
]

describe('a revision keeps every byte and is read by others', () => {
  it.each(forms)('behind %s', (_, made) => {
    const original = makePdf(made)
    const folder = tempFolder()
    const once = append(original, addNote)
    const twice = append(once, addNote)
    for (const [index, bytes] of [once, twice].entries()) {
      expect(bytes.subarray(0, original.length).equals(original)).toBe(true)
      expect(bytes.toString('latin1').endsWith('\n%%EOF')).toBe(true)
      const document = open(bytes)
      expect(document.repaired).toBe(false)
      const [note] = document.arrayOf(document.page(0).dict.get('Annots')) ?? []
      const appearance = document.get(document.dictOf(document.dictOf(note)?.get('AP')) ?? dict({}), 'N')
      expect(appearance instanceof PdfStream && Buffer.from(appearance.decoded()).toString()).toBe('0 0 9 9 re f')
      expect(qpdfCheck(writeTo(folder, `${index}.pdf`, bytes))).toMatchObject({ status: 0 })
    }
  })

  it('writes its cross-references in the form of the newest section', () => {
    const appended = (made: MadePdf) => append(makePdf(made), addNote).subarray(makePdf(made).length).toString('latin1')
    expect(appended({})).toMatch(/\nxref\n\d/)
    expect(appended({ form: 'hybrid', compressed: [3] })).toMatch(/\nxref\n\d/)
    expect(appended({ form: 'stream' })).toMatch(/\/Type \/XRef/)
    expect(appended({ form: 'stream' })).not.toMatch(/\nxref\n/)
  })

  it('keeps /Root, /Info and the first half of /ID, and renews the second', () => {
    const original = makePdf({ objects: { ...plainObjects, 6: '<< /Title (A) >>' }, trailer: '/Info 6 0 R /ID [<0102> <0304>] /DocChecksum /X' })
    const { trailer } = open(append(original, addNote))
    const [first, second] = trailer.get('ID') as PdfString[]
    expect([trailer.get('Root'), trailer.get('Info'), first?.bytes]).toEqual([new PdfRef(1), new PdfRef(6), new Uint8Array([1, 2])])
    expect(second?.bytes.length).toBe(16)
    expect(trailer.has('DocChecksum')).toBe(false)
  })

  it('adds less than 400 bytes around an object', () => {
    const original = makePdf()
    expect(append(original, (revision) => void revision.add(null)).length - original.length).toBeLessThan(400)
  })
})

describe('a repaired file', () => {
  const damages: [string, MadePdf][] = [['a table', {}], ['a stream', { form: 'stream', compressed: [1, 2, 3, 5] }]]
  it.each(damages)('gets a complete table: %s', (_, made) => {
    const text = Buffer.from(makePdf(made)).toString('latin1')
    const original = Buffer.from(text.replace('startxref\n', 'startxref\n99'), 'latin1')
    expect(open(original).repaired).toBe(true)
    const bytes = append(original, addNote)
    const document = open(bytes)
    expect([document.repaired, document.pageCount, document.trailer.has('Prev')]).toEqual([false, 1, false])
    expect(bytes.subarray(0, original.length).equals(original)).toBe(true)
    expect(qpdfCheck(writeTo(tempFolder(), 'a.pdf', bytes))).toMatchObject({ status: 0 })
  })
})

describe('new objects', () => {
  it('take no number that a damaged file still refers to', () => {
    const text = Buffer.from(makePdf({ objects: { ...plainObjects, 3: '<< /Type /Page /Parent 2 0 R /Contents 12 0 R >>' } })).toString('latin1')
    const cut = Buffer.from(text.slice(0, text.lastIndexOf('5 0 obj')), 'latin1')
    expect(open(cut).repaired).toBe(true)
    expect(startRevision(open(cut)).add(null).number).toBe(13)
  })

  it.each<[string, Record<number, string>, MadePdf, number]>([
    ['in a page', { 3: '<< /Type /Page /Parent 2 0 R /Contents [4 0 R 12 0 R] >>' }, {}, 13],
    ['with a comment inside', { 3: '<< /Type /Page /Parent 2 0 R /Contents 12 % no 9 0 R\n 0 % nor 99 0 obj\n R >>' }, {}, 13],
    ['without space before the R', { 3: '<< /Type /Page /Parent 2 0 R /Contents 12 0R >>' }, {}, 13],
    ['in an object stream', { 3: '<< /Type /Page /Parent 2 0 R /Contents [4 0 R 12 0 R] >>' }, { form: 'stream', compressed: [1, 2, 3, 5] }, 13],
    ['in an object stream, with a comment inside', { 3: '<< /Contents 12 %\n 0 R /Type /Page /Parent 2 0 R >>' }, { form: 'stream', compressed: [3] }, 13],
    ['before a long stream, not in it', { 4: `<< /A 12 0 R /Length 99999 >>\nstream\n${'9999 0 R '.repeat(11_111)}\nendstream` }, {}, 13],
    ['with a number that no reader follows', { 3: '<< /Type /Page /Parent 2 0 R /Contents 8388608 0 R >>' }, {}, 6],
  ])('take no number that something refers to: %s', (_, objects, made, first) => {
    expect(startRevision(open(makePdf({ ...made, objects: { ...plainObjects, ...objects } }))).reserve().number).toBe(first)
  })

  it('start at /Size, or above the highest object where that is wrong', () => {
    const first = (from: string, to: string) => startRevision(open(Buffer.from(Buffer.from(makePdf()).toString('latin1').replace(from, to), 'latin1'))).reserve().number
    expect([first('/Size 6', '/Size 9'), first('/Size 6', '/Size 2'), first('/Size 6', '/Size 2000000000')]).toEqual([9, 6, 6])
  })
})

describe('refusals', () => {
  const refusedAs = (bytes: Uint8Array) => {
    try {
      startRevision(open(bytes))
    } catch (thrown) {
      return refusalOf(thrown)
    }
    return undefined
  }
  const certified = (permissions: number) =>
    makePdf({
      objects: {
        ...plainObjects,
        1: '<< /Type /Catalog /Pages 2 0 R /Perms << /DocMDP 6 0 R >> >>',
        6: `<< /Type /Sig /Reference [<< /TransformMethod /DocMDP /TransformParams << /P ${permissions} >> >>] >>`,
      },
    })

  it('of a certification that forbids all changes, and of no other', () => {
    expect([1, 2, 3].map((permissions) => refusedAs(certified(permissions))?.code)).toEqual(['document-certified', undefined, undefined])
  })

  it('of an entry that points behind the end, into what would be appended', () => {
    const text = Buffer.from(makePdf({ objects: { ...plainObjects, 6: 'null' } })).toString('latin1')
    const moved = text.replace(/\d{10} 00000 n \n(?=trailer)/, '0000012345 00000 n \n')
    expect(refusedAs(Buffer.from(moved, 'latin1'))).toEqual({ code: 'document-unreadable', facts: { reason: 'xref-outside' } })
  })

  it('of a damaged file with two documents in it', () => {
    const other = { 7: '<< /Type /Catalog /Pages 8 0 R >>', 8: '<< /Type /Pages /Count 1 /Kids [9 0 R] >>', 9: '<< /Type /Page /Parent 8 0 R >>' }
    const bytes = makePdf({ objects: { ...plainObjects, ...other } })
    expect(refusedAs(bytes)).toBeUndefined()
    const damaged = Buffer.from(Buffer.from(bytes).toString('latin1').replace('startxref', 'nothing'), 'latin1')
    expect(refusedAs(damaged)).toEqual({ code: 'document-unreadable', facts: { reason: 'several-catalogues' } })
  })
})
