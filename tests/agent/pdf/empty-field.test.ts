import { describe, expect, it } from 'vitest'
import { emptyFieldOf, fillEmptyField } from '../../../agent/pdf/empty-field.ts'
import type { FillOptions } from '../../../agent/pdf/empty-field.ts'
import { PdfRef } from '../../../agent/pdf/objects.ts'
import { startRevision } from '../../../agent/pdf/revision.ts'
import { acroFormOf, certificationOf, signaturesOf } from '../../../agent/pdf/signatures.ts'
import { refusalOf } from '../../../shared/errors.ts'
import { tempFolder } from '../../support/temp-folder.ts'
import { makePdf, open, plainObjects, qpdfCheck, writeTo } from './made-pdf.ts'

const certificate = Buffer.from('3003020101', 'hex')
const issuer = Buffer.from('3003020102', 'hex')
const options: FillOptions = { subFilter: 'ETSI.CAdES.detached', contentsBytes: 1_024, m: new Date('2026-03-02T01:02:03Z'), certificates: [certificate, issuer], digest: 'sha256' }

/** A form with an empty field `Duyet`, a signed one, a read-only one, a text field, and one in a group with two widgets. */
function formPdf(entries = '', more: Record<number, string> = {}): Uint8Array {
  return makePdf({
    objects: {
      ...plainObjects,
      1: '<< /Type /Catalog /Pages 2 0 R /AcroForm << /SigFlags 1 /Fields [6 0 R 7 0 R 9 0 R 10 0 R 11 0 R] >> >>',
      3: '<< /Type /Page /Parent 2 0 R /Annots [6 0 R 7 0 R 13 0 R 14 0 R] >>',
      6: `<< /Type /Annot /Subtype /Widget /FT /Sig /T (Duyet) /Rect [100 200 250 260] /P 3 0 R ${entries} >>`,
      7: '<< /Type /Annot /Subtype /Widget /FT /Sig /T (Xong) /Rect [0 0 0 0] /V 8 0 R >>',
      8: '<< /Type /Sig /SubFilter /ETSI.CAdES.detached /ByteRange [0 1 2 3] /Contents <00> >>',
      9: '<< /FT /Sig /T (Khoa) /Ff 1 >>',
      10: '<< /FT /Tx /T (Chu) >>',
      11: '<< /T (Nhom) /Kids [12 0 R] >>',
      12: '<< /FT /Sig /T (Ky) /Parent 11 0 R /Kids [13 0 R 14 0 R] >>',
      13: '<< /Type /Annot /Subtype /Widget /Parent 12 0 R /Rect [0 0 0 0] >>',
      14: '<< /Type /Annot /Subtype /Widget /Parent 12 0 R /Rect [30 90 10 20] >>',
      ...more,
    },
  })
}

function fill(original: Uint8Array, field: string, more: Partial<FillOptions> = {}) {
  const document = open(original)
  const revision = startRevision(document, 'filling')
  const found = emptyFieldOf(document, field)
  const appearance = revision.add(null)
  const added = fillEmptyField(document, revision, found, { ...options, appearance, ...more })
  const bytes = Buffer.concat([original, revision.finish().bytes])
  return { found, added, bytes, appearance, document: open(bytes) }
}

function refused(work: () => unknown): unknown {
  try {
    work()
  } catch (thrown) {
    return refusalOf(thrown)
  }
  return undefined
}

describe('an empty field', () => {
  it('gets value and appearance, and nothing else of it changes', () => {
    const { added, bytes, appearance, document } = fill(formPdf('/TU (Nguoi duyet)'), 'Duyet')
    const field = document.dictOf(new PdfRef(6))
    expect(field?.get('V')).toEqual(added.signatureRef)
    expect(document.dictOf(field?.get('AP'))?.get('N')).toEqual(appearance)
    expect([...(field?.keys() ?? [])]).toEqual(['Type', 'Subtype', 'FT', 'T', 'Rect', 'P', 'TU', 'V', 'AP'])
    expect(document.get(acroFormOf(document)?.dict ?? document.catalog, 'SigFlags')).toBe(3)
    expect(document.arrayOf(acroFormOf(document)?.dict.get('Fields'))?.length).toBe(5)
    expect(signaturesOf(document).at(-1)).toMatchObject({ fieldName: 'Duyet', dictRef: added.signatureRef })
    expect(qpdfCheck(writeTo(tempFolder(), 'a.pdf', bytes))).toMatchObject({ status: 0 })
  })

  it('shows in the widget that has an area, which may be another object', () => {
    const { found, document, appearance } = fill(formPdf(), 'Nhom.Ky')
    expect(found.widget).toMatchObject({ ref: new PdfRef(14), pageIndex: 0, rect: [10, 20, 30, 90] })
    expect(document.dictOf(document.dictOf(new PdfRef(14))?.get('AP'))?.get('N')).toEqual(appearance)
    expect(document.dictOf(new PdfRef(12))?.has('AP')).toBe(false)
  })

  it('may certify', () => {
    const original = formPdf('', { 7: '<< /FT /Sig /T (Xong) >>' })
    expect(certificationOf(fill(original, 'Duyet', { docMdp: 2 }).document)).toEqual({ permissions: 2 })
  })

  it.each(['Vang', 'Xong', 'Khoa', 'Chu', 'Nhom', 'Signature1', ''])('is no field of another name, type or state: "%s"', (field) => {
    expect(refused(() => fill(formPdf(), field))).toEqual({ code: 'field-missing', facts: { field } })
  })

  it('is not one of two of the same name', () => {
    expect(refused(() => fill(formPdf('', { 10: '<< /FT /Sig /T (Duyet) >>' }), 'Duyet'))).toEqual({ code: 'field-missing', facts: { field: 'Duyet' } })
  })
})

describe('locks', () => {
  it('of the field go into its signature', () => {
    const lock = '/Lock << /Type /SigFieldLock /Action /Exclude /Fields [(Xong) (Ghi ch\\372)] /P 2 >>'
    const signature = signaturesOf(fill(formPdf(lock), 'Duyet').document).at(-1)
    expect(signature?.fieldMdp).toEqual({ action: 'Exclude', fields: ['Xong', 'Ghi chú'], permissions: 2 })
    expect(signature?.lock).toEqual(signature?.fieldMdp)
  })

  const lockedBy = (parameters: string) => ({
    8: `<< /Type /Sig /SubFilter /ETSI.CAdES.detached /ByteRange [0 1 2 3] /Contents <00> /Reference [<< /TransformMethod /FieldMDP /TransformParams << ${parameters} >> >>] >>`,
  })
  it.each([
    ['/Action /All', 'document-locked'],
    ['/Action /Include /Fields [(Duyet)]', 'document-locked'],
    ['/Action /Exclude /Fields [(Chu)]', 'document-locked'],
    ['/Action /Exclude /Fields [(Duyet)]', undefined],
    ['/Action /Include /Fields [(Chu)]', undefined],
    ['/Action /Include /Fields [(Chu)] /P 1', 'document-certified'],
  ])('of an earlier signature are kept: %s', (parameters, code) => {
    expect(refused(() => fill(formPdf('', lockedBy(parameters)), 'Duyet'))).toEqual(code === undefined ? undefined : expect.objectContaining({ code }))
  })

  it('of the group hold for what is in it', () => {
    expect(refused(() => fill(formPdf('', lockedBy('/Action /Include /Fields [(Nhom)]')), 'Nhom.Ky'))).toEqual({ code: 'document-locked', facts: { field: 'Xong' } })
  })

  it('that only the field of an earlier signature states hold, too', () => {
    const locking = { 7: '<< /FT /Sig /T (Xong) /V 8 0 R /Lock << /Action /All >> >>' }
    expect(refused(() => fill(formPdf('', locking), 'Duyet'))).toEqual({ code: 'document-locked', facts: { field: 'Xong' } })
  })
})

describe('a seed value', () => {
  const hex = (der: Uint8Array) => `<${Buffer.from(der).toString('hex')}>`
  it.each<[string, string | undefined]>([
    ['/Ff 1 /Filter /Adobe.PPKLite', undefined],
    ['/Ff 1 /Filter /Entrust.PPKEF', 'Filter'],
    ['/Ff 0 /Filter /Entrust.PPKEF', undefined],
    ['/Ff 2 /SubFilter [/adbe.pkcs7.detached /ETSI.CAdES.detached]', undefined],
    ['/Ff 2 /SubFilter [/adbe.pkcs7.detached]', 'SubFilter'],
    ['/Ff 4 /V 4', 'V'],
    ['/Ff 8 /Reasons [(Ky duyet) (Xem)]', undefined],
    ['/Ff 8 /Reasons [(Xem)]', 'Reasons'],
    ['/Ff 8 /Reasons [(.)]', 'Reasons'],
    ['/Ff 32 /AddRevInfo true', 'AddRevInfo'],
    ['/Ff 64 /DigestMethod [(SHA384) (SHA256)]', undefined],
    ['/Ff 64 /DigestMethod [(SHA512)]', 'DigestMethod'],
    ['/Ff 128 /LockDocument /true', 'LockDocument'],
    ['/Ff 256 /AppearanceFilter (Khung)', 'AppearanceFilter'],
    ['/MDP << /P 0 >>', undefined],
    ['/MDP << /P 2 >>', 'MDP'],
    ['/TimeStamp << /URL (http://tsa) /Ff 0 >>', undefined],
    ['/TimeStamp << /URL (http://tsa) /Ff 1 >>', 'TimeStamp'],
    [`/Cert << /Ff 3 /Subject [${hex(issuer)} ${hex(certificate)}] /Issuer [${hex(issuer)}] >>`, undefined],
    [`/Cert << /Ff 1 /Subject [${hex(issuer)}] >>`, 'Cert.Subject'],
    [`/Cert << /Ff 2 /Issuer [${hex(certificate)}] >>`, 'Cert.Issuer'],
    ['/Cert << /Ff 32 /KeyUsage [(1XX)] >>', 'Cert.KeyUsage'],
    ['/Cert << /Ff 0 /KeyUsage [(1XX)] >>', undefined],
  ])('%s', (seed, demand) => {
    const outcome = refused(() => fill(formPdf(`/SV << /Type /SV ${seed} >>`), 'Duyet', { reason: 'Ky duyet' }))
    expect(outcome).toEqual(demand === undefined ? undefined : { code: 'field-demands', facts: { field: 'Duyet', demand } })
  })
})
