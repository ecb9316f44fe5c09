import { spawnSync } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createAuthority } from '../../../demo/authority/authority.ts'
import type { Authority, Credential } from '../../../demo/authority/authority.ts'
import { canaryPin } from '../../support/canary-pins.ts'
import { memorySource } from '../../../agent/pdf/byte-source.ts'
import { dict, name, PdfString } from '../../../agent/pdf/objects.ts'
import { openDocument } from '../../../agent/pdf/open-document.ts'
import { startRevision } from '../../../agent/pdf/revision.ts'
import { addToForm } from '../../../agent/pdf/signature-field.ts'
import { makePdf } from '../pdf/made-pdf.ts'
import { signPdf } from '../verify/sign-pdf.ts'

/** A key file is called in the list by its own name, as a token by its label. */
const steeringFile = 'A\u001B[2J.p12'
const antin = resolve(import.meta.dirname, '../../../agent/cli/antin.ts')
let folder: string
let authority: Authority
let leader: Credential

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'antin-cli-verify-'))
  await mkdir(join(folder, 'home'))
  authority = await createAuthority(join(folder, 'authority'))
  leader = await authority.issue({ profile: 'leader', name: 'Nguyễn Văn An', organisation: 'Sở Nội vụ', title: 'Giám đốc' })
  const signed = signPdf(makePdf(), leader).bytes
  const failed = Buffer.from(signed)
  failed.writeUInt8(failed.readUInt8(30) ^ 1, 30)
  await write('signed.pdf', signed)
  const agency = await authority.issue({ profile: 'agency', name: 'SỞ NỘI VỤ', organisation: 'UBND tỉnh' })
  const steering = await authority.issue({ profile: 'leader', name: 'A\u001B[2J\nforged \u202Eevil', organisation: 'B' })
  await write('twice.pdf', signPdf(signed, agency).bytes)
  await write('failed.pdf', failed)
  await write('longer.pdf', Buffer.concat([signed, Buffer.from('\nmore\n')]))
  await write('plain.pdf', makePdf())
  await write('broken.pdf', Buffer.from('this is no PDF'))
  await write('steering.pdf', signPdf(withField(makePdf(), '\u001B[2J\nforged'), steering).bytes)
  await steering.writePkcs12(join(folder, steeringFile), canaryPin(), 'steering')
})
afterAll(() => rm(folder, { recursive: true }))

function write(name: string, bytes: Uint8Array): Promise<void> {
  return writeFile(join(folder, name), bytes)
}

/** The same document with a field for text of that name. */
function withField(pdf: Uint8Array, fieldName: string): Buffer {
  const document = openDocument(memorySource(pdf))
  const revision = startRevision(document)
  addToForm(document, revision, revision.add(dict({ FT: name('Tx'), T: new PdfString(Buffer.from(fieldName)) })), undefined)
  return Buffer.concat([pdf, revision.finish().bytes])
}

interface Printed {
  status: number | null
  stdout: string
  stderr: string
}

function antinIn(...words: string[]): Printed {
  const env = { ...process.env, ANTIN_HOME: join(folder, 'home') }
  return spawnSync(process.execPath, [antin, ...words], { cwd: folder, env, encoding: 'utf8' })
}

const verify = (...words: string[]): Printed => antinIn('verify', ...words)

const root = ['--root', 'authority/root.pem']

describe('antin verify', () => {
  it.each([
    [['signed.pdf', ...root], 0],
    [['signed.pdf', 'twice.pdf', ...root], 0],
    [['signed.pdf'], 2],
    [['longer.pdf', ...root], 2],
    [['plain.pdf', ...root], 3],
    [['broken.pdf', ...root], 4],
    [['failed.pdf', ...root], 1],
    [['signed.pdf', 'longer.pdf', 'plain.pdf', ...root], 3],
    [['signed.pdf', 'plain.pdf', 'broken.pdf', ...root], 4],
    [['signed.pdf', 'plain.pdf', 'broken.pdf', 'failed.pdf', ...root], 1],
  ])('%j exits with %i', (words, status) => {
    expect(verify(...words).status).toBe(status)
  })

  it('tells a clerk what the law wants told, in Vietnamese', () => {
    const { stdout } = verify('signed.pdf', ...root)
    expect(stdout).toContain('signed.pdf: HỢP LỆ')
    expect(stdout).toMatch(/Người ký +Nguyễn Văn An, Giám đốc/)
    expect(stdout).toMatch(/Cơ quan +Sở Nội vụ/)
    expect(stdout).toMatch(/Nơi cấp chứng thư +CA thử nghiệm phục vụ các cơ quan/)
    expect(stdout).toMatch(/Hạn chứng thư +\d\d\/\d\d\/\d{4} .* – /)
    expect(stdout).toMatch(/Thời điểm ký +01\/03\/2026 09:03:04 \+07:00 \(theo đồng hồ máy người ký\)/)
    expect(stdout).toMatch(/Toàn vẹn +nội dung được ký còn nguyên vẹn/)
    expect(stdout).toMatch(/Phạm vi +toàn bộ tệp/)
    expect(stdout).toMatch(/Tin cậy +nối tới chứng thư gốc đã tin cậy; chưa kiểm tra thu hồi/)
  })

  it('says why not', () => {
    expect(verify('failed.pdf', ...root).stdout).toContain('Nội dung đã bị thay đổi sau khi ký.')
    expect(verify('longer.pdf', ...root).stdout).toContain('6 byte ở cuối tệp được thêm vào sau khi ký')
    expect(verify('signed.pdf').stdout).toContain('Chưa nối được chứng thư tới một chứng thư gốc đã tin cậy.')
    expect(verify('broken.pdf').stdout).toContain('Tệp này không phải là PDF')
  })

  it('speaks English when asked', () => {
    const { stdout } = verify('twice.pdf', '--language', 'en', ...root)
    expect(stdout).toContain('twice.pdf: VALID')
    expect(stdout).toMatch(/Afterwards +further signatures/)
  })

  it('gives the whole report as JSON', () => {
    const { stdout } = verify('signed.pdf', 'broken.pdf', '--json', ...root)
    const { files } = JSON.parse(stdout) as { files: unknown[] }
    const signature = { coverage: 'whole-file', signer: { holder: 'Nguyễn Văn An' } }
    expect(files).toMatchObject([
      { file: 'signed.pdf', report: { indication: 'TOTAL-PASSED', uncoveredBytes: 0, signatures: [signature] } },
      { file: 'broken.pdf', refusal: { code: 'document-not-pdf' } },
    ])
  })

  it('trusts the roots of the settings', async () => {
    const home = join(folder, 'other-home')
    await mkdir(home)
    await writeFile(join(home, 'settings.json'), JSON.stringify({ rootsFolder: join(folder, 'roots'), language: 'en' }))
    await mkdir(join(folder, 'roots'))
    await writeFile(join(folder, 'roots', 'root.der'), authority.root.certificateDer)
    const { status, stdout } = verify('signed.pdf', '--home', home)
    expect(status).toBe(0)
    expect(stdout).toContain('VALID')
    await writeFile(join(home, 'settings.json'), '{')
    expect(verify('signed.pdf', '--home', home)).toMatchObject({ status: 78, stdout: '' })
  })

  it('finds a missing intermediate where it is told to', async () => {
    await write('leaf-only.pdf', signPdf(makePdf(), { ...leader, chainDer: [] }).bytes)
    expect(verify('leaf-only.pdf', ...root).status).toBe(2)
    expect(verify('leaf-only.pdf', '--intermediate', 'authority/issuing.pem', ...root).status).toBe(0)
  })

  it.each([
    ['inspect', 'steering.pdf'],
    ['tokens', '--token', `p12:${steeringFile}`],
  ])('antin %s lets no name steer the terminal, or begin a line of its own', (...words) => {
    const { stdout } = antinIn(...words)
    expect(stdout).toContain('evil')
    expect(stdout).not.toMatch(/[\u001B\u202E]|^forge/m)
  })

  it('lets no name steer the terminal', () => {
    const { stdout } = verify('steering.pdf', ...root)
    expect(stdout).toContain('evil')
    expect(stdout).not.toMatch(/[\u001B\u202E]/)
  })

  it.each([
    [[]],
    [['missing.pdf']],
    [['signed.pdf', '--root', 'signed.pdf']],
    [['signed.pdf', '--root', 'none.pem']],
    [['signed.pdf', '--what']],
    [['signed.pdf', '--language', 'fr']],
  ])('is used wrongly with %j: one line, and 64', (words) => {
    const { status, stdout, stderr } = verify(...words)
    expect(status).toBe(64)
    expect(stdout).toBe('')
    expect(stderr.trim().split('\n')).toHaveLength(1)
  })
})
