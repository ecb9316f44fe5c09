import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { memorySource } from '../../../agent/pdf/byte-source.ts'
import { openDocument } from '../../../agent/pdf/open-document.ts'
import { signaturesOf } from '../../../agent/pdf/signatures.ts'
import type { SignatureInFile } from '../../../agent/pdf/signatures.ts'
import { checkCoverage } from '../../../agent/verify/check-coverage.ts'
import type { VerificationReport } from '../../../agent/verify/report.ts'
import { verifyDocument } from '../../../agent/verify/verify-document.ts'
import { createAuthority } from '../../../demo/authority/authority.ts'
import type { Authority } from '../../../demo/authority/authority.ts'
import { makePdf } from '../pdf/made-pdf.ts'
import { signPdf } from './sign-pdf.ts'

/** Universal signature forgery and its relatives: signatures that a viewer might take for whole although they cover nothing. */
let folder: string
let authority: Authority
let signed: Buffer
let original: SignatureInFile

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'antin-forgeries-'))
  authority = await createAuthority(folder)
  signed = signPdf(makePdf(), await authority.issue({ profile: 'leader', name: 'Nguyễn Văn An', organisation: 'Sở Nội vụ' })).bytes
  const [signature] = signaturesOf(openDocument(memorySource(signed)))
  if (signature === undefined) throw new Error('a signature was expected')
  original = signature
})
afterAll(() => rm(folder, { recursive: true }))

function verify(bytes: Uint8Array): Promise<VerificationReport> {
  return verifyDocument(openDocument(memorySource(bytes)), { roots: [authority.root.certificateDer] })
}

/** Replaces in place, padded with spaces, so that no offset moves. */
function overwritten(from: string, to: string): Buffer {
  const bytes = Buffer.from(signed)
  const at = bytes.indexOf(from, 0, 'latin1')
  expect(at).toBeGreaterThan(0)
  expect(to.length).toBeLessThanOrEqual(from.length)
  bytes.write(to.padEnd(from.length), at, 'latin1')
  return bytes
}

function withRange(range: string): Buffer {
  const written = /\/ByteRange \[[^\]]*\] */.exec(signed.toString('latin1'))?.[0] ?? ''
  return overwritten(written, `/ByteRange ${range}`)
}

function rangeNumbers(): [number, number, number, number] {
  const [start = 0, length = 0, tailStart = 0, tailLength = 0] = original.byteRange
  return [start, length, tailStart, tailLength]
}

it('starts from a signature that passes', async () => {
  expect((await verify(signed)).indication).toBe('TOTAL-PASSED')
})

// Whatever the digest says: an attacker signs his own ranges.
it.each<[string, (numbers: [number, number, number, number]) => number[]]>([
  ['leaves out the first byte', ([, length, tailStart, tailLength]) => [1, length - 1, tailStart, tailLength]],
  ['begins behind the first byte and ends at the hole', ([, length, tailStart, tailLength]) => [1, length, tailStart, tailLength]],
  ['has a third part', ([, length, tailStart, tailLength]) => [0, length, tailStart, tailLength, 0, 1]],
  ['has half a third part', ([, length, tailStart, tailLength]) => [0, length, tailStart, tailLength, 0]],
])('a /ByteRange that %s covers nothing', (_, change) => {
  const source = memorySource(signed)
  expect(checkCoverage(original, source).coverage).toBe('whole-file')
  expect(checkCoverage({ ...original, byteRange: change(rangeNumbers()) }, source)).toMatchObject({ coverage: 'broken', ranges: [] })
})

describe('a /ByteRange that covers less than it seems', () => {
  it.each<[string, (numbers: [number, number, number, number]) => string]>([
    ['missing', () => 'null'],
    ['empty', () => '[]'],
    ['of zeros', () => '[0 0 0 0]'],
    ['of one range', ([, length]) => `[0 ${length}]`],
    ['of three numbers', ([, length, tailStart]) => `[0 ${length} ${tailStart}]`],
    ['negative', ([, length]) => `[0 ${length} -1 -1]`],
    ['huge', ([, length]) => `[0 ${length} 1 9e99]`],
    ['beyond the file', ([, length, tailStart, tailLength]) => `[0 ${length} ${tailStart} ${tailLength + 1}]`],
    ['not from the first byte', ([, length, tailStart, tailLength]) => `[1 ${length - 1} ${tailStart} ${tailLength}]`],
    ['overlapping', ([, length, tailStart, tailLength]) => `[0 ${length} ${length - 1} ${tailLength + tailStart - length + 1}]`],
    ['without a hole', ([, length, tailStart, tailLength]) => `[0 ${length} ${length} ${tailLength + tailStart - length}]`],
    ['with a hole that begins too early', ([, length, tailStart, tailLength]) => `[0 ${length - 8} ${tailStart} ${tailLength}]`],
    ['with a hole that ends too late', ([, length, tailStart, tailLength]) => `[0 ${length} ${tailStart + 8} ${tailLength - 8}]`],
    ['of fractions', ([, length, tailStart, tailLength]) => `[0 ${length}.5 ${tailStart} ${tailLength}]`],
    ['of names', () => '[/0 /0 /0 /0]'],
    ['with an end inside the revision', ([, length, tailStart, tailLength]) => `[0 ${length} ${tailStart} ${tailLength - 9}]`],
  ])('%s', async (_what, range) => {
    const { indication, signatures } = await verify(withRange(range(rangeNumbers())))
    expect(indication).toBe('TOTAL-FAILED')
    expect(signatures[0]).toMatchObject({ subIndication: 'FORMAT_FAILURE', coverage: 'broken', intact: false, coveredToBytes: 0 })
  })
})

describe('/Contents that are no signature', () => {
  const contents = () => signed.toString('latin1', original.contentsStart, original.contentsEnd)
  it.each<[string, (whole: string) => string]>([
    ['null', () => 'null'],
    ['empty', () => '<>'],
    ['one zero byte', () => '<00>'],
    ['zeros', (whole) => `<${'0'.repeat(whole.length - 2)}>`],
    ['a literal string', (whole) => `(${'0'.repeat(whole.length - 2)})`],
    ['a name', () => '/None'],
    ['with a comment hidden behind it', (whole) => `${whole.slice(0, -200)}>%${'x'.repeat(198)}`],
    ['with text hidden in its padding', (whole) => `${whole.slice(0, -200)}${'deadbeef'.repeat(24)}0000000>`],
    ['with line ends in it', (whole) => `${whole.slice(0, -3)}\n\n>`],
  ])('%s', async (_what, change) => {
    const whole = contents()
    const { indication, signatures } = await verify(overwritten(whole, change(whole)))
    expect(indication).toBe('TOTAL-FAILED')
    expect(signatures[0]?.intact).toBe(false)
  })

  it('left out', async () => {
    const { indication, signatures } = await verify(overwritten('/Contents <', '/Kontents <'))
    expect(indication).toBe('TOTAL-FAILED')
    expect(signatures[0]).toMatchObject({ findings: ['contents-missing'] })
  })
})

describe('a signature that is moved', () => {
  it('into another document', async () => {
    const { bytes } = signPdf(makePdf({ before: '' }), await authority.issue({ profile: 'leader', name: 'B', organisation: 'C' }))
    const moved = Buffer.concat([Buffer.from(bytes)])
    const [target] = signaturesOf(openDocument(memorySource(moved)))
    signed.copy(moved, target?.contentsStart, original.contentsStart, original.contentsEnd)
    expect((await verify(moved)).signatures[0]).toMatchObject({ indication: 'TOTAL-FAILED', subIndication: 'HASH_FAILURE' })
  })

  it('behind new content, with the old one kept for the digest (wrapping)', async () => {
    const [, length, tailStart, tailLength] = rangeNumbers()
    const wrapper = Buffer.from('\n9 0 obj\n<< /Producer (wrapped) >>\nendobj\n')
    const wrapped = Buffer.concat([signed.subarray(0, length), signed.subarray(length, tailStart), wrapper, signed.subarray(tailStart)])
    const text = wrapped.toString('latin1').replace(`${tailStart} ${tailLength}]`, `${tailStart + wrapper.length} ${tailLength}]`)
    const { indication, signatures } = await verify(Buffer.from(text, 'latin1'))
    expect(indication).toBe('TOTAL-FAILED')
    expect(signatures[0]?.coverage).toBe('broken')
  })

  it('before a file that begins with something else', async () => {
    const shifted = Buffer.concat([Buffer.from('%PDF-1.4 other\n'), signed])
    expect((await verify(shifted)).indication).not.toBe('TOTAL-PASSED')
  })
})

it('passes with no byte changed, whichever it is, those of the container included', async () => {
  const step = Math.max(1, Math.floor(signed.length / 150))
  for (let at = 0; at < signed.length; at += step) {
    const changed = Buffer.from(signed)
    // This bit makes no version number of the container into another one that is known; those alone mean nothing.
    changed.writeUInt8(changed.readUInt8(at) ^ 0x08, at)
    let indication: string | undefined = 'unreadable'
    try {
      indication = (await verify(changed)).indication
    } catch (thrown) {
      expect(thrown).toMatchObject({ name: 'RefusalError' })
    }
    expect(`${at} ${indication ?? 'none'}`).not.toBe(`${at} TOTAL-PASSED`)
  }
})
