import { describe, expect, it } from 'vitest'
import { PdfRef } from '../../../agent/pdf/objects.ts'
import { addSignatureField } from '../../../agent/pdf/signature-field.ts'
import type { SignatureFieldOptions } from '../../../agent/pdf/signature-field.ts'
import { acroFormOf, certificationOf, signaturesOf } from '../../../agent/pdf/signatures.ts'
import { startRevision } from '../../../agent/pdf/revision.ts'
import { tempFolder } from '../../support/temp-folder.ts'
import { makePdf, open, plainObjects, qpdfCheck, writeTo } from './made-pdf.ts'

const options: SignatureFieldOptions = { subFilter: 'ETSI.CAdES.detached', contentsBytes: 16_384, m: new Date('2026-03-02T01:02:03Z'), pageIndex: 0 }

function withField(original: Uint8Array, more: Partial<SignatureFieldOptions> = {}) {
  const document = open(original)
  const revision = startRevision(document)
  const added = addSignatureField(document, revision, { ...options, ...more })
  const finished = revision.finish()
  const bytes = Buffer.concat([original, finished.bytes])
  return { added, bytes, appended: Buffer.from(finished.bytes).toString('latin1'), placeholder: added.placeholderIn(finished), document: open(bytes) }
}

const catalog = (entries: string) => `<< /Type /Catalog /Pages 2 0 R ${entries} >>`
const page = (entries: string) => `<< /Type /Page /Parent 2 0 R ${entries} >>`
const oldField = '<< /Type /Annot /Subtype /Widget /FT /Tx /T (Signature1) /Rect [0 0 9 9] >>'

describe('a field is added to every kind of form and page', () => {
  it.each<[string, Record<number, string>, number[]]>([
    ['no form, no annotations', {}, [1, 3]],
    ['a form in the catalogue', { 1: catalog('/AcroForm << /Fields [] /NeedAppearances true >>') }, [1, 3]],
    ['a form apart', { 1: catalog('/AcroForm 6 0 R'), 6: '<< /Fields [7 0 R] >>', 7: oldField }, [3, 6]],
    ['fields apart', { 1: catalog('/AcroForm 6 0 R'), 6: '<< /Fields 8 0 R /SigFlags 3 >>', 7: oldField, 8: '[7 0 R]' }, [3, 8]],
    ['annotations in the page', { 3: page('/Annots [7 0 R]'), 7: oldField }, [1, 3]],
    ['annotations apart', { 1: catalog('/AcroForm 6 0 R'), 6: '<< /Fields [7 0 R] /SigFlags 1 >>', 3: page('/Annots 8 0 R'), 7: oldField, 8: '[7 0 R]' }, [6, 8]],
    ['dangling references', { 1: catalog('/AcroForm 99 0 R'), 3: page('/Annots 99 0 R') }, [1, 3]],
  ])('%s', (_, objects, touched) => {
    const original = makePdf({ objects: { ...plainObjects, ...objects } })
    const { added, bytes, appended, document } = withField(original)
    const old = open(original)
    const highest = old.xref.table.highest
    const rewritten = [...appended.matchAll(/(\d+) 0 obj/g)].map(([, number]) => Number(number)).filter((number) => number <= highest)
    expect(rewritten.sort((one, other) => one - other)).toEqual(touched)
    expect(document.get(acroFormOf(document)?.dict ?? document.catalog, 'SigFlags')).toBe(3)
    expect(document.arrayOf(document.page(0).dict.get('Annots'))?.at(-1)).toEqual(added.fieldRef)
    expect(signaturesOf(document)).toMatchObject([{ fieldName: added.fieldName, dictRef: added.signatureRef, type: 'Sig', subFilter: 'ETSI.CAdES.detached' }])
    expect(qpdfCheck(writeTo(tempFolder(), 'a.pdf', bytes))).toMatchObject({ status: 0 })
  })

  it('keeps what stood in the form', () => {
    const objects = { ...plainObjects, 1: catalog('/AcroForm << /Fields [7 0 R] /NeedAppearances true /DA (/F1 0 Tf) >> /Lang (vi)'), 7: oldField }
    const { document, added } = withField(makePdf({ objects }))
    expect(acroFormOf(document)?.dict.get('NeedAppearances')).toBe(true)
    expect(document.catalog.has('Lang')).toBe(true)
    expect(document.arrayOf(acroFormOf(document)?.dict.get('Fields'))).toEqual([new PdfRef(7), added.fieldRef])
  })
})

describe('the name of the field', () => {
  it('is the first that is free, also as a part of a name', () => {
    const objects = {
      ...plainObjects,
      1: catalog('/AcroForm << /Fields [7 0 R 8 0 R] >>'),
      7: oldField,
      8: '<< /T (group) /Kids [9 0 R] >>',
      9: `<< /T <feff${Buffer.from('Signature2', 'utf16le').swap16().toString('hex')}> /FT /Tx /Parent 8 0 R >>`,
    }
    const first = withField(makePdf({ objects }))
    expect(first.added.fieldName).toBe('Signature3')
    expect(withField(first.bytes).added.fieldName).toBe('Signature4')
  })
})

describe('locks of earlier signatures', () => {
  const signed = (parameters: string) =>
    makePdf({
      objects: {
        ...plainObjects,
        1: catalog('/AcroForm << /Fields [7 0 R] >>'),
        7: '<< /FT /Sig /T (Da ky) /V 8 0 R >>',
        8: `<< /Type /Sig /SubFilter /ETSI.CAdES.detached /ByteRange [0 1 2 3] /Contents <00> /Reference [<< /TransformMethod /FieldMDP /TransformParams << ${parameters} >> >>] >>`,
      },
    })

  it('of all fields, or all but some, refuse a new one', () => {
    for (const parameters of ['/Action /All', '/Action /Exclude /Fields [(A)]']) {
      expect(() => withField(signed(parameters))).toThrow(expect.objectContaining({ refusal: { code: 'document-locked', facts: { field: 'Da ky' } } }) as Error)
    }
  })

  it('of one name leave another', () => {
    expect(withField(signed('/Action /Include /Fields [(Signature1)]')).added.fieldName).toBe('Signature2')
  })

  it('say nothing against evidence', () => {
    expect(withField(signed('/Action /All'), { subFilter: 'ETSI.RFC3161', m: undefined }).added.fieldName).toBe('Signature1')
  })
})

describe('the signature as it is written', () => {
  it('says when, who, why and where, in any language', () => {
    const { document, bytes } = withField(makePdf(), { name: 'Nguyễn Văn A', reason: '/ByteRange [0 1] (ký)', location: 'Ha Noi' })
    const [signature] = signaturesOf(document)
    expect(signature).toMatchObject({ name: 'Nguyễn Văn A', reason: '/ByteRange [0 1] (ký)', location: 'Ha Noi' })
    expect(signature?.m).toMatch(/^D:20260\d{9}[+-]\d\d'\d\d'$/)
    expect(bytes.toString('latin1').split('/ByteRange').length).toBe(2)
  })

  it('writes the time with the offset of the office', () => {
    const zone = process.env['TZ']
    try {
      process.env['TZ'] = 'Asia/Ho_Chi_Minh'
      expect(signaturesOf(withField(makePdf()).document)[0]?.m).toBe("D:20260302080203+07'00'")
    } finally {
      if (zone === undefined) delete process.env['TZ']
      else process.env['TZ'] = zone
    }
  })

  it('names the places that are still to be filled', () => {
    const { bytes, placeholder, document } = withField(makePdf({ end: '' }))
    expect(bytes.toString('latin1', placeholder.byteRangeStart, placeholder.byteRangeEnd)).toBe('/ByteRange [0 /********** /********** /**********]')
    expect(bytes.toString('latin1', placeholder.contentsStart, placeholder.contentsEnd)).toBe(`<${'0'.repeat(32_768)}>`)
    const [signature] = signaturesOf(document)
    expect([signature?.contentsStart, signature?.contentsEnd]).toEqual([placeholder.contentsStart, placeholder.contentsEnd])
  })

  it('costs at most 1.5 kB beside the reserve', () => {
    expect(withField(makePdf(), { name: 'Nguyen Van A', reason: 'Ky duyet' }).appended.length).toBeLessThan(32_768 + 1_500)
  })

  it('certifies where it is asked to', () => {
    const { document, bytes } = withField(makePdf(), { docMdp: 2 })
    expect(certificationOf(document)).toEqual({ permissions: 2 })
    expect(signaturesOf(document)[0]?.docMdp).toEqual({ permissions: 2 })
    expect(qpdfCheck(writeTo(tempFolder(), 'a.pdf', bytes))).toMatchObject({ status: 0 })
  })

  it('shows the appearance in its place', () => {
    const document = open(makePdf())
    const revision = startRevision(document)
    const appearance = revision.reserve()
    revision.replace(appearance, null)
    const added = addSignatureField(document, revision, { ...options, rect: [10, 20, 110, 70.5], appearance })
    const bytes = Buffer.concat([makePdf(), revision.finish().bytes])
    const field = open(bytes).dictOf(added.fieldRef)
    expect(field?.get('Rect')).toEqual([10, 20, 110, 70.5])
    expect(open(bytes).dictOf(field?.get('AP'))?.get('N')).toEqual(appearance)
  })
})
