import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { fileSource } from '../../agent/pdf/byte-source.ts'
import { openDocument } from '../../agent/pdf/open-document.ts'
import { createDocumentWorkers } from '../../agent/signing/document-workers.ts'
import type { DocumentWorkers } from '../../agent/signing/sign-document.ts'
import { verifyDocument } from '../../agent/verify/verify-document.ts'
import { refusalOf, type ErrorCode, type Refusal } from '../../shared/errors.ts'
import { qpdfCheck } from '../agent/pdf/made-pdf.ts'
import { pdfsig } from '../agent/signing/judges.ts'
import { makeSigner, type Signer } from '../agent/signing/signer.ts'
import { corpusFolder } from './corpora-folder.ts'

const found = corpusFolder('pdf')
const corpus = found ?? ''

/** Reasons that belong to the document: everything else is a fault of ours. */
const namedRefusals: ErrorCode[] = ['document-not-pdf', 'document-encrypted', 'document-unreadable', 'document-certified', 'document-signature-broken']
const sampleSize = 60
const atOnce = 3

let folder: string
let signer: Signer
let workers: DocumentWorkers

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'antin-corpus-'))
  signer = await makeSigner(join(folder, 'authority'))
  workers = createDocumentWorkers()
})
afterAll(async () => {
  await workers.close()
  rmSync(folder, { recursive: true })
})

type Outcome = { file: string; output: string } | { file: string; refusal: Refusal }

test.skipIf(found === undefined)('every real document is signed and valid, or refused by name', async () => {
  const files = readdirSync(corpus, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.pdf')).sort()
  const outcomes = await inTurns(files, signOne)
  const signed = outcomes.filter((outcome) => 'output' in outcome)
  const refused = outcomes.filter((outcome) => 'refusal' in outcome)
  console.log(`sign-corpus: ${files.length} documents, ${signed.length} signed\n${tally(refused)}`)

  expect(refused.filter(({ refusal }) => !namedRefusals.includes(refusal.code))).toEqual([])
  expect(await notOurs(signed)).toEqual([])
  const signable = signed.length + refused.filter(({ refusal }) => refusal.code === 'document-unreadable').length
  expect(signed.length / signable).toBeGreaterThanOrEqual(0.98)

  const sample = drawn(signed, sampleSize)
  const notValid = sample.filter(({ output }) => !isValidForPdfsig(output))
  const worse = sample.filter(({ file, output }) => severity(qpdfCheck(output).status) > severity(qpdfCheck(join(corpus, file)).status))
  console.log(`sign-corpus: pdfsig and qpdf judged ${sample.length} of them; ${notValid.length} not valid, ${worse.length} worse than before`)
  expect(notValid).toEqual([])
  expect(worse).toEqual([])
})

async function signOne(file: string): Promise<Outcome> {
  const input = join(corpus, file)
  const output = join(folder, file.replaceAll('/', '__'))
  try {
    await workers.inspect(input)
    await workers.sign(signer.job(input, output, { appearance: { lines: ['Người ký: Nguyễn Thị Thuỳ Dương'] } }), signer.askKey)
    return { file, output }
  } catch (error) {
    return { file, refusal: refusalOf(error) }
  }
}

/** Files whose newest signature our own verifier does not find intact and over the whole file. */
async function notOurs(signed: { file: string; output: string }[]): Promise<string[]> {
  const wrong: string[] = []
  for (const { file, output } of signed) {
    const source = fileSource(output)
    const { signatures, uncoveredBytes } = await verifyDocument(openDocument(source), { roots: [] })
    source.close()
    const newest = signatures.at(-1)
    if (!newest?.intact || newest.coverage !== 'whole-file' || uncoveredBytes !== 0) wrong.push(file)
  }
  return wrong
}

function isValidForPdfsig(path: string): boolean {
  const newest = pdfsig(path).at(-1)
  return newest?.valid === true && newest.wholeFile
}

/** qpdf: 0 clean, 3 warnings, 2 errors. */
function severity(status: number | null): number {
  return [0, 3, 2].indexOf(status ?? 2)
}

async function inTurns(files: string[], work: (file: string) => Promise<Outcome>): Promise<Outcome[]> {
  const outcomes: Outcome[] = []
  const left = files.values()
  const turns = Array.from({ length: atOnce }, async () => {
    for (const file of left) outcomes.push(await work(file))
  })
  await Promise.all(turns)
  return outcomes
}

function tally(refused: { file: string; refusal: Refusal }[]): string {
  const groups = Map.groupBy(refused, ({ refusal: { code, facts } }) => [code, ...Object.values(facts)].join(' '))
  return [...groups].map(([reason, group]) => `  ${String(group.length).padStart(4)} ${reason}`).join('\n')
}

/** The same files at every run: a linear congruential generator with a fixed seed. */
function drawn<T>(from: T[], count: number): T[] {
  let seed = 20_260_513
  const next = (): number => (seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31)
  return from.map((item) => ({ item, order: next() })).sort((one, other) => one.order - other.order).slice(0, count).map(({ item }) => item)
}
