import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { memorySource } from '../../../agent/pdf/byte-source.ts'
import { openDocument } from '../../../agent/pdf/open-document.ts'
import { verifyDocument } from '../../../agent/verify/verify-document.ts'
import { createAuthority } from '../../../demo/authority/authority.ts'
import type { Authority, Credential } from '../../../demo/authority/authority.ts'
import { preparedPdf, textStream } from './prepared-pdf.ts'
import { signPdf } from './sign-pdf.ts'

/**
 * A section that was appended after a signature and names two places for one object: one reader takes the first, another the last, or
 * what a hybrid file hides in its stream. Then the whole is signed by somebody else, so that everything is covered.
 */
let folder: string
let authority: Authority
let leader: Credential
let attacker: Credential

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'antin-ambiguous-'))
  authority = await createAuthority(folder)
  leader = await authority.issue({ profile: 'leader', name: 'Nguyễn Văn An', organisation: 'Sở Nội vụ' })
  attacker = await authority.issue({ profile: 'clerk', name: 'Kẻ Tấn Công', organisation: 'Sở Nội vụ' })
})
afterAll(() => rm(folder, { recursive: true }))

const row = (offset: number): string => `${String(offset).padStart(10, '0')} 00000 n \n`

/** Appends another text for the page, and behind it a copy of what it says, so that the harmless one is the last. */
function withTwoTexts(signed: Buffer, section: (evil: number, harmless: number, at: number) => string): Buffer {
  const evil = `4 0 obj\n${textStream('Pay 999 dong')}\nendobj\n`
  const harmless = `4 0 obj\n${textStream('Pay 100 dong')}\nendobj\n`
  const at = signed.length + 1 + evil.length + harmless.length
  const tail = section(signed.length + 1, signed.length + 1 + evil.length, at)
  return Buffer.concat([signed, Buffer.from(`\n${evil}${harmless}${tail}`, 'latin1')])
}

const trailer = (signed: Buffer, entries = ''): string => {
  const prev = /startxref\s+(\d+)\s+%%EOF\s*$/.exec(signed.toString('latin1'))?.[1] ?? ''
  return `trailer\n<< /Size 60 /Root 1 0 R /Prev ${prev} ${entries} >>\n`
}

const sections: [string, (signed: Buffer) => Buffer][] = [
  ['the harmless one first', (signed) => withTwoTexts(signed, (evil, harmless, at) => `xref\n4 1\n${row(harmless)}4 1\n${row(evil)}${trailer(signed)}startxref\n${at}\n%%EOF\n`)],
  ['in the stream of a hybrid', (signed) =>
    withTwoTexts(signed, (evil, harmless, at) => {
      const data = Buffer.alloc(6)
      data.writeUInt8(1, 0)
      data.writeUInt32BE(evil, 1)
      const stream = `50 0 obj\n<< /Type /XRef /W [1 4 1] /Index [4 1] /Size 60 /Length 6 >>\nstream\n${data.toString('latin1')}\nendstream\nendobj\n`
      return `${stream}xref\n4 1\n${row(harmless)}${trailer(signed, `/XRefStm ${at}`)}startxref\n${at + stream.length}\n%%EOF\n`
    })],
]

it.each(sections)('is a change, whichever of them is read here: %s', async (_, attack) => {
  const signed = signPdf(preparedPdf({}), leader).bytes
  const attacked = attack(signed)
  expect(openDocument(memorySource(attacked)).repaired).toBe(false)
  const { indication, signatures } = await verifyDocument(openDocument(memorySource(signPdf(attacked, attacker).bytes)), { roots: [authority.root.certificateDer] })
  expect([indication, signatures[0]?.laterChanges, signatures[1]?.indication]).toEqual(['INDETERMINATE', 'other', 'TOTAL-PASSED'])
})

it('is none where the places are the same', async () => {
  const signed = signPdf(preparedPdf({}), leader).bytes
  const twice = Buffer.concat([signed, Buffer.from(`\nxref\n0 0\n${trailer(signed)}startxref\n${signed.length + 1}\n%%EOF\n`)])
  const { indication } = await verifyDocument(openDocument(memorySource(signPdf(twice, attacker).bytes)), { roots: [authority.root.certificateDer] })
  expect(indication).toBe('TOTAL-PASSED')
})
