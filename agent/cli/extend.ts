import { rmSync } from 'node:fs'
import { basename } from 'node:path'
import { parseArgs } from 'node:util'
import type { Refusal } from '../../shared/errors.ts'
import { errorText } from '../../shared/text/errors.ts'
import { inPlain } from '../session/shown-name.ts'
import { createEvidenceWorkers } from '../signing/evidence-workers.ts'
import type { RaisedDocument, RaiseJob } from '../signing/raise-document.ts'
import { pairFiles } from './file-pairs.ts'
import type { FilePair } from './file-pairs.ts'
import { refusalFor } from './sign-files.ts'
import { readTrust, trustOptions, trustUsage } from './trust-options.ts'
import { readRaisedLevel, waitingSuffix } from './level-option.ts'

export const usage = `Usage: antin extend FILE… --out DIR [options]

Raises signed PDF files to a level that can be judged for longer, and renews archives, by appending: what is signed
stays as it is. No key is needed. Files that "antin sign" left as NAME.pdf.waiting get the stamp that they wait for.

  --out DIR                      where the raised files go, under their own names
  --level B-T|B-LT|B-LTA         B-T a time stamp, B-LT evidence about every certificate too, B-LTA a time stamp over all
                                 of it (default)
${trustUsage}  --json                         print the outcome as JSON

Exit code: 0 all raised, 1 some or all not, 64 wrong use, 78 settings that cannot be read.
`

interface ExtendedFile {
  input: string
  outcome: ({ output: string } & RaisedDocument) | { refusal: Refusal }
}

export async function run(words: string[]): Promise<number> {
  let asked: ReturnType<typeof readWords>
  try {
    asked = readWords(words)
  } catch (error) {
    const [reason = ''] = (error instanceof Error ? error.message : String(error)).split('\n')
    process.stderr.write(`antin: ${reason} (see antin extend --help)\n`)
    return error instanceof Error && error.name === 'SettingsError' ? 78 : 64
  }
  const results = await extendFiles(asked)
  report(results, asked.json)
  return results.every(({ outcome }) => 'sha256' in outcome) ? 0 : 1
}

function readWords(words: string[]): Parameters<typeof extendFiles>[0] & { json: boolean } {
  const { values, positionals } = parseArgs({
    args: words,
    allowPositionals: true,
    options: { ...trustOptions, out: { type: 'string' }, level: { type: 'string', default: 'B-LTA' }, json: { type: 'boolean', default: false } },
  })
  if (values.out === undefined) throw new Error('--out is missing')
  if (positionals.length === 0) throw new Error('no file is named')
  const { timeStamp, ...trust } = readTrust(values)
  if (timeStamp === undefined) throw new Error('--tsa is missing')
  const files = pairFiles(positionals, values.out, (input) => basename(input, waitingSuffix))
  return { files, level: readRaisedLevel(values.level), timeStamp, ...trust, json: values.json }
}

interface ExtendOptions extends Pick<RaiseJob, 'level' | 'timeStamp' | 'roots' | 'intermediates'> {
  files: FilePair[]
  askServer: Parameters<typeof createEvidenceWorkers>[0]['askServer']
}

async function extendFiles({ files, askServer, level, timeStamp, roots, intermediates }: ExtendOptions): Promise<ExtendedFile[]> {
  const workers = createEvidenceWorkers({ askServer })
  const extendOne = async ({ input, output }: FilePair): Promise<ExtendedFile> => {
    const isWaiting = input.endsWith(waitingSuffix)
    try {
      const raised = await workers.raise({ input, output, level, timeStamp, roots, intermediates, stamp: isWaiting ? 'into-signature' : 'append' })
      if (isWaiting) rmSync(input)
      return { input, outcome: { output, ...raised } }
    } catch (error) {
      return { input, outcome: { refusal: refusalFor(error) } }
    }
  }
  try {
    return await Promise.all(files.map(extendOne))
  } finally {
    await workers.close()
  }
}

function report(results: readonly ExtendedFile[], json: boolean): void {
  if (json) {
    process.stdout.write(`${JSON.stringify({ files: results.map(({ input, outcome }) => ({ file: input, ...outcome })) })}\n`)
    return
  }
  for (const { input, outcome } of results) {
    if ('sha256' in outcome) process.stdout.write(`raised      ${inPlain(outcome.output)}\n`)
    else process.stdout.write(`not raised  ${inPlain(input)}: ${inPlain(errorText(outcome.refusal, 'en'))}\n`)
  }
}
