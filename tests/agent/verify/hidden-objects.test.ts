import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { memorySource } from '../../../agent/pdf/byte-source.ts'
import { PdfDict, PdfRef } from '../../../agent/pdf/objects.ts'
import { openDocument } from '../../../agent/pdf/open-document.ts'
import type { XrefEntry } from '../../../agent/pdf/xref-table.ts'
import type { SignatureReport } from '../../../agent/verify/report.ts'
import { verifyDocument } from '../../../agent/verify/verify-document.ts'
import { createAuthority } from '../../../demo/authority/authority.ts'
import type { Authority, Credential } from '../../../demo/authority/authority.ts'
import { appendSection, pageText, preparedPdf, textStream } from './prepared-pdf.ts'
import { changePdf, signPdf } from './sign-pdf.ts'

/** Changes that this reader might overlook because it does not read the tables as every other reader does. */
let folder: string
let authority: Authority
let leader: Credential

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'antin-hidden-'))
  authority = await createAuthority(folder)
  leader = await authority.issue({ profile: 'leader', name: 'Nguyễn Văn An', organisation: 'Sở Nội vụ' })
})
afterAll(() => rm(folder, { recursive: true }))

async function firstSignature(bytes: Uint8Array): Promise<SignatureReport | undefined> {
  const { signatures } = await verifyDocument(openDocument(memorySource(bytes)), { roots: [authority.root.certificateDer] })
  return signatures[0]
}

const caught = { laterChanges: 'other', findings: ['changed-after'] }
const untouched = { laterChanges: 'none', findings: [] }
const content = textStream('Pay 100 dong')
const evil = textStream('Pay 999 dong')

function objectStream(objects: readonly [number: number, body: string][]): string {
  let head = ''
  let bodies = ''
  for (const [number, body] of objects) {
    head += `${number} ${bodies.length} `
    bodies += `${body}\n`
  }
  return `<< /Type /ObjStm /N ${objects.length} /First ${head.length} /Length ${head.length + bodies.length} >>\nstream\n${head}${bodies}\nendstream`
}

describe('an appended section', () => {
  it('is harmless when it says what was there', async () => {
    const signed = signPdf(preparedPdf({}), leader).bytes
    expect(await firstSignature(appendSection(signed, { text: `4 0 obj\n${content}\nendobj`, listed: [{ number: 4 }] }))).toMatchObject(untouched)
    const packed = `91 0 obj\n${objectStream([[2, '<< /Type /Pages /Kids [3 0 R] /Count 1 >>']])}\nendobj`
    expect(await firstSignature(appendSection(signed, { text: packed, listed: [{ number: 91 }], compressed: [[2, 91, 0]] }))).toMatchObject(untouched)
  })

  it('may not give an object another generation, by which it is referred to elsewhere', async () => {
    const signed = signPdf(preparedPdf({ 3: pageText('[4 0 R 9 1 R]'), 9: evil }), leader).bytes
    const section = { text: `9 1 obj\n${evil}\nendobj`, listed: [{ number: 9, generation: 1 }] }
    expect(await firstSignature(appendSection(signed, section))).toMatchObject(caught)
  })

  it.each<[string, [number, string][], number]>([
    ['first', [[2, '<< /Type /Pages /Kids [92 0 R] /Count 1 >>'], [2, '<< /Type /Pages /Kids [3 0 R] /Count 1 >>']], 0],
    ['last', [[2, '<< /Type /Pages /Kids [92 0 R] /Count 1 >>'], [2, '<< /Type /Pages /Kids [3 0 R] /Count 1 >>']], 1],
    ['out of place', [[93, '<< /Type /Pages /Kids [92 0 R] /Count 1 >>'], [2, '<< /Type /Pages /Kids [3 0 R] /Count 1 >>']], 0],
  ])('may not pack an object so that another one is found (%s)', async (_what, packed, index) => {
    const signed = signPdf(preparedPdf({}), leader).bytes
    const text = `91 0 obj\n${objectStream(packed)}\nendobj\n92 0 obj\n${pageText('94 0 R')}\nendobj\n94 0 obj\n${evil}\nendobj`
    const listed = [{ number: 91 }, { number: 92 }, { number: 94 }]
    expect(await firstSignature(appendSection(signed, { text, listed, compressed: [[2, 91, index]] }))).toMatchObject(caught)
  })

  it('may not replace an object stream, not even one that is evidence, too', async () => {
    const prepared = preparedPdf({}, { form: 'stream', compressed: [2], trailer: '/Info 7 0 R' })
    const signed = signPdf(prepared, leader).bytes
    const packed = objectStream([[2, '<< /Type /Pages /Kids [92 0 R] /Count 1 >>']])
    const text = `7 0 obj\n${packed}\nendobj\n92 0 obj\n${pageText('94 0 R')}\nendobj\n94 0 obj\n${evil}\nendobj`
    const listed = [{ number: 7 }, { number: 92 }, { number: 94 }]
    expect(await firstSignature(appendSection(signed, { text, listed, trailer: { Info: new PdfRef(7) } }))).toMatchObject(caught)
  })

  it('may not write a key twice, as readers differ in which one counts', async () => {
    const signed = signPdf(preparedPdf({}), leader).bytes
    const twice = (text: string) => appendSection(signed, { text, listed: [{ number: 3 }, { number: 94 }] })
    const rest = `\nendobj\n94 0 obj\n${evil}\nendobj`
    const page = Buffer.from(pageOf(signed)).toString('latin1')
    expect(await firstSignature(twice(`3 0 obj\n${page}${rest}`))).toMatchObject(untouched)
    expect(await firstSignature(twice(`3 0 obj\n${page.replace('/Contents', '/Contents 94 0 R /Contents')}${rest}`))).toMatchObject(caught)
    expect(await firstSignature(twice(`3 0 obj\n${page.replace('/F1 ', '/F1 94 0 R /F1 ')}${rest}`))).toMatchObject(caught)
  })

  it('may not name two catalogues', async () => {
    const signed = signPdf(preparedPdf({}), leader).bytes
    const text = `94 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj`
    const honest = appendSection(signed, { text, listed: [{ number: 94 }] })
    expect(await firstSignature(honest)).toMatchObject(untouched)
    const other = Buffer.from(honest.toString('latin1').replace(/(90 0 obj\n<<(?:.|\n)*?)\/Root 1 0 R/, '$1/Root 94 0 R /Root 1 0 R'), 'latin1')
    expect(await firstSignature(other)).toMatchObject(caught)
  })

  it('may not hide an object that no table lists, for readers that repair', async () => {
    const signed = signPdf(preparedPdf({}), leader).bytes
    expect(await firstSignature(appendSection(signed, { text: `4 0 obj\n${evil}\nendobj`, listed: [] }))).toMatchObject(caught)
    const behind = `4 0 obj\n${content}\nendobj\n4\n0   obj\n${evil}\nendobj`
    expect(await firstSignature(appendSection(signed, { text: behind, listed: [{ number: 4 }] }))).toMatchObject(caught)
    const before = `4 0 obj % older\n${evil}\nendobj\n`
    const superseded = appendSection(appendSection(signed, { text: before, listed: [{ number: 4 }] }), {
      text: `4 0 obj\n${content}\nendobj`, listed: [{ number: 4 }],
    })
    expect(await firstSignature(superseded)).toMatchObject(untouched)
  })

  it('may not hide an object in a stream of objects that no table names for it', async () => {
    const signed = signPdf(preparedPdf({}), leader).bytes
    const packed = objectStream([[2, '<< /Type /Pages /Kids [92 0 R] /Count 1 >>']])
    const text = `91 0 obj\n${packed}\nendobj\n92 0 obj\n${pageText('94 0 R')}\nendobj\n94 0 obj\n${evil}\nendobj`
    const listed = [{ number: 91 }, { number: 92 }, { number: 94 }]
    expect(await firstSignature(appendSection(signed, { text, listed }))).toMatchObject(caught)
    const own = objectStream([[93, '<< /Nothing true >>']])
    const harmless = `91 0 obj\n${own}\nendobj`
    expect(await firstSignature(appendSection(signed, { text: harmless, listed: [{ number: 91 }], compressed: [[93, 91, 0]] }))).toMatchObject(untouched)
  })

  it('may not hide an object in a stream of objects that itself stands in no table', async () => {
    const signed = signPdf(preparedPdf({}), leader).bytes
    const packed = objectStream([[2, '<< /Type /Pages /Kids [92 0 R] /Count 1 >>']])
    const text = `91 0 obj\n${packed}\nendobj\n92 0 obj\n${pageText('94 0 R')}\nendobj\n94 0 obj\n${evil}\nendobj`
    expect(await firstSignature(appendSection(signed, { text, listed: [{ number: 92 }, { number: 94 }] }))).toMatchObject(caught)
  })

  it('may not bring back an object as it was before the signature', async () => {
    const older = preparedPdf({ 4: evil })
    const newer = appendSection(older, { text: `4 0 obj\n${content}\nendobj`, listed: [{ number: 4 }] })
    const signed = signPdf(newer, leader).bytes
    const back = withTable(signed, ([number]) => (number === 4 ? Buffer.from(older).indexOf('\n4 0 obj') + 1 : undefined))
    expect(await firstSignature(withTable(signed, () => undefined))).toMatchObject(untouched)
    expect(await firstSignature(back)).toMatchObject(caught)
  })

  it('may not hide a page in the second table of a hybrid file', async () => {
    const signed = signPdf(preparedPdf({}), leader).bytes
    const hidden = appendSection(signed, { text: `4 0 obj\n${evil}\nendobj`, listed: [{ number: 4 }] })
    const stream = hidden.lastIndexOf('90 0 obj')
    const start = hidden.length
    const prev = /startxref\s+(\d+)\s+%%EOF\s*$/.exec(signed.toString('latin1'))?.[1] ?? ''
    const table = `xref\n0 0\ntrailer\n<< /Size 95 /Root 1 0 R /Prev ${prev} /XRefStm ${stream} >>\nstartxref\n${start}\n%%EOF\n`
    expect(await firstSignature(Buffer.concat([hidden, Buffer.from(table)]))).toMatchObject(caught)
  })

  it('may not count offsets from another place', async () => {
    const before = 'junk before\n'
    const signed = signPdf(preparedPdf({}, { before }), leader).bytes
    const honest = changePdf(signed, (document, revision) => revision.replace(document.catalogRef, new PdfDict(document.catalog)))
    expect(await firstSignature(honest)).toMatchObject(untouched)
    // Every entry as it stands, but from the first byte of the file on.
    const shifted = withTable(signed, ([, entry]) => (entry.kind === 'plain' ? entry.offset + before.length : undefined))
    expect(openDocument(memorySource(shifted)).xref.base).not.toBe(openDocument(memorySource(signed)).xref.base)
    expect(await firstSignature(shifted)).toMatchObject(caught)
  })
})

/** The page as it stands after the signature. */
function pageOf(signed: Buffer): string {
  const text = signed.toString('latin1')
  const start = text.lastIndexOf('\n3 0 obj') + '\n3 0 obj\n'.length
  return text.slice(start, text.indexOf('\nendobj', start))
}

/** Appends a whole table of its own, without /Prev. */
function withTable(signed: Buffer, offsetOf: (entry: [number: number, entry: XrefEntry]) => number | undefined): Buffer {
  const { table } = openDocument(memorySource(signed)).xref
  const lines = [...table.entries()].map(([number, entry]) => {
    const offset = offsetOf([number, entry]) ?? (entry.kind === 'plain' ? entry.offset : undefined)
    return offset === undefined ? '' : `${number} 1\n${String(offset).padStart(10, '0')} 00000 n \n`
  })
  const start = signed.length + 1
  const trailer = `trailer\n<< /Size ${table.highest + 1} /Root 1 0 R >>\nstartxref\n${start}\n%%EOF\n`
  return Buffer.concat([signed, Buffer.from(`\nxref\n${lines.join('')}${trailer}`)])
}
