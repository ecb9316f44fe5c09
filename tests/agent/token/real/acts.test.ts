import { execFileSync } from 'node:child_process'
import { createHash, randomUUID } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { PlacedMark } from '../../../../shared/protocol/marks.ts'
import type { BatchView } from '../../../../shared/protocol/sign.ts'
import { createAuthority } from '../../../../demo/authority/authority.ts'
import { drawRecipes } from '../../../../demo/seed/draw-recipe.ts'
import type { Recipe, SignatureRecipe } from '../../../../demo/seed/recipe.ts'
import { sampleAttachment, sampleComment, sampleRecipe } from '../../../../demo/seed/sample-recipe.ts'
import { scribbleOf } from '../../../../demo/seed/scribble.ts'
import { AgentClient, newDocument, type ClientDocument, type OpenOptions } from '../../../support/agent-client.ts'
import { canaryPin } from '../../../support/canary-pins.ts'
import { makeClerk, type Clerk } from '../../../support/clerk.ts'
import { drawnInk } from '../../../support/drawn-ink.ts'
import { makeSuiteFolder, writeCredential } from '../../../support/own-certificate.ts'
import { makeSoftHsm } from '../../../support/softhsm.ts'
import { pdfsig } from '../../signing/judges.ts'
import { startSuiteAgent } from './token-agent.ts'
import { missingTools } from './token-rig.ts'

const { folder, remove } = makeSuiteFolder()
const holders = { person: 'Trần Thị Lan', agency: 'Sở Nội vụ tỉnh Sơn Lâm' }
const leader: SignatureRecipe = {
  kind: 'leader', holder: 'Nguyễn Hữu Thành', organisation: holders.agency, place: 'Sơn Lâm', at: '2026-05-13T02:00:00Z', certifies: true,
}
const seal: SignatureRecipe = { ...leader, kind: 'agency', holder: 'UBND tỉnh Sơn Lâm', organisation: 'UBND tỉnh Sơn Lâm', at: '2026-05-13T03:00:00Z', certifies: false }
/** As it comes from another office: numbered, dated, and certified by its leader. */
const arrived: Partial<Recipe> = { number: '2061', date: { year: 2026, month: 5, day: 13, typed: 'full' }, signatures: [leader, seal] }
const inBook = { arrivalNumber: '1284', arrivalDate: '2026-05-14' }

let clerk: Clerk
let client: AgentClient
let agent: Awaited<ReturnType<typeof startSuiteAgent>>
let draw: (recipe: string) => Promise<Uint8Array>
/** SHA-256 of the certificates. */
const key = { person: '', agency: '' }

describe.skipIf(missingTools('softhsm2', 'softhsm2-util', 'pkcs11-tool', 'openssl', 'pdfsig', 'pdftoppm'))('an act in a batch', () => {
  beforeAll(startOffice, 120_000)
  afterAll(async () => {
    await client.close()
    await agent.stop()
    remove()
  })

  test('income: the red box comes in a revision of its own, and what was certified stands', async () => {
    const { marks, text, added } = await sign('income', await paper(arrived, inBook), 'agency')
    expect(marks).toMatchObject([{ mark: 'arrival', page: 1, text: '1284 14/5/2026' }])
    expect(text).toMatch(/ĐẾN/)
    expect(text).toMatch(/Số: 1284/)
    expect(text).toMatch(/Ngày: 14\/5\/2026/)
    expect(added.match(/%%EOF/g)).toHaveLength(1)
  })

  test('income by a clerk’s own key is an arrival too', async () => {
    const { text } = await sign('income', await paper(arrived, { ...inBook, arrivalNumber: '1285' }), 'person')
    expect(text).toMatch(/Số: 1285/)
  })

  test('income: a document that was changed after its signatures gets no stamp, also from who insists', async () => {
    const letter = await paper(arrived, inBook)
    const at = Buffer.from(letter.bytes).indexOf('/MediaBox')
    const changed = Buffer.from(letter.bytes)
    changed[at + 1] = 'N'.charCodeAt(0)
    const batch = await client.offer([{ ...letter, bytes: changed }], { certificateSha256: key.agency, profile: 'income' })
    expect(batch).toMatchObject({ state: 'done', documents: [{ state: 'refused', refusal: { code: 'document-signature-broken' } }] })
  })

  test('income: what is not in the book of arrivals gets no number', async () => {
    const batch = await client.offer([await paper(arrived)], { certificateSha256: key.agency, profile: 'income' })
    expect(batch.documents).toMatchObject([{ state: 'refused', refusal: { code: 'arrival-missing' } }])
  })

  test.each([['full', 'SAO Y'], ['recopy', 'SAO LỤC'], ['extract', 'TRÍCH SAO']] as const)('copy %s: %s, the agency and the time, at the top right, and no picture', async (copyForm, words) => {
    const { marks, text, file, pictures } = await sign('copy', await paper({ medium: 'scan', seed: words.length }), 'agency', { copyForm })
    expect(marks).toMatchObject([{ mark: 'copy', page: 1, text: words }])
    expect(text).toContain(words)
    expect(text).toContain(holders.agency)
    expect(text).toMatch(/Thời gian ký: \d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+07:00/)
    expect(pictures(file)).toBe(1)
  })

  test('copy of a signed document: the signatures of the original stand', async () => {
    const { text } = await sign('copy', await paper(arrived), 'agency', { copyForm: 'full' })
    expect(text).toContain('SAO Y')
  })

  test('appendix: number and symbol of its document, and the time, at the top right, and no picture', async () => {
    const { marks, text, file, pictures } = await sign('appendix', await paper(sampleAttachment(), { number: '2061/SNV-TCCB' }), 'agency')
    expect(marks).toMatchObject([{ mark: 'appendix', page: 1, text: '2061/SNV-TCCB' }])
    expect(text).toMatch(/Số: 2061\/SNV-TCCB\s+Thời gian ký: \d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+07:00/)
    expect(pictures(file)).toBe(0)
  })

  test('appendix: without the number of its document nothing is signed', async () => {
    const batch = await client.offer([await paper(sampleAttachment())], { certificateSha256: key.agency, profile: 'appendix' })
    expect(batch.documents).toMatchObject([{ state: 'refused', refusal: { code: 'code-missing' } }])
  })

  test('comment: the leader’s words in blue on a document that has arrived', async () => {
    const { marks, text } = await sign('comment', await paper(arrived), 'person', { comment: sampleComment })
    expect(marks).toMatchObject([{ mark: 'comment', page: 1 }])
    expect(text.replaceAll(/\s+/g, ' ')).toContain(sampleComment)
    expect(text).toContain(holders.person)
  })

  test('initials: the clerk’s own picture behind the last words', async () => {
    const letter = await paper({ seed: 31 })
    const missing = await client.offer([letter], { certificateSha256: key.person, profile: 'initials' })
    expect(missing.documents).toMatchObject([{ state: 'refused', refusal: { code: 'image-missing' } }])
    await importInitials()
    const { marks, file, pictures } = await sign('initials', { ...letter, documentId: randomUUID() }, 'person')
    expect(marks).toMatchObject([{ mark: 'initials', page: 1 }])
    expect(marks[0]?.height).toBeLessThan(24)
    expect(pictures(file)).toBeGreaterThan(0)
  })

  test('an act of the agency takes no person’s key, and one of a person no agency’s', async () => {
    const document = await paper(arrived, { ...inBook, number: '2061/SNV-TCCB' })
    for (const [profile, role] of [['copy', 'person'], ['appendix', 'person'], ['comment', 'agency'], ['initials', 'agency']] as const) {
      await expect(client.open([document], { certificateSha256: key[role], profile, comment: 'Ý kiến' })).rejects.toThrow('key-role-wrong')
    }
  })
})

/** Two tokens in one PC, the clerk's and the agency's, with one clerk who knows the PIN of both. */
async function startOffice(): Promise<void> {
  const authority = await createAuthority(path.join(folder, 'authority'))
  draw = drawRecipes(authority)
  const pin = canaryPin()
  const identities = { person: 'CCCD:001188012345', agency: 'MST:0100000001' }
  const [token] = await Promise.all(
    (['person', 'agency'] as const).map(async (role, index) => {
      const made = makeSoftHsm(folder, { label: role.toUpperCase(), pin })
      const credential = await authority.issue({ profile: role === 'person' ? 'clerk' : 'agency', name: holders[role], organisation: holders.agency, identity: identities[role] })
      made.add({ id: `0${index + 1}`, label: role, ...writeCredential(folder, role, credential) })
      return made
    }),
  )
  if (!token) throw new Error('no token')
  const clerkFolder = path.join(folder, 'clerk')
  mkdirSync(clerkFolder)
  clerk = makeClerk(clerkFolder, { pin, confirm: true })
  agent = await startSuiteAgent(folder, token.module, clerk.pinentry, { ...token.environment, ...clerk.environment })
  client = await AgentClient.pairAndConnect(agent.port)
  const { certificates } = await client.listCertificates()
  for (const { role, sha256 } of certificates) if (role !== 'unknown') key[role] = sha256
}

async function paper(recipe: Partial<Recipe>, registered?: ClientDocument['registered']): Promise<ClientDocument> {
  const document = newDocument(`Văn bản ${randomUUID()}.pdf`, await draw(JSON.stringify(sampleRecipe(recipe))))
  return { ...document, ...(registered ? { registered } : {}) }
}

interface Signed {
  file: string
  marks: PlacedMark[]
  text: string
  /** What was appended, as Latin-1. */
  added: string
  pictures: (file: string) => number
}

/**
 * One document through the whole batch, judged as every act must be: one PIN, the original untouched under what was added, every signature
 * valid by pdfsig and the newest over the whole file, ink in every mark that was agreed to and nowhere else.
 */
async function sign(profile: NonNullable<OpenOptions['profile']>, document: ClientDocument, role: 'person' | 'agency', more: Partial<OpenOptions> = {}): Promise<Signed> {
  const pins = (): number => clerk.saw().filter(({ kind }) => kind === 'getpin').length
  const before = pins()
  const offered = await client.offer([document], { certificateSha256: key[role], profile, ...more })
  const marks = marksOf(offered)
  client.approve(offered)
  const done = await client.batch(offered.batchId, 'done', 'stopped')
  expect(done.documents.map(({ state, refusal }) => refusal ?? state)).toEqual(['checked'])
  expect(pins() - before).toBe(1)
  const bytes = Buffer.from(await client.fetch(offered.batchId, document.documentId))
  const [original, file] = ['original', 'signed'].map((name) => path.join(folder, `${document.documentId}-${name}.pdf`)) as [string, string]
  writeFileSync(original, document.bytes)
  writeFileSync(file, bytes)
  expect(bytes.subarray(0, document.bytes.length).equals(document.bytes)).toBe(true)
  const earlier = pdfsig(original)
  const signatures = pdfsig(file)
  expect(signatures).toEqual([...earlier.map(() => ({ valid: true, wholeFile: false })), { valid: true, wholeFile: true }])
  const { inside, outside } = drawnInk(original, file, marks[0]?.page ?? 0, marks)
  expect([outside, inside.filter((pixels) => pixels < 20)]).toEqual([0, []])
  const text = execFileSync('pdftotext', ['-layout', file, '-'], { encoding: 'utf8' }).normalize('NFC')
  return { file, marks, text, added: bytes.subarray(document.bytes.length).toString('latin1'), pictures: picturesIn }
}

function marksOf({ documents: [document] }: BatchView): PlacedMark[] {
  expect(document?.refusal).toBeUndefined()
  return document?.marks ?? []
}

/** Pictures in the file, without the masks that are theirs. */
function picturesIn(file: string): number {
  return execFileSync('pdfimages', ['-list', file], { encoding: 'utf8' }).split('\n').filter((line) => / image /.test(line)).length
}

/** As the options page does it; the clerk confirms in the agent's window. */
async function importInitials(): Promise<void> {
  const { png } = scribbleOf('initials')
  const importId = randomUUID()
  client.say({ kind: 'image', step: 'piece', importId, base64: Buffer.from(png).toString('base64') })
  client.say({ kind: 'image', step: 'import', importId, certificateSha256: key.person, use: 'initials', sha256: createHash('sha256').update(png).digest('hex') })
  const listed = await client.wire.hear((heard) => heard.kind === 'image' && heard.step === 'list')
  expect(listed).toMatchObject({ images: [{ use: 'initials', certificateSha256: key.person }] })
  expect(readFileSync(path.join(folder, 'home/images', key.person, 'initials.png')).length).toBeGreaterThan(0)
}
