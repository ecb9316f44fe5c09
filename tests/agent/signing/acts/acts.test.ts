import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ActPlan, ActRequest } from '../../../../agent/signing/acts/act.ts'
import { createDocumentWorkers } from '../../../../agent/signing/document-workers.ts'
import type { ActPlanner, DocumentWorkers } from '../../../../agent/signing/sign-document.ts'
import { fileSource } from '../../../../agent/pdf/byte-source.ts'
import { openDocument } from '../../../../agent/pdf/open-document.ts'
import { verifyDocument } from '../../../../agent/verify/verify-document.ts'
import { drawRecipes } from '../../../../demo/seed/draw-recipe.ts'
import { writeImages } from '../../../../demo/seed/images.ts'
import type { Recipe, SignatureRecipe } from '../../../../demo/seed/recipe.ts'
import { sampleAttachment, sampleRecipe } from '../../../../demo/seed/sample-recipe.ts'
import { pdfsig } from '../judges.ts'
import { drawLayout } from '../placement/layouts.ts'
import { makeSigner, type Signer } from '../signer.ts'

let folder: string
let images: { signature: string; seal: string }
let leader: Signer
let agency: Signer
let draw: (recipe: string) => Promise<Uint8Array>
let workers: DocumentWorkers & ActPlanner

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'antin-acts-'))
  images = writeImages(folder)
  const authority = join(folder, 'authority')
  leader = await makeSigner(authority, 'rsa-2048', { name: 'Nguyễn Hữu Thành', organisation: 'Sở Nội vụ' })
  agency = await makeSigner(authority, 'rsa-2048', { profile: 'agency', name: 'Sở Nội vụ', organisation: 'Sở Nội vụ' })
  draw = drawRecipes(authority)
  workers = createDocumentWorkers()
})
afterAll(async () => {
  await workers.close()
  rmSync(folder, { recursive: true })
})

type Part = Partial<ActRequest> & Pick<ActRequest, 'act'>

const date = { day: 5, month: 2, year: 2026 }
const approve = (): Part => ({ act: 'approve', image: images.signature, lines: [] })
const issue = (more: object = { number: '2061', date }): Part => ({ act: 'issue', image: images.seal, lines: [], sealMm: 36, ...more })
const income: Part = { act: 'income', agency: 'Sở Nội vụ', number: '1284', date }

function full(part: Part, keyRole: ActRequest['keyRole']): ActRequest {
  return { whenUnsure: 'refuse', keyRole, ...part } as ActRequest
}

let count = 0
const newPath = (): string => join(folder, `${++count}.pdf`)

async function write(recipe: Partial<Recipe> = {}): Promise<string> {
  const path = newPath()
  writeFileSync(path, await draw(JSON.stringify(sampleRecipe(recipe))))
  return path
}

async function sign(input: string, signer: Signer, part: Part): Promise<string> {
  const output = newPath()
  const act = full(part, signer === leader ? 'person' : 'agency')
  await workers.sign(signer.job(input, output, { act }), signer.askKey)
  expect(readFileSync(output).subarray(0, readFileSync(input).length).equals(readFileSync(input))).toBe(true)
  return output
}

function plan(input: string, signer: Signer, part: Part): Promise<ActPlan> {
  const job = signer.job(input, '', {})
  return workers.plan({ input, certificates: job.certificates, signedAt: job.signedAt, act: full(part, signer === leader ? 'person' : 'agency') })
}

/** What our verifier says of each signature, with the root trusted. */
async function verdicts(path: string): Promise<string[]> {
  const source = fileSource(path)
  const roots = [Buffer.from(leader.rootPem.replaceAll(/-----[^-]+-----|\s/g, ''), 'base64')]
  const { signatures } = await verifyDocument(openDocument(source), { roots, extraCertificates: leader.job('', '').certificates.slice(1) })
  source.close()
  return signatures.map(({ indication, laterChanges, findings }) => [indication, laterChanges, ...findings].join(' '))
}

function expectAllValid(path: string, howMany: number): void {
  const signatures = pdfsig(path)
  expect(signatures.map(({ valid }) => valid)).toEqual(Array<boolean>(howMany).fill(true))
  expect(signatures.at(-1)?.wholeFile).toBe(true)
  const { status, stdout, stderr } = spawnSync('qpdf', ['--check', path], { encoding: 'utf8' })
  expect([status, stdout + stderr]).toEqual([0, expect.any(String)])
}

const signedBy = (kind: SignatureRecipe['kind'], certifies: boolean, holder = 'Nguyễn Hữu Thành'): SignatureRecipe => ({
  kind, holder, organisation: 'Sở Nội vụ tỉnh Sơn Lâm', place: 'Sơn Lâm', at: '2026-02-05T02:00:00Z', certifies,
})

/** The text that a viewer shows in a part of page 1; from the top left. */
function shownText(path: string, [x, y, width, height]: [number, number, number, number]): string {
  const words = ['-f', '1', '-l', '1', '-x', x, '-y', y, '-W', width, '-H', height, '-layout', path, '-'].map(String)
  return spawnSync('pdftotext', words, { encoding: 'utf8' }).stdout.trim().replaceAll(/\s+/g, ' ')
}

describe('issue', () => {
  test('number, date and seal go into one revision; the earlier signature stays valid', async () => {
    const approved = await sign(await write(), leader, approve())
    const issued = await sign(approved, agency, issue())
    expectAllValid(issued, 2)
    expect(await verdicts(issued)).toEqual(['TOTAL-PASSED annotations', 'TOTAL-PASSED none'])
  })

  test('after a certification that allows no annotation each stamp is a signature, number and date first', async () => {
    const certified = await write({ signatures: [signedBy('leader', true)] })
    const issued = await sign(certified, agency, issue())
    expectAllValid(issued, 5)
    expect(await verdicts(issued)).toEqual([...Array<string>(4).fill('TOTAL-PASSED signatures'), 'TOTAL-PASSED none'])
    const planned = await plan(certified, agency, issue())
    expect(planned.steps.map(({ what }) => what)).toEqual(['number', 'day', 'month', 'seal'])
  })

  test('one revision with stamps would break such a certification: that is why', async () => {
    const certified = await write({ signatures: [signedBy('leader', true)] })
    const { steps } = await plan(certified, agency, issue())
    const output = newPath()
    const seal = steps.at(-1)
    const stamps = steps.slice(0, -1).flatMap(({ appearance }) => appearance ?? [])
    await workers.sign(agency.job(certified, output, { appearance: seal?.appearance, stamps }), agency.askKey)
    expectAllValid(output, 2)
    expect(await verdicts(output)).toEqual(['INDETERMINATE annotations change-forbidden', 'TOTAL-PASSED none'])
  })

  test.each(['7', '42', '348', '2061', '11410'])('the number %s stands in its blank and is read there, with a date of two digits each', async (number) => {
    const approved = await sign(await write(), leader, approve())
    const { read, steps } = await plan(approved, agency, issue({ number, date }))
    const [step] = steps
    const issued = await sign(approved, agency, issue({ number, date }))
    for (const [blank, stamp] of [[read.number, step?.stamps[0]], [read.day, step?.stamps[1]], [read.month, step?.stamps[2]]] as const) {
      expect(stamp?.place?.x).toBeCloseTo(blank?.place.x ?? 0, 1)
      expect(stamp?.place?.width).toBeCloseTo(blank?.place.width ?? 0, 1)
    }
    expect(shownText(issued, [70, 90, 180, 25])).toBe(`Số: ${number} /SNV-TCCB`)
    expect(shownText(issued, [280, 90, 290, 25]).replaceAll(' ', '')).toBe('SơnLâm,ngày05tháng02năm2026')
  })

  test('the seal covers a third of the image that the leader signed with, in its real size', async () => {
    for (const gap of [49, 80, 98]) {
      const approved = await sign(await write({ gap }), leader, approve())
      const hand = (await plan(await write({ gap }), leader, approve())).steps[0]?.appearance?.place
      const seal = (await plan(approved, agency, issue())).steps[0]?.appearance?.place
      if (!hand || !seal) throw new Error('no place')
      const overlap = (seal.x + seal.width - hand.x) / hand.width
      expect(overlap).toBeGreaterThan(0.3)
      expect(overlap).toBeLessThan(0.42)
      // One point of air on every side.
      expect(seal.width - 2).toBeCloseTo(102.05, 1)
      expect(Math.abs(seal.y + seal.height / 2 - hand.y - hand.height / 2)).toBeLessThan(1)
    }
  })

  test('what is typed is not stamped again; what differs is refused', async () => {
    const typed = await write({ number: '2061', date: { year: 2026, month: 2, day: 5, typed: 'full' } })
    const approved = await sign(typed, leader, approve())
    expect((await plan(approved, agency, issue())).steps).toMatchObject([{ what: 'seal', stamps: [] }])
    expect((await plan(approved, agency, issue({}))).steps).toMatchObject([{ what: 'seal', stamps: [] }])
    await expect(plan(approved, agency, issue({ number: '2062', date }))).rejects.toMatchObject({ refusal: { code: 'number-differs' } })
    await expect(plan(approved, agency, issue({ number: '2061', date: { ...date, day: 6 } }))).rejects.toMatchObject({ refusal: { code: 'number-differs' } })
  })

  test('half a date is completed', async () => {
    const half = await write({ number: '2061', date: { year: 2026, month: 2, day: 5, typed: 'half' } })
    const approved = await sign(half, leader, approve())
    expect((await plan(approved, agency, issue())).steps[0]?.stamps).toHaveLength(1)
    const issued = await sign(approved, agency, issue())
    expect(shownText(issued, [280, 90, 290, 25]).replaceAll(' ', '')).toBe('SơnLâm,ngày05tháng02năm2026')
  })

  test('no number, no seal', async () => {
    const approved = await sign(await write(), leader, approve())
    await expect(plan(approved, agency, issue({}))).rejects.toMatchObject({ refusal: { code: 'number-missing' } })
    await expect(plan(approved, agency, issue({ number: '12' }))).rejects.toMatchObject({ refusal: { code: 'number-missing' } })
    await expect(plan(approved, agency, issue({ date }))).rejects.toMatchObject({ refusal: { code: 'number-missing' } })
  })

  test('no personal signature, no seal', async () => {
    const code = 'personal-signature-missing'
    await expect(plan(await write(), agency, issue())).rejects.toMatchObject({ refusal: { code } })
    const sealedOnly = await write({ signatures: [signedBy('attachment', false, 'Sở Nội vụ tỉnh Sơn Lâm')] })
    const { refusal } = (await plan(sealedOnly, agency, issue()).catch((error: unknown) => error)) as { refusal: { code: string } }
    expect(refusal.code).toBe('personal-signature-missing')
  })

  test('a personal signature that is broken does not count', async () => {
    const approved = await sign(await write(), leader, approve())
    const bytes = readFileSync(approved)
    const at = bytes.indexOf('/Producer')
    bytes[at + 12] = (bytes[at + 12] ?? 0) ^ 1
    const broken = newPath()
    writeFileSync(broken, bytes)
    await expect(plan(broken, agency, issue())).rejects.toMatchObject({ refusal: { code: 'personal-signature-missing' } })
  })

  test('a seal needs the agency’s key and a hand a person’s, unless the office lets any key do it', async () => {
    const approved = await sign(await write(), leader, approve())
    await expect(plan(approved, leader, issue())).rejects.toMatchObject({ refusal: { code: 'key-role-wrong' } })
    await expect(plan(await write(), agency, approve())).rejects.toMatchObject({ refusal: { code: 'key-role-wrong' } })
    const other = await makeSigner(join(folder, 'authority'), 'rsa-2048', { name: 'Trần Thị Lan', organisation: 'Sở Nội vụ' })
    const job = other.job(approved, '', {})
    const act = full({ ...issue(), anyKey: true }, 'person')
    expect((await workers.plan({ input: approved, certificates: job.certificates, signedAt: job.signedAt, act })).steps).toHaveLength(1)
  })

  test('the number that was stamped by an earlier signature counts', async () => {
    const certified = await write({ signatures: [signedBy('leader', true)] })
    const issued = await sign(certified, agency, issue())
    const other = await makeSigner(join(folder, 'authority'), 'rsa-2048', { profile: 'agency', name: 'Ủy ban', organisation: 'Ủy ban' })
    expect((await plan(issued, other, issue({}))).steps.map(({ what }) => what)).toEqual(['seal'])
  })
})

describe('a document whose place is not sure', () => {
  test.each(['scan', 'scan-ocr'] as const)('is refused with a proposal, or signed there when a person agreed: %s', async (medium) => {
    const scan = await write({ medium })
    await expect(plan(scan, leader, approve())).rejects.toMatchObject({ refusal: { code: 'place-unsure', facts: { place: expect.stringMatching(/^1,\d+,\d+,\d+,\d+$/) as string } } })
    const planned = await plan(scan, leader, { ...approve(), whenUnsure: 'propose' })
    expect(planned).toMatchObject({ proposed: true, doubt: medium === 'scan' ? 'no-text' : 'no-nation', confidence: 0 })
    const place = { page: 1, x: 300, y: 200, width: 150, height: 80 }
    expect(await plan(scan, leader, { ...approve(), places: { signature: place } })).toMatchObject({ proposed: false, confidence: 1, steps: [{ appearance: { place } }] })
  })

  test('is sealed over the leader’s image, where there is one, when number and date come from the document system', async () => {
    const place = { page: 1, x: 350, y: 200, width: 150, height: 80 }
    const approved = await sign(await write({ medium: 'scan' }), leader, { ...approve(), places: { signature: place } })
    await expect(plan(approved, agency, issue({}))).rejects.toMatchObject({ refusal: { code: 'number-missing' } })
    await expect(plan(approved, agency, issue())).rejects.toMatchObject({ refusal: { code: 'place-unsure' } })
  })
})

describe.each([1, 2, 4, 6])('a document with %i signatures', (howMany) => {
  const kinds = ['leader', 'attachment', 'agency', 'attachment', 'agency', 'attachment'] as const
  let input: string
  beforeAll(async () => {
    input = await write({ signatures: kinds.slice(0, howMany).map((kind, index) => signedBy(kind, index === 0, index === 0 ? undefined : `Phòng ${index}`)) })
  })

  test('is read by its own content, not by what was stamped on it', async () => {
    const { read } = await plan(input, leader, approve())
    expect(read.block).toMatchObject({ page: 1, title: ['GIÁM ĐỐC'], name: 'Nguyễn Hữu Thành' })
    expect(read.number?.typed).toBe('')
  })

  test('takes the red box of an arrival by an appended revision, and all signatures stay valid', async () => {
    const arrived = await sign(input, agency, income)
    expectAllValid(arrived, howMany + 1)
    expect(shownText(arrived, [0, 0, 150, 56])).toContain('1284')
  })
})

test('nothing is stamped as arrived when a signature is broken', async () => {
  const bytes = readFileSync(await sign(await write(), leader, approve()))
  const at = bytes.indexOf('/Producer')
  bytes[at + 12] = (bytes[at + 12] ?? 0) ^ 1
  const broken = newPath()
  writeFileSync(broken, bytes)
  await expect(plan(broken, agency, income)).rejects.toMatchObject({ refusal: { code: 'document-signature-broken' } })
})

test.each([['a4', 595.28, 841.89], ['letter', 612, 792]] as const)('the arrival box covers no text and is printed whole: %s', async (paper, width, height) => {
  const { steps } = await plan(await write({ paper }), agency, income)
  const place = steps[0]?.appearance?.place ?? { x: 0, y: 0, width: 0, height: 0 }
  // The first line of a head begins 57 points below the edge.
  expect(height - place.y).toBeLessThanOrEqual(57.2)
  expect(place.x).toBeGreaterThanOrEqual(printed)
  expect(height - place.y - place.height).toBeGreaterThanOrEqual(printed)
  expect(width - place.x - place.width).toBeGreaterThanOrEqual(printed)
})

test.each([49, 80])('the seal touches title and name as far as it did on measured documents: %i pt between them', async (gap) => {
  const approved = await sign(await write({ gap }), leader, approve())
  const { steps, read } = await plan(approved, agency, issue())
  const seal = steps[0]?.appearance?.place ?? { y: 0, height: 0 }
  // One point of air on every side is no ink.
  const over = { title: seal.y + seal.height - 1 - (read.block?.titleBottom ?? 0), name: (read.block?.nameTop ?? 0) - seal.y - 1 }
  // Measured: 5.7 to 22 points of the title, 1.4 to 26.2 of the name, by seals of 35 mm; ours has 36.
  expect(over.title).toBeGreaterThan(5.7)
  expect(over.title).toBeLessThan(27)
  expect(over.name).toBeGreaterThan(1.4)
  expect(over.name).toBeLessThan(27)
})

test('an attachment shows its number and the time of signing at the top right, and no picture', async () => {
  const input = await write(sampleAttachment())
  const signed = await sign(input, agency, { act: 'appendix', code: '2061/SNV-TCCB' })
  expectAllValid(signed, 1)
  const text = shownText(signed, [380, 0, 216, 40])
  expect(text).toBe('Số: 2061/SNV-TCCB Thời gian ký: 2026-05-13T14:41:57+07:00')
  const added = readFileSync(signed).subarray(readFileSync(input).length).toString('latin1')
  expect(added).not.toContain('/Subtype /Image')
  const fonts = spawnSync('pdftotext', ['-bbox', '-f', '1', '-l', '1', signed, '-'], { encoding: 'utf8' }).stdout
  const [, top, bottom] = /yMin="([\d.]+)"[^>]*yMax="([\d.]+)">2026-05-13T14:41:57\+07:00</.exec(fonts) ?? []
  expect(Number(bottom) - Number(top)).toBeCloseTo(10 * 1.107, 0)
})

test.each([['full', 'SAO Y'], ['recopy', 'SAO LỤC'], ['extract', 'TRÍCH SAO']] as const)('a copy says which form it has: %s', async (form, words) => {
  const signed = await sign(await write({ medium: 'scan' }), agency, { act: 'copy', form, agency: 'Sở Nội vụ' })
  expect(shownText(signed, [380, 0, 216, 45])).toBe(`${words} Sở Nội vụ Thời gian ký: 2026-05-13T14:41:57+07:00`)
})

/** What is nearer to an edge than 4.2 mm, most printers leave out. */
const printed = 11.9

test.each([
  ['an attachment', {}, { act: 'appendix', code: '2061/SNV-TCCB' }],
  ['an attachment on Letter', { paper: 'letter' }, { act: 'appendix', code: '2061/SNV-TCCB' }],
  ['a copy', {}, { act: 'copy', form: 'full', agency: 'Sở Nội vụ tỉnh Sơn Lâm' }],
  ['a scanned copy', { medium: 'scan' }, { act: 'copy', form: 'extract', agency: 'Ủy ban nhân dân thành phố trực thuộc trung ương Sơn Lâm' }],
  ['a copy by an agency in capitals', {}, { act: 'copy', form: 'recopy', agency: 'VĂN PHÒNG ỦY BAN NHÂN DÂN TỈNH SƠN LÂM' }],
] as const)('the text at the top right of %s is printed whole and covers none', async (_, recipe, act) => {
  const input = await write(recipe)
  const { steps } = await plan(input, agency, act)
  const { x = 0, y = 0, width = 0, height = 0 } = steps[0]?.appearance?.place ?? {}
  const [, wide, tall] = /Page size: +([\d.]+) x ([\d.]+)/.exec(spawnSync('pdfinfo', [input], { encoding: 'utf8' }).stdout) ?? []
  const page = { width: Number(wide), height: Number(tall) }
  expect(page.width - x - width).toBeGreaterThanOrEqual(printed)
  expect(page.height - y - height).toBeGreaterThanOrEqual(printed)
  // The first line of a head begins 57 points below the edge.
  expect(page.height - y).toBeLessThanOrEqual(57.2)
  // And every line ends before the edge in its full size: none had to be made smaller.
  const words = ['-f', '1', '-l', '1', '-bbox', await sign(input, agency, act), '-']
  const boxes = [...spawnSync('pdftotext', words, { encoding: 'utf8' }).stdout.matchAll(/yMin="([\d.]+)" xMax="([\d.]+)" yMax="([\d.]+)"/g)].map((box) => box.slice(1).map(Number) as [number, number, number])
  const corner = boxes.filter(([, , bottom]) => bottom < page.height - y)
  expect(corner.length).toBeGreaterThan(4)
  expect(Math.max(...corner.map(([, end]) => end))).toBeLessThanOrEqual(page.width - printed)
  expect(corner.filter(([top, , bottom]) => Math.abs(bottom - top - 10 * 1.107) > 0.1)).toEqual([])
})

test('text that begins above leaves the corner text the room it has: it goes up, not over it', async () => {
  const high = { text: 'Trang bìa', face: 'regular', size: 13, x: 420, baseline: 54, wordSpacing: 0 } as const
  const input = newPath()
  writeFileSync(input, (await drawLayout({ name: 'high', change: ([page]) => void page?.texts.push(high) })).bytes)
  const { steps } = await plan(input, agency, { act: 'copy', form: 'full', agency: 'Sở Nội vụ' })
  const { y = 0, height = 0 } = steps[0]?.appearance?.place ?? {}
  expect(841.89 - y).toBeLessThanOrEqual(45)
  expect(y + height).toBeLessThanOrEqual(841.89 - 4.9)
})

test('initials stand right behind the last words', async () => {
  const { read, steps } = await plan(await write(), leader, { act: 'initials', image: images.signature })
  const place = steps[0]?.appearance?.place
  expect((place?.x ?? 0) - (read.lastWords?.x ?? 0)).toBeGreaterThan(0)
  expect((place?.x ?? 0) - (read.lastWords?.x ?? 0)).toBeLessThan(4)
  expect((place?.y ?? 0) < (read.lastWords?.y ?? 0) && (place?.y ?? 0) + (place?.height ?? 0) > (read.lastWords?.y ?? 0)).toBe(true)
})

test('a comment covers no text, and keeps its words', async () => {
  const text = 'Chuyển Phòng Tổ chức cán bộ tham mưu, trình Ban Giám đốc trước ngày 20/5/2026.'
  const input = await write({ number: '12', date: { year: 2026, month: 2, day: 5, typed: 'full' } })
  const { read, steps, proposed } = await plan(input, leader, { act: 'comment', text, holder: 'Nguyễn Hữu Thành' })
  const place = steps[0]?.appearance?.place
  expect(proposed).toBe(false)
  expect((place?.y ?? 0) + (place?.height ?? 0)).toBeLessThan((read.block?.nameTop ?? 0) - 15)
  const signed = await sign(input, leader, { act: 'comment', text, holder: 'Nguyễn Hữu Thành' })
  const [x, y] = [place?.x ?? 0, 841.89 - (place?.y ?? 0) - (place?.height ?? 0)].map(Math.floor) as [number, number]
  expect(shownText(signed, [x, y, 300, Math.ceil(place?.height ?? 0)])).toBe(`${text} Nguyễn Hữu Thành`)
})

test('only the last of several signatures bears the name of the output', async () => {
  const certified = await write({ signatures: [signedBy('leader', true)] })
  const output = newPath()
  let asked = 0
  const refusing = (digest: Uint8Array): Promise<Uint8Array> => (++asked < 3 ? agency.askKey(digest) : Promise.reject(new Error('the token is gone')))
  await expect(workers.sign(agency.job(certified, output, { act: full(issue(), 'agency') }), refusing)).rejects.toThrow()
  const left = spawnSync('ls', [folder], { encoding: 'utf8' }).stdout.split('\n').filter((name) => name.startsWith(`${count}.pdf`))
  expect(left).toEqual([])
})
