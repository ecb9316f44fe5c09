import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { memorySource } from '../../../agent/pdf/byte-source.ts'
import { dict, name, PdfDict, PdfRef, PdfString } from '../../../agent/pdf/objects.ts'
import type { PdfObject } from '../../../agent/pdf/objects.ts'
import { openDocument } from '../../../agent/pdf/open-document.ts'
import type { PdfDocument } from '../../../agent/pdf/open-document.ts'
import type { Revision } from '../../../agent/pdf/revision.ts'
import { signaturesOf } from '../../../agent/pdf/signatures.ts'
import { verifyDocument } from '../../../agent/verify/verify-document.ts'
import { createAuthority } from '../../../demo/authority/authority.ts'
import type { Authority, Credential } from '../../../demo/authority/authority.ts'
import { pageText, preparedPdf } from './prepared-pdf.ts'
import { changePdf, signPdf } from './sign-pdf.ts'

/** What may come onto a page after a certification that allows fields and signatures alone (DocMDP, P=2). */
let folder: string
let authority: Authority
let leader: Credential
let other: Credential

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'antin-widgets-'))
  authority = await createAuthority(folder)
  leader = await authority.issue({ profile: 'leader', name: 'Nguyễn Văn An', organisation: 'Sở Nội vụ' })
  other = await authority.issue({ profile: 'clerk', name: 'Lê Thị Bình', organisation: 'Sở Nội vụ' })
})
afterAll(() => rm(folder, { recursive: true }))

type Change = (document: PdfDocument, revision: Revision) => void

async function certifiedThen(change: Change, prepared = preparedPdf({})): Promise<unknown[]> {
  const resigned = signPdf(changePdf(signPdf(prepared, leader, { docMdp: 2 }).bytes, change), other).bytes
  return verdict(resigned)
}

async function verdict(bytes: Uint8Array): Promise<unknown[]> {
  const { indication, signatures } = await verifyDocument(openDocument(memorySource(bytes)), { roots: [authority.root.certificateDer] })
  return [indication, signatures[0]?.laterChanges]
}

const passed = ['TOTAL-PASSED', 'signatures']
const forbidden = ['INDETERMINATE', 'annotations']

function overlay(revision: Revision): PdfDict {
  const form = dict({ Type: name('XObject'), Subtype: name('Form'), BBox: [0, 0, 595, 842] })
  return dict({ N: revision.addStream(form, Buffer.from('1 g 0 0 595 842 re f')) })
}

function addToPage(document: PdfDocument, revision: Revision, item: PdfRef): void {
  const { dict: page, ref } = document.page(0)
  revision.replace(ref, new PdfDict(page).set('Annots', [...(document.arrayOf(page.get('Annots')) ?? []), item]))
}

function addToForm(document: PdfDocument, revision: Revision, item: PdfRef): void {
  const entry = document.catalog.get('AcroForm')
  const form = new PdfDict(document.dictOf(entry))
  form.set('Fields', [...(document.arrayOf(form.get('Fields')) ?? []), item])
  if (entry instanceof PdfRef) revision.replace(entry, form)
}

describe('a new annotation after a certification', () => {
  const whole = [0, 0, 595, 842]
  const sig = (entries: Record<string, PdfObject>) => ({ Type: name('Annot'), FT: name('Sig'), Rect: whole, ...entries })
  const named = { Subtype: name('Widget'), T: new PdfString(Buffer.from('mine')) }

  it.each<[string, Record<string, PdfObject>, boolean]>([
    ['free text that calls itself a signature field', sig({ Subtype: name('FreeText') }), false],
    ['free text in the form that calls itself one', sig({ ...named, Subtype: name('FreeText') }), true],
    ['a widget that the form does not list', sig(named), false],
    ['a widget over the whole page that nobody signed', sig(named), true],
    ['a widget with a script', { ...sig(named), Rect: [0, 0, 0, 0], AA: dict({ PO: dict({ S: name('JavaScript') }) }) }, true],
  ])('is none of a signature: %s', async (_what, entries, isListed) => {
    expect(await certifiedThen((document, revision) => {
      const item = revision.add(dict({ AP: overlay(revision), ...entries }))
      addToPage(document, revision, item)
      if (isListed) addToForm(document, revision, item)
    })).toEqual(forbidden)
  })

  it('is none in the form either without a name', async () => {
    expect(await certifiedThen((document, revision) => {
      const item = revision.add(dict(sig({ Subtype: name('Widget') })))
      addToPage(document, revision, item)
      addToForm(document, revision, item)
    })).toEqual(['INDETERMINATE', 'other'])
  })

  it.each([
    ['draws nothing', dict({})],
    ['has no area', dict({ Rect: [9, 9, 9, 9], MK: dict({ BG: [1] }) })],
  ])('may be a field for the next signer that %s', async (_what, entries) => {
    expect(await certifiedThen((document, revision) => {
      const item = revision.add(new PdfDict([...dict(sig(named)), ...entries]))
      addToPage(document, revision, item)
      addToForm(document, revision, item)
    })).toEqual(passed)
  })

  it('is a signature where it stands once, and no more on a second page', async () => {
    const prepared = preparedPdf({ 2: '<< /Type /Pages /Kids [3 0 R 9 0 R] /Count 2 >>', 9: pageText('4 0 R') })
    const certified = signPdf(prepared, leader, { docMdp: 2 }).bytes
    expect(await verdict(signPdf(certified, other).bytes)).toEqual(passed)
    const everywhere = signPdf(certified, other, {
      // The number that the widget will have: the signature comes first.
      alsoChange: (document, revision) => {
        const { dict: page, ref } = document.page(1)
        const next = revision.reserve().number
        revision.replace(ref, new PdfDict(page).set('Annots', [new PdfRef(next + 2)]))
      },
    }).bytes
    const document = openDocument(memorySource(everywhere))
    expect(document.arrayOf(document.page(1).dict.get('Annots'))).toEqual([signaturesOf(document).at(-1)?.fieldRef])
    expect(await verdict(everywhere)).toEqual(forbidden)
  })
})

describe('a signature field that was there', () => {
  const prepared = preparedPdf({
    1: '<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [9 0 R] >> >>',
    3: pageText('4 0 R', '/Annots [9 0 R]'),
    9: '<< /Type /Annot /Subtype /Widget /FT /Sig /T (empty) /Rect [0 0 595 842] /P 3 0 R >>',
  })

  it('does not get a look without a signature', async () => {
    const paint: Change = (document, revision) => {
      revision.replace(new PdfRef(9), new PdfDict(document.dictOf(new PdfRef(9))).set('AP', overlay(revision)))
    }
    expect(await certifiedThen(paint, prepared)).toEqual(forbidden)
  })
})

describe('the form', () => {
  it.each<[string, PdfObject]>([
    ['DR', dict({ Font: dict({ Helv: new PdfRef(6) }) })],
    ['DA', new PdfString(Buffer.from('/Helv 0 Tf'))],
    ['NeedAppearances', true],
  ])('counts as filled in where /%s changes, as fields may look different', async (key, value) => {
    expect(await certifiedThen((document, revision) => {
      const entry = document.catalog.get('AcroForm')
      if (entry instanceof PdfRef) revision.replace(entry, new PdfDict(document.dictOf(entry)).set(key, value))
    })).toEqual(['TOTAL-PASSED', 'forms'])
  })

  it('counts as filled in where its resources change', async () => {
    const prepared = preparedPdf({
      1: '<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [] /DR 9 0 R >> >>',
      9: '<< /Font 12 0 R >>',
      12: '<< /Helv 6 0 R >>',
    })
    for (const number of [9, 12]) {
      const change: Change = (_document, revision) => revision.replace(new PdfRef(number), dict({ Other: new PdfRef(6) }))
      expect(await certifiedThen(change, prepared)).toEqual(['TOTAL-PASSED', 'forms'])
    }
  })
})

describe('certificates', () => {
  const leafOnly = () => ({ ...leader, chainDer: [] })

  it('that a newer signature carries help an older one', async () => {
    const first = signPdf(preparedPdf({}), leafOnly()).bytes
    expect(await verdict(first)).toEqual(['INDETERMINATE', 'none'])
    expect(await verdict(signPdf(first, other).bytes)).toEqual(passed)
  })

  it('help nobody whose issuer they are not', async () => {
    const elsewhere = await createAuthority(join(folder, 'elsewhere'))
    const stranger = await elsewhere.issue({ profile: 'leader', name: 'Người Lạ', organisation: 'Nơi khác' })
    const { signatures } = await verifyDocument(
      openDocument(memorySource(signPdf(signPdf(preparedPdf({}), leafOnly()).bytes, stranger).bytes)),
      { roots: [authority.root.certificateDer] },
    )
    expect(signatures.map(({ indication }) => indication)).toEqual(['INDETERMINATE', 'INDETERMINATE'])
  })
})
