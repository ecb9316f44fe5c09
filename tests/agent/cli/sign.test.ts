import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createAuthority, type Credential } from '../../../demo/authority/authority.ts'
import { canaryPin, expectNoPinIn } from '../../support/canary-pins.ts'
import { makeClerk, type Clerk, type ClerkAnswers } from '../../support/clerk.ts'
import { tempFolder } from '../../support/temp-folder.ts'
import { makePdf, plainObjects, writeTo } from '../pdf/made-pdf.ts'
import { pdfsig } from '../signing/judges.ts'
import { enlarge, writeDecision } from '../signing/sample-pdf.ts'

const program = path.resolve(import.meta.dirname, '../../../agent/cli/antin.ts')
const pin = canaryPin()

let folder: string
let decision: string
let credential: Credential
let keyFile: string

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'antin-cli-'))
  decision = path.join(folder, 'Quyết định số 1.pdf')
  await writeDecision(decision)
  const authority = await createAuthority(path.join(folder, 'authority'))
  credential = await authority.issue({ profile: 'leader', name: 'Trần Văn Bình', organisation: 'Sở Nội vụ' })
  keyFile = await writeKeyFile(folder, 'leader', credential)
})
afterAll(() => {
  expectNoPinIn(folder)
  rmSync(folder, { recursive: true })
})

async function writeKeyFile(into: string, name: string, holder: Credential): Promise<string> {
  const file = path.join(into, `${name}.p12`)
  await holder.writePkcs12(file, pin)
  writeFileSync(path.join(into, `${name}.pem`), holder.certificatePem)
  return file
}

interface Outcome {
  code: number
  stdout: string
  stderr: string
  clerk: Clerk
}

function antinSign(words: string[], answers: ClerkAnswers = { pin }, home = tempFolder()): Promise<Outcome> {
  const clerk = makeClerk(tempFolder(), answers)
  const environment = { ...process.env, ...clerk.environment, ANTIN_HOME: home }
  return new Promise((resolve) => {
    execFile(process.execPath, [program, 'sign', '--pinentry', clerk.pinentry, ...words], { env: environment }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr, clerk })
    })
  })
}

test('several files are signed with one PIN, under their own names', async () => {
  const second = path.join(tempFolder(), 'Tờ trình.pdf')
  await writeDecision(second, 2)
  const out = path.join(tempFolder(), 'new', 'signed')
  const { code, stdout, clerk } = await antinSign([decision, second, '--out', out, '--token', `p12:${keyFile}`, '--reason', 'Duyệt'])
  expect({ code, stdout }).toEqual({ code: 0, stdout: `signed      ${out}/Quyết định số 1.pdf\nsigned      ${out}/Tờ trình.pdf\n` })
  for (const name of ['Quyết định số 1.pdf', 'Tờ trình.pdf']) expect(pdfsig(path.join(out, name))).toEqual([{ valid: true, wholeFile: true }])
  expect(clerk.saw()).toMatchObject([{ kind: 'getpin', description: expect.stringContaining('Số văn bản sẽ ký: 2\n1. Quyết định số 1.pdf') as string }])
})

test('--json tells each file, and one that cannot be signed does not stop the others', async () => {
  const own = tempFolder()
  const letter = path.join(own, 'letter.pdf')
  writeFileSync(letter, 'no PDF at all')
  const out = path.join(own, 'signed')
  const { code, stdout } = await antinSign([letter, decision, '--out', out, '--token', `p12:${keyFile}`, '--invisible', '--json'])
  const output = path.join(out, 'Quyết định số 1.pdf')
  const bytes = readFileSync(output)
  expect(code).toBe(1)
  expect(JSON.parse(stdout)).toEqual({
    files: [
      { file: letter, refusal: { code: 'document-not-pdf', facts: {} } },
      { file: decision, output, sizeBytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex'), fieldName: 'Signature1' },
    ],
  })
})

test('--field signs in the place that the document keeps, --certify certifies', async () => {
  const objects = {
    ...plainObjects,
    1: '<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [6 0 R] >> >>',
    3: '<< /Type /Page /Parent 2 0 R /Annots [6 0 R] >>',
    6: '<< /Type /Annot /Subtype /Widget /FT /Sig /T (Lanh dao) /Rect [300 100 500 180] >>',
  }
  const form = writeTo(tempFolder(), 'form.pdf', makePdf({ objects }))
  const out = tempFolder()
  const words = ['--out', out, '--token', `p12:${keyFile}`, '--json']
  expect(JSON.parse((await antinSign([form, ...words, '--field', 'Van thu'])).stdout)).toMatchObject({ files: [{ refusal: { code: 'field-missing', facts: { field: 'Van thu' } } }] })
  const { code, stdout } = await antinSign([form, ...words, '--field', 'Lanh dao', '--certify'])
  expect([code, JSON.parse(stdout)]).toMatchObject([0, { files: [{ fieldName: 'Lanh dao' }] }])
  const signed = readFileSync(path.join(out, 'form.pdf'), 'latin1')
  expect(signed).toMatch(/\/TransformMethod \/DocMDP \/TransformParams << \/Type \/TransformParams \/P 2 /)
  expect(pdfsig(path.join(out, 'form.pdf'))).toEqual([{ valid: true, wholeFile: true }])
})

test('--insist signs what is broken already, and nothing else does', async () => {
  const out = tempFolder()
  const words = ['--out', out, '--token', `p12:${keyFile}`, '--json']
  await antinSign([decision, ...words])
  const broken = readFileSync(path.join(out, path.basename(decision)))
  broken.writeUInt8(broken.readUInt8(200) ^ 1, 200)
  const file = writeTo(tempFolder(), 'broken.pdf', broken)
  expect(JSON.parse((await antinSign([file, ...words])).stdout)).toMatchObject({ files: [{ refusal: { code: 'document-signature-broken' } }] })
  expect((await antinSign([file, ...words, '--insist'])).code).toBe(0)
  expect(pdfsig(path.join(out, 'broken.pdf'))).toEqual([{ valid: false, wholeFile: false }, { valid: true, wholeFile: true }])
})

test('a wrong PIN signs nothing, and is asked for once', async () => {
  const out = tempFolder()
  const { code, stderr, clerk } = await antinSign([decision, '--out', out, '--token', `p12:${keyFile}`], { pin: 'wrong' })
  expect(code).toBe(1)
  expect(stderr).toMatch(/PIN/)
  expect(clerk.saw().length).toBe(1)
  expect(existsSync(path.join(out, 'Quyết định số 1.pdf'))).toBe(false)
})

test('of several certificates one must be named', async () => {
  const own = tempFolder()
  const authority = await createAuthority(path.join(own, 'authority'))
  const clerk = await authority.issue({ profile: 'clerk', name: 'Lê Thị Cúc', organisation: 'Sở Nội vụ' })
  const words = [decision, '--out', path.join(own, 'out'), '--token', `p12:${keyFile}`, '--token', `p12:${await writeKeyFile(own, 'clerk', clerk)}`]
  const sha256 = createHash('sha256').update(clerk.certificateDer).digest('hex')
  const unnamed = await antinSign(words)
  expect(unnamed.code).toBe(64)
  expect(unnamed.stderr).toContain(`${sha256}  Lê Thị Cúc`)
  expect((await antinSign([...words, '--certificate', sha256.toUpperCase()])).code).toBe(0)
})

test('an expired certificate is refused before the PIN is asked for', async () => {
  const own = tempFolder()
  const authority = await createAuthority(path.join(own, 'authority'))
  const dates = { notBefore: new Date('2020-01-01'), notAfter: new Date('2021-01-01') }
  const expired = await authority.issue({ profile: 'clerk', name: 'Lê Thị Cúc', organisation: 'Sở Nội vụ', ...dates })
  const { code, stdout, clerk } = await antinSign([decision, '--out', path.join(own, 'out'), '--json', '--token', `p12:${await writeKeyFile(own, 'clerk', expired)}`])
  expect([code, (JSON.parse(stdout) as { refusal: { code: string } }).refusal.code, clerk.saw()]).toEqual([1, 'certificate-expired', []])
})

test.each([
  ['no --out', (token: string) => [decision, '--token', token]],
  ['no --token', () => [decision, '--out', tempFolder()]],
  ['no file', (token: string) => ['--out', tempFolder(), '--token', token]],
  ['a file that is not there', (token: string) => ['/nowhere/at-all.pdf', '--out', tempFolder(), '--token', token]],
  ['the folder of the original', (token: string) => [decision, '--out', path.dirname(decision), '--token', token]],
  ['the folder of the original by another name', (token: string) => [decision, '--out', otherName(path.dirname(decision)), '--token', token]],
  ['two files of one name', (token: string) => [decision, copyOf(decision), '--out', tempFolder(), '--token', token]],
  ['a page of no number', (token: string) => [decision, '--out', tempFolder(), '--token', token, '--page', 'last']],
  ['a place without a height', (token: string) => [decision, '--out', tempFolder(), '--token', token, '--place', '1,10,10,100']],
  ['a scheme by SHA-1', (token: string) => [decision, '--out', tempFolder(), '--token', token, '--scheme', 'sha1']],
  ['a field for an act that has places of its own', (token: string) => [decision, '--out', tempFolder(), '--token', token, '--profile', 'issue', '--field', 'A']],
  ['an unknown option', (token: string) => [decision, '--out', tempFolder(), '--token', token, '--pin', '1234']],
])('%s is wrong use', async (_, words) => {
  const { code, stderr, clerk } = await antinSign(words(`p12:${keyFile}`))
  expect([code, clerk.saw()]).toEqual([64, []])
  expect(stderr).toContain('Usage: antin sign')
  expect(existsSync(`${decision}.part`)).toBe(false)
})

function otherName(of: string): string {
  const link = path.join(tempFolder(), 'link')
  symlinkSync(of, link)
  return link
}

function copyOf(file: string): string {
  const other = path.join(tempFolder(), 'other')
  mkdirSync(other)
  writeFileSync(path.join(other, path.basename(file)), readFileSync(file))
  return path.join(other, path.basename(file))
}

test('a document that bears a mark of secrecy is refused, beside others that are signed; the office may allow it', async () => {
  const out = path.join(folder, 'classified')
  const [small, large] = [path.join(folder, 'tai-lieu.pdf'), path.join(folder, 'tai-lieu-lon.pdf')]
  await writeDecision(small, 1, { mark: 'MẬT' })
  await writeDecision(large, 1, { mark: 'TỐI MẬT' })
  enlarge(large, 11 * 1024 * 1024)
  const words = [small, decision, large, '--out', out, '--token', `p12:${keyFile}`, '--json']
  const { code, stdout } = await antinSign(words)
  expect(code).toBe(1)
  expect((JSON.parse(stdout) as { files: unknown[] }).files).toMatchObject([{ refusal: { code: 'classified-document' } }, { output: path.join(out, path.basename(decision)) }, { refusal: { code: 'classified-document' } }])
  expect(existsSync(path.join(out, 'tai-lieu.pdf'))).toBe(false)

  const home = tempFolder()
  writeFileSync(path.join(home, 'settings.json'), JSON.stringify({ allowClassified: true }))
  expect(await antinSign([small, '--out', out, '--token', `p12:${keyFile}`], { pin }, home)).toMatchObject({ code: 0 })
})
