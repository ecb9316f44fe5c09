import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createAuthority } from '../../../demo/authority/authority.ts'
import { drawRecipes } from '../../../demo/seed/draw-recipe.ts'
import { writeImages } from '../../../demo/seed/images.ts'
import type { Recipe, SignatureRecipe } from '../../../demo/seed/recipe.ts'
import { sampleRecipe } from '../../../demo/seed/sample-recipe.ts'
import { canaryPin, expectNoPinIn } from '../../support/canary-pins.ts'
import { makeClerk } from '../../support/clerk.ts'
import { tempFolder } from '../../support/temp-folder.ts'
import { pdfsig } from '../signing/judges.ts'

const program = path.resolve(import.meta.dirname, '../../../agent/cli/antin.ts')
const pin = canaryPin()

let folder: string
let images: { signature: string; seal: string }
let leader: string
let agency: string
const files = { letter: '', scan: '', certified: '' }

const signed: SignatureRecipe = {
  kind: 'leader', holder: 'Nguyễn Hữu Thành', organisation: 'Sở Nội vụ tỉnh Sơn Lâm', place: 'Sơn Lâm', at: '2026-05-13T02:00:00Z', certifies: true,
}

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'antin-place-'))
  images = writeImages(folder)
  const authority = await createAuthority(path.join(folder, 'authority'))
  const keyFile = async (profile: 'leader' | 'agency', name: string): Promise<string> => {
    const file = path.join(folder, `${profile}.p12`)
    await (await authority.issue({ profile, name, organisation: 'Sở Nội vụ' })).writePkcs12(file, pin)
    return file
  }
  leader = await keyFile('leader', 'Trần Văn Bình')
  agency = await keyFile('agency', 'Sở Nội vụ')
  const draw = drawRecipes(authority)
  const write = async (name: keyof typeof files, recipe: Partial<Recipe>): Promise<void> => {
    files[name] = path.join(folder, `${name}.pdf`)
    writeFileSync(files[name], await draw(JSON.stringify(sampleRecipe(recipe))))
  }
  await write('letter', {})
  await write('scan', { medium: 'scan-ocr' })
  await write('certified', { signatures: [signed] })
})
afterAll(() => {
  expectNoPinIn(folder)
  rmSync(folder, { recursive: true })
})

interface Outcome {
  code: number
  stdout: string
  stderr: string
}

function antin(...words: string[]): Promise<Outcome> {
  const clerk = makeClerk(tempFolder(), { pin })
  const environment = { ...process.env, ...clerk.environment, ANTIN_HOME: tempFolder() }
  const all = words[0] === 'sign' ? [...words, '--pinentry', clerk.pinentry] : words
  return new Promise((resolve) => {
    execFile(process.execPath, [program, ...all], { env: environment }, (error, stdout, stderr) => resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr }))
  })
}

const day = ['--number', '2061', '--date', '2026-05-13']

describe('antin place', () => {
  test('says where an act draws what, and how sure that is', async () => {
    const { code, stdout } = await antin('place', files.letter, files.certified, '--profile', 'approve', '--image', images.signature, '--json')
    expect(code).toBe(0)
    const { files: placed } = JSON.parse(stdout) as { files: unknown[] }
    expect(placed).toMatchObject([{ file: files.letter, proposed: false, confidence: 0.98, steps: [{ what: 'approve' }] }, { file: files.certified, proposed: false }])
  })

  test('says of a scan that it only proposes', async () => {
    const { code, stdout } = await antin('place', files.scan, '--profile', 'approve')
    expect(code).toBe(2)
    expect(stdout).toMatch(/^proposed {4}.*\(no-nation\)/)
  })

  test('lists the signatures of an issue in their order', async () => {
    const { code, stdout } = await antin('place', files.certified, '--profile', 'issue', '--image', images.seal, ...day, '--json')
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({ files: [{ steps: [{ what: 'number' }, { what: 'day' }, { what: 'month' }, { what: 'seal' }] }] })
  })

  test.each([
    ['no act', []],
    ['an act that is none', ['--profile', 'seal']],
    ['a date that is none', ['--profile', 'issue', '--date', '2026-02-30']],
    ['an arrival without a number', ['--profile', 'income', '--date', '2026-05-13']],
    ['a place that is none', ['--profile', 'approve', '--place', '1,2,3']],
  ])('tells how it is used when it gets %s', async (_, words) => {
    const { code, stderr } = await antin('place', files.letter, ...words)
    expect([code, stderr.includes('Usage: antin place')]).toEqual([64, true])
  })
})

describe('antin inspect', () => {
  test('says what a file is made of and what was read', async () => {
    const { code, stdout } = await antin('inspect', files.certified, '--json')
    const { length } = readFileSync(files.certified)
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({
      files: [{
        sizeBytes: length,
        revisions: [{ endBytes: length, signedBy: 'Signature1' }],
        certification: 2,
        fields: [{ name: 'Signature1', type: 'Sig', filled: true }],
        locks: [],
        facts: { pages: 1, signatures: [{ holder: 'Nguyễn Hữu Thành', valid: true }], warnings: ['certified'] },
        read: { block: { page: 1, title: ['GIÁM ĐỐC'], name: 'Nguyễn Hữu Thành' }, number: { typed: '' }, year: { typed: '2026' }, confidence: 0.98 },
      }],
    })
  })

  test('says it in lines for people', async () => {
    const { stdout } = await antin('inspect', files.letter)
    expect(stdout).toContain('signing block on page 1: GIÁM ĐỐC / Nguyễn Hữu Thành')
    expect(stdout).toMatch(/number: blank at 1,/)
  })

  test('says what cannot be read', async () => {
    const broken = path.join(folder, 'broken.pdf')
    writeFileSync(broken, 'no PDF')
    const { code, stdout } = await antin('inspect', broken, '--json')
    expect([code, JSON.parse(stdout)]).toEqual([1, { files: [{ file: broken, refusal: { code: 'document-not-pdf', facts: {} } }] }])
  })
})

describe('antin sign --profile', () => {
  test('approves, then issues: all signatures stand', async () => {
    const [approved, issued] = [tempFolder(), tempFolder()]
    expect(await antin('sign', files.letter, '--out', approved, '--token', `p12:${leader}`, '--profile', 'approve', '--image', images.signature)).toMatchObject({ code: 0 })
    const words = ['--token', `p12:${agency}`, '--profile', 'issue', '--image', images.seal, ...day, '--place', 'auto']
    expect(await antin('sign', path.join(approved, 'letter.pdf'), '--out', issued, ...words)).toMatchObject({ code: 0 })
    expect(pdfsig(path.join(issued, 'letter.pdf'))).toEqual([{ valid: true, wholeFile: false }, { valid: true, wholeFile: true }])
  })

  test('refuses a place that is not sure and proposes one, which can be named', async () => {
    const out = tempFolder()
    const words = ['sign', files.scan, '--out', out, '--token', `p12:${leader}`, '--profile', 'approve', '--image', images.signature]
    const { code, stdout } = await antin(...words, '--json')
    const [file] = (JSON.parse(stdout) as { files: { refusal: { code: string; facts: { place: string } } }[] }).files
    expect([code, file?.refusal.code]).toEqual([1, 'place-unsure'])
    expect(await antin(...words, '--place', file?.refusal.facts.place ?? '')).toMatchObject({ code: 0 })
    expect(pdfsig(path.join(out, 'scan.pdf'))).toEqual([{ valid: true, wholeFile: true }])
  })

  test('seals with no personal key, and nothing that no person has signed', async () => {
    const seal = (token: string): Promise<Outcome> => antin('sign', files.letter, '--out', tempFolder(), '--token', `p12:${token}`, '--profile', 'issue', ...day, '--json')
    const codes = await Promise.all([leader, agency].map(async (token) => (JSON.parse((await seal(token)).stdout) as { files: { refusal: { code: string } }[] }).files[0]?.refusal.code))
    expect(codes).toEqual(['key-role-wrong', 'personal-signature-missing'])
  })
})
