import { readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { dict, name, PdfRef, PdfStream } from '../../../agent/pdf/objects.ts'
import { startRevision } from '../../../agent/pdf/revision.ts'
import { addSignatureField } from '../../../agent/pdf/signature-field.ts'
import { signaturesOf } from '../../../agent/pdf/signatures.ts'
import { textOf } from '../../../agent/pdf/text-string.ts'
import { refusalOf } from '../../../shared/errors.ts'
import { tempFolder } from '../../support/temp-folder.ts'
import { makePdf, open, plainObjects, qpdfCheck, run, writeTo } from './made-pdf.ts'

const objects = { ...plainObjects, 1: '<< /Type /Catalog /Pages 2 0 R /Lang (vi-VN) >>', 6: '<< /Title (A secret) >>' }

/** qpdf encrypts; poppler and qpdf judge what we append. */
function encrypted(folder: string, ...how: string[]): string {
  const plain = writeTo(folder, 'plain.pdf', makePdf({ objects, trailer: '/Info 6 0 R /ID [<01020304> <01020304>]' }))
  const file = path.join(folder, 'encrypted.pdf')
  const { status, text } = run('qpdf', ['--allow-weak-crypto', '--static-id', '--encrypt', ...how, '--', plain, file])
  expect(`${status} ${text}`).toMatch(/^[03] /)
  return file
}

const handlers: [string, string[]][] = [
  ['revision 2, RC4 of 40 bits', ['', 'owner', '40']],
  ['revision 3, RC4 of 128 bits', ['', 'owner', '128']],
  ['revision 4, RC4', ['', 'owner', '128', '--force-V4']],
  ['revision 4, AES', ['', 'owner', '128', '--use-aes=y']],
  ['revision 4, metadata in clear', ['', 'owner', '128', '--use-aes=y', '--cleartext-metadata']],
  ['revision 5, AES-256', ['', 'owner', '256', '--force-R5']],
  ['revision 6, AES-256', ['', 'owner', '256']],
]

describe('the standard security handler with an empty user password', () => {
  it.each(handlers)('is read and appended to: %s', (_, how) => {
    const folder = tempFolder()
    const original = readFileSync(encrypted(folder, ...how))
    const document = open(original)
    expect(textOf(document.catalog.get('Lang'))).toBe('vi-VN')
    expect(textOf(document.dictOf(document.trailer.get('Info'))?.get('Title'))).toBe('A secret')

    const revision = startRevision(document)
    const appearance = revision.addStream(dict({ Type: name('XObject'), Subtype: name('Form'), BBox: [0, 0, 9, 9] }), Buffer.from('0 0 9 9 re f'))
    const shown = { rect: [0, 0, 9, 9] as const, appearance, reason: 'Ky duyet', name: 'Nguyễn Văn A' }
    const added = addSignatureField(document, revision, { subFilter: 'ETSI.CAdES.detached', contentsBytes: 1_000, m: new Date(), pageIndex: 0, ...shown })
    const finished = revision.finish()
    const bytes = Buffer.concat([original, finished.bytes])
    const { contentsStart, contentsEnd } = added.placeholderIn(finished)
    bytes.write('30030201', contentsStart + 1, 'latin1')
    const file = writeTo(folder, 'out.pdf', bytes)

    expect(qpdfCheck(file)).toMatchObject({ status: 0 })
    const [signature] = signaturesOf(open(bytes))
    expect(signature).toMatchObject({ reason: 'Ky duyet', name: 'Nguyễn Văn A', fieldName: 'Signature1', contentsStart, contentsEnd })
    expect(Buffer.from(signature?.contents ?? []).toString('hex')).toMatch(/^300302010{1992}$/)
    const stream = open(bytes).resolve(appearance)
    expect(stream instanceof PdfStream && Buffer.from(stream.decoded()).toString()).toBe('0 0 9 9 re f')
    expect(Buffer.from(finished.bytes).includes('Ky duyet')).toBe(false)

    const clear = path.join(folder, 'clear.pdf')
    expect(run('qpdf', ['--decrypt', '--stream-data=uncompress', file, clear]).status).toBe(0)
    const theirs = readFileSync(clear)
    expect([theirs.includes('(Ky duyet)'), theirs.includes('0 0 9 9 re f'), theirs.includes('(Signature1)')]).toEqual([true, true, true])
    expect(run('pdftotext', [file, '-']).text.trim()).toBe('Hello')
    expect(run('pdfsig', ['-nocert', file]).text).toContain('Signature #1')
  })
})

describe('refusals', () => {
  const refusedAs = (file: string, purpose?: 'filling') => {
    try {
      startRevision(open(readFileSync(file)), purpose)
    } catch (thrown) {
      return refusalOf(thrown).code
    }
    return undefined
  }
  it.each<[string, string[]]>([
    ['a password, RC4', ['user', 'owner', '128']],
    ['a password, AES-256', ['user', 'owner', '256']],
  ])('%s', (_, how) => expect(refusedAs(encrypted(tempFolder(), ...how))).toBe('document-encrypted'))

  it.each([['256', '--force-R5'], ['256']])('no owner who has an empty password, and no permission binds him: %s', (...how) => {
    const file = encrypted(tempFolder(), 'user', '', ...how, '--allow-insecure', '--modify=none')
    expect([refusedAs(file), open(readFileSync(file)).pageCount]).toEqual([undefined, 1])
  })

  it.each<[string, string[], (string | undefined)[]]>([
    ['forbid changes', ['', 'owner', '256', '--modify=none'], ['document-permissions', 'document-permissions']],
    ['allow filling only', ['', 'owner', '128', '--use-aes=y', '--modify=form'], ['document-permissions', undefined]],
    ['allow annotations and filling', ['', 'owner', '128', '--use-aes=y', '--modify=annotate'], ['document-permissions', undefined]],
    ['allow all', ['', 'owner', '128', '--use-aes=y', '--modify=all'], [undefined, undefined]],
  ])('permissions that %s', (_, how, outcome) => {
    const file = encrypted(tempFolder(), ...how)
    expect([refusedAs(file), refusedAs(file, 'filling')]).toEqual(outcome)
  })

  it('of other handlers, and of keys that do not fit', () => {
    const withEncrypt = (entry: string) => writeTo(tempFolder(), 'a.pdf', makePdf({ objects, trailer: `/Encrypt ${entry}` }))
    expect(['<< /Filter /Adobe.PubSec /V 4 >>', '5', '99 0 R', '<< /Filter /Standard /V 1 /R 2 /O (x) /U (y) /P -4 >>'].map((entry) => refusedAs(withEncrypt(entry)))).toEqual(
      Array.from({ length: 4 }, () => 'document-encrypted'),
    )
  })

  it('of an encrypted document that would have to be repaired', () => {
    const folder = tempFolder()
    const damaged = Buffer.from(readFileSync(encrypted(folder, '', 'owner', '256')).toString('latin1').replace('startxref', 'nothing'), 'latin1')
    expect(refusedAs(writeTo(folder, 'damaged.pdf', damaged))).toBe('document-encrypted')
  })
})

it('leaves the encryption dictionary as it is', () => {
  const document = open(readFileSync(encrypted(tempFolder(), '', 'owner', '128', '--use-aes=y')))
  const entry = document.trailer.get('Encrypt')
  const { trailer } = open(Buffer.concat([document.source.read(0, document.source.sizeBytes), startRevision(document).finish().bytes]))
  expect(trailer.get('Encrypt')).toEqual(entry)
  expect(entry).toBeInstanceOf(PdfRef)
})
