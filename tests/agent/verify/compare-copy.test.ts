import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { PDFDocument } from 'pdf-lib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { compareCopy } from '../../../agent/verify/compare-copy.ts'
import { name } from '../../../agent/pdf/objects.ts'
import { createAuthority, type Credential } from '../../../demo/authority/authority.ts'
import { preparedPdf } from './prepared-pdf.ts'
import { changePdf, signPdf } from './sign-pdf.ts'

let leader: Credential
let clerk: Credential
let signed: Buffer
let folder: string

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'antin-copies-'))
  const authority = await createAuthority(path.join(folder, 'authority'))
  leader = await authority.issue({ profile: 'leader', name: 'Nguyễn Văn An', organisation: 'Sở Nội vụ' })
  clerk = await authority.issue({ profile: 'clerk', name: 'Lê Thị Bình', organisation: 'Sở Nội vụ' })
  signed = signPdf(signPdf(preparedPdf({}), leader).bytes, clerk).bytes
})
afterAll(() => rmSync(folder, { recursive: true }))

function verdictOn(copy: Uint8Array, of: Uint8Array = signed): string {
  const [signedFile, copyFile] = [path.join(folder, 'signed.pdf'), path.join(folder, 'copy.pdf')]
  writeFileSync(signedFile, of)
  writeFileSync(copyFile, copy)
  return compareCopy(signedFile, copyFile)
}

describe('what a document system made of a signed file', () => {
  it('only has more behind the signatures: a comment, a revision, a further signature', () => {
    expect(verdictOn(Buffer.concat([signed, Buffer.from('\n% QLVB: da luu tru\n')]))).toBe('extended')
    const revised = changePdf(signed, (document, revision) => {
      revision.replace(document.catalogRef, document.catalog.set('Lang', name('vi')))
    })
    expect(verdictOn(revised)).toBe('extended')
    expect(verdictOn(signPdf(signed, leader).bytes)).toBe('extended')
  })

  it('was written anew as stamping tools do, or changed within, or cut, or is another file', async () => {
    const saved = await (await PDFDocument.load(signed, { updateMetadata: false })).save()
    expect(verdictOn(saved)).toBe('broken')
    const touched = Buffer.from(signed)
    touched[touched.indexOf('/MediaBox') + 11] = 0x39
    expect(verdictOn(touched)).toBe('broken')
    expect(verdictOn(signed.subarray(0, signed.length - 400))).toBe('broken')
    expect(verdictOn(Buffer.from('<html>Lỗi</html>'))).toBe('broken')
  })

  it('lost one of two signatures, or holds another one in the same place', () => {
    expect(verdictOn(signPdf(preparedPdf({}), leader).bytes)).toBe('broken')
    expect(verdictOn(signPdf(signPdf(preparedPdf({}), leader).bytes, leader).bytes)).toBe('broken')
  })

  it('is not blamed for a signature that was broken before we signed', () => {
    const first = Buffer.from(signPdf(preparedPdf({}), leader).bytes)
    first[first.indexOf('/MediaBox') + 11] = 0x39
    const ours = signPdf(first, clerk).bytes
    expect(verdictOn(Buffer.concat([ours, Buffer.from('\n')]), ours)).toBe('extended')
  })
})
