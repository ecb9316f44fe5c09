import { execFile } from 'node:child_process'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createDocumentWorkers } from '../../agent/signing/document-workers.ts'
import { refusalOf, type ErrorCode, type Refusal } from '../../shared/errors.ts'
import { errorText } from '../../shared/text/errors.ts'
import { makeSigner } from '../agent/signing/signer.ts'

/** What became of one file; `faults` is empty where every judge is content. */
export type Outcome = { file: string; opens: boolean } & ({ faults: string[] } | { refusal: Refusal })

/** Refusals that docs/signatures.md names: the document itself asks for them. What cannot be read is ours to answer for. */
export const documented: readonly ErrorCode[] = [
  'document-not-pdf', 'document-encrypted', 'document-permissions', 'document-certified', 'document-locked', 'document-form-dynamic', 'document-signature-broken',
]
const atOnce = 3

/** Signs every file as the agent does, and has others judge what came of it: qpdf, pdfsig, OpenSSL. */
export async function signCorpus(corpus: string, folder: string): Promise<Outcome[]> {
  const signer = await makeSigner(join(folder, 'authority'))
  writeFileSync(join(folder, 'root.pem'), signer.rootPem)
  // A busy machine must not change what this says; the limits of time have tests of their own.
  const workers = createDocumentWorkers({ stageDeadlineMs: 60_000 })
  const sign = async (file: string): Promise<Outcome> => {
    const [input, output] = [join(corpus, file), join(folder, file.replaceAll('/', '__'))]
    const before = await qpdfStatus(input)
    const opens = before !== 2
    try {
      await workers.inspect(input)
      await workers.sign(signer.job(input, output, { appearance: { lines: ['Người ký: Nguyễn Thị Thuỳ Dương'] } }), signer.askKey)
    } catch (error) {
      return { file, opens, refusal: refusalOf(error) }
    }
    return { file, opens, faults: await faultsOf(input, output, before, folder) }
  }
  try {
    const files = readdirSync(corpus, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.pdf')).sort()
    return await inTurns(files, sign)
  } finally {
    await workers.close()
  }
}

async function faultsOf(input: string, output: string, before: number, folder: string): Promise<string[]> {
  const [original, signed] = [readFileSync(input), readFileSync(output)]
  const [earlier, now] = [await pdfsig(input), await pdfsig(output)]
  const newest = now.at(-1)
  const keeps = earlier.every(({ valid, end }) => !valid || now.some((other) => other.valid && other.end === end))
  const after = await qpdfStatus(output)
  const found: Record<string, boolean> = {
    'the original is not its beginning': !signed.subarray(0, original.length).equals(original),
    'pdfsig: the signature is not valid': newest?.valid !== true,
    'pdfsig: it is not over the whole file': newest?.wholeFile !== true,
    'pdfsig: an earlier signature is lost': !keeps,
    'OpenSSL does not verify it': !(await opensslVerifies(signed, `${output}.cms`, join(folder, 'root.pem'))),
    'qpdf finds more wrong than before': severity(after) > severity(before),
  }
  return Object.keys(found).filter((fault) => found[fault])
}

/** Of each signature, in the order of their ends: both lines that say that it holds, and for what. Empty fields are none. */
async function pdfsig(path: string): Promise<{ valid: boolean; wholeFile: boolean; end: number }[]> {
  const { stdout } = await run('pdfsig', ['-nocert', path])
  const parts = stdout.split(/^Signature #/m).slice(1).filter((text) => !text.includes('field is not signed'))
  return parts
    .map((text) => ({
      valid: text.includes('Signature is Valid'),
      wholeFile: /^ +- Total document signed/m.test(text),
      end: Number(/Signed Ranges: .*- (\d+)\]/.exec(text)?.[1]),
    }))
    .sort((one, other) => one.end - other.end)
}

/** The newest container over the covered bytes, up to the root. */
async function opensslVerifies(file: Buffer, temporary: string, root: string): Promise<boolean> {
  const newest = [...file.toString('latin1').matchAll(/\/ByteRange \[(\d+) (\d+) (\d+) (\d+)\]/g)].at(-1) ?? []
  const [start = 0, length = 0, tailStart = 0, tailLength = 0] = newest.slice(1).map(Number)
  const padded = Buffer.from(file.toString('latin1', start + length + 1, tailStart - 1), 'hex')
  writeFileSync(`${temporary}.der`, padded.subarray(0, 4 + padded.readUInt16BE(2)))
  writeFileSync(temporary, Buffer.concat([file.subarray(start, start + length), file.subarray(tailStart, tailStart + tailLength)]))
  const words = ['cms', '-verify', '-cades', '-binary', '-inform', 'DER', '-in', `${temporary}.der`, '-content', temporary, '-CAfile', root]
  return (await run('openssl', [...words, '-purpose', 'any', '-out', '/dev/null'])).status === 0
}

/** 0 clean, 3 warnings, 2 errors: damaged, or with a password. */
async function qpdfStatus(path: string): Promise<number> {
  return (await run('qpdf', ['--check', path])).status
}

function severity(status: number): number {
  return [0, 3, 2].indexOf(status)
}

function run(program: string, words: string[]): Promise<{ status: number; stdout: string }> {
  return new Promise((resolve, reject) => {
    execFile(program, words, { timeout: 60_000, maxBuffer: 2 ** 26, encoding: 'latin1' }, (problem, stdout) => {
      if (problem !== null && typeof problem.code !== 'number') reject(new Error(`${program} gave no verdict`, { cause: problem }))
      else resolve({ status: Number(problem?.code ?? 0), stdout })
    })
  })
}

async function inTurns(files: string[], work: (file: string) => Promise<Outcome>): Promise<Outcome[]> {
  const outcomes: Outcome[] = []
  const left = files.values()
  const turns = Array.from({ length: atOnce }, async () => {
    for (const file of left) outcomes.push(await work(file))
  })
  await Promise.all(turns)
  return outcomes.sort((one, other) => (one.file < other.file ? -1 : 1))
}

export interface Sums {
  signed: number
  /** That qpdf opens, and that no documented refusal names. */
  signable: number
  faulty: number
}

export function sumsOf(outcomes: readonly Outcome[]): Sums {
  const signed = outcomes.filter((outcome) => 'faults' in outcome)
  const signable = outcomes.filter((outcome) => outcome.opens && !('refusal' in outcome && documented.includes(outcome.refusal.code)))
  return { signed: signed.length, signable: signable.length, faulty: signed.filter(({ faults }) => faults.length > 0).length }
}

/** docs/corpus.md, which `npm run corpus` writes and the corpora suite compares. */
export function corpusPage(outcomes: readonly Outcome[]): string {
  const { signed, signable, faulty } = sumsOf(outcomes)
  const signedOfSignable = outcomes.filter((outcome) => outcome.opens && 'faults' in outcome).length
  const refused = outcomes.filter((outcome) => 'refusal' in outcome)
  const groups = [...Map.groupBy(refused, ({ refusal }) => [refusal.code, ...Object.values(refusal.facts)].join(' '))].sort(([one], [other]) => (one < other ? -1 : 1))
  return `# The corpus: what real files become

Written by \`npm run corpus\`; \`npm run test:corpora\` compares it with what it finds. The files are ${outcomes.length} PDFs that others made to test
their own programs, many of them damaged on purpose. They lie beside the project and are not part of it.

| | files |
|---|---|
| in all | ${outcomes.length} |
| that qpdf opens without a password, and that no documented refusal names | ${signable} |
| of those, signed | ${signedOfSignable} (${((100 * signedOfSignable) / signable).toFixed(1)} %) |
| signed in all, those included that only we can open | ${signed} |
| signed, with a fault that any judge finds | ${faulty} |

The judges of every signed file: the original is its beginning byte for byte; pdfsig says that the signature is valid and that the total document
is signed, and of every earlier signature what it said before; OpenSSL verifies the container up to the root; qpdf finds no more wrong with
the file than before.

## Refused
${groups.map(([reason, files]) => refusalSection(reason, files)).join('')}
## Faults

${outcomes.flatMap((outcome) => ('faults' in outcome && outcome.faults.length > 0 ? [`- \`${outcome.file}\`: ${outcome.faults.join('; ')}`] : [])).join('\n') || 'None.'}
`
}

function refusalSection(reason: string, files: readonly (Outcome & { refusal: Refusal })[]): string {
  const [{ refusal } = { refusal: { code: 'unexpected', facts: {} } as Refusal }] = files
  const kind = documented.includes(refusal.code) ? 'documented' : 'counts against us where qpdf opens the file'
  return `
### ${reason}: ${files.length} (${kind})

${errorText(refusal, 'en')}

${files.map(({ file, opens }) => `- \`${file}\`${opens ? '' : ' (qpdf does not open it either)'}`).join('\n')}
`
}
