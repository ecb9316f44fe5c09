import { createHash } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { fileSource, memorySource } from '../../../agent/pdf/byte-source.ts'
import { PdfDict, PdfRef, dict, name } from '../../../agent/pdf/objects.ts'
import { checkOwnWork } from '../../../agent/verify/check-own-work.ts'
import { createAuthority } from '../../../demo/authority/authority.ts'
import type { Authority, Credential } from '../../../demo/authority/authority.ts'
import { makePdf, plainObjects } from '../pdf/made-pdf.ts'
import { changePdf, signPdf } from './sign-pdf.ts'

let folder: string
let authority: Authority
let leader: Credential
let clerk: Credential
const pdf = makePdf()

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'antin-own-work-'))
  authority = await createAuthority(folder)
  leader = await authority.issue({ profile: 'leader', name: 'Nguyễn Văn An', organisation: 'Sở Nội vụ' })
  clerk = await authority.issue({ profile: 'clerk', name: 'Lê Thị Bình', organisation: 'Sở Nội vụ' })
})
afterAll(() => rm(folder, { recursive: true }))

function sha256(bytes: Uint8Array): Uint8Array {
  return createHash('sha256').update(bytes).digest()
}

function check(original: Uint8Array, signed: Uint8Array, fieldName: string, certificate = leader.certificateDer): void {
  checkOwnWork({ original: memorySource(original), originalSha256: sha256(original), signed: memorySource(signed), fieldName, certificate })
}

function rejected(reason: string): unknown {
  return expect.objectContaining({ refusal: { code: 'signature-rejected', facts: { reason } } })
}

describe('our own work', () => {
  it.each(['table', 'stream', 'hybrid'] as const)('is let through when it is right (%s)', (form) => {
    const original = makePdf({ form })
    const { bytes, fieldName } = signPdf(original, leader)
    expect(() => check(original, bytes, fieldName)).not.toThrow()
  })

  it('is let through as the second and third signature, and from files', async () => {
    const first = signPdf(pdf, leader)
    const second = signPdf(first.bytes, clerk)
    check(first.bytes, second.bytes, second.fieldName, clerk.certificateDer)
    const third = signPdf(second.bytes, leader)
    await writeFile(join(folder, 'original.pdf'), second.bytes)
    await writeFile(join(folder, 'signed.pdf'), third.bytes)
    const [original, signed] = [fileSource(join(folder, 'original.pdf')), fileSource(join(folder, 'signed.pdf'))]
    expect(() => checkOwnWork({ original, originalSha256: sha256(second.bytes), signed, fieldName: third.fieldName, certificate: leader.certificateDer })).not.toThrow()
    original.close()
    signed.close()
  })

  it('is let through behind a signature that was broken before: it is no worse now', () => {
    const broken = signPdf(pdf, leader).bytes
    broken.writeUInt8(broken.readUInt8(broken.indexOf('Hello')) ^ 1, broken.indexOf('Hello'))
    const { bytes, fieldName } = signPdf(broken, clerk)
    expect(() => check(broken, bytes, fieldName, clerk.certificateDer)).not.toThrow()
  })

  it('is let through where the table proves wrong only while it is compared', () => {
    const objects = { ...plainObjects, 1: '<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [] /DR 6 0 R >> >>', 6: '<< /Font << >> >>' }
    const text = Buffer.from(makePdf({ objects })).toString('latin1')
    const original = Buffer.from(text.replace(/\d{10} 00000 n \n(?=trailer)/, '0000000020 00000 n \n'), 'latin1')
    const { bytes, fieldName } = signPdf(original, leader)
    expect(() => check(original, bytes, fieldName)).not.toThrow()
  })

  it('is stopped when a byte of the original is another', () => {
    const { bytes, fieldName } = signPdf(pdf, leader)
    const other = Buffer.from(pdf)
    other.write('Hallo', other.indexOf('Hello'), 'latin1')
    expect(() => check(other, bytes, fieldName)).toThrow(rejected('original-changed'))
  })

  it('is stopped when a byte of the signed file is another', () => {
    const { bytes, fieldName } = signPdf(pdf, leader)
    const damaged = Buffer.from(bytes)
    damaged.write('Ky duyeT', damaged.lastIndexOf('/Reason') + 10, 'latin1')
    expect(() => check(pdf, damaged, fieldName)).toThrow(rejected('signature-wrong'))
  })

  it('is stopped when something stands behind the signature', () => {
    const { bytes, fieldName } = signPdf(pdf, leader)
    expect(() => check(pdf, Buffer.concat([bytes, Buffer.from('\n')]), fieldName)).toThrow(rejected('signature-not-over-whole-file'))
  })

  it('is stopped when the signature is missing, or under another name', () => {
    const { bytes } = signPdf(pdf, leader)
    expect(() => check(pdf, pdf, 'Signature1')).toThrow(rejected('signature-missing'))
    expect(() => check(pdf, bytes, 'Signature2')).toThrow(rejected('signature-missing'))
  })

  it('is stopped when it is the signature that was there before', () => {
    const { bytes, fieldName } = signPdf(pdf, leader)
    expect(() => check(bytes, bytes, fieldName)).toThrow(rejected('signature-not-over-whole-file'))
  })

  it('is stopped when another certificate signed', () => {
    const { bytes, fieldName } = signPdf(pdf, clerk)
    expect(() => check(pdf, bytes, fieldName)).toThrow(rejected('certificate-wrong'))
  })

  it('is stopped when the key was not that of the certificate', () => {
    const { bytes, fieldName } = signPdf(pdf, { ...leader, privateKeyPem: clerk.privateKeyPem })
    expect(() => check(pdf, bytes, fieldName)).toThrow(rejected('signature-wrong'))
  })

  it('is stopped when more than a signature was added', () => {
    const { bytes, fieldName } = signPdf(pdf, leader, {
      alsoChange: (_document, revision) => revision.replace(new PdfRef(5), dict({ Type: name('Font') })),
    })
    expect(() => check(pdf, bytes, fieldName)).toThrow(rejected('document-changed'))
  })

  it('is stopped when an earlier signature is gone', () => {
    const first = signPdf(pdf, leader).bytes
    const second = signPdf(first, clerk)
    const without = changePdf(first, (document, revision) => {
      const form = new PdfDict(document.dictOf(document.catalog.get('AcroForm'))).set('Fields', [])
      revision.replace(document.catalogRef, new PdfDict(document.catalog).set('AcroForm', form))
    })
    const resigned = signPdf(without, clerk)
    expect(() => check(first, resigned.bytes, resigned.fieldName, clerk.certificateDer)).toThrow(rejected('earlier-signature-changed'))
    expect(() => check(first, second.bytes, second.fieldName, clerk.certificateDer)).not.toThrow()
  })

  it('is stopped when the file cannot be opened', () => {
    expect(() => check(pdf, Buffer.from('%PDF-1.7 nothing'), 'Signature1')).toThrow(rejected('signed-file-unreadable'))
  })
})
