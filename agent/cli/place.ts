import { statSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { refusalOf, type Refusal } from '../../shared/errors.ts'
import { errorText } from '../../shared/text/errors.ts'
import { inPlain } from '../session/shown-name.ts'
import type { ActPlan } from '../signing/acts/act.ts'
import { createDocumentWorkers } from '../signing/document-workers.ts'
import type { Place } from '../signing/appearance/appearance.ts'
import { actOptions, actUsage, readAct, type ActFor } from './act-options.ts'

export const usage = `Usage: antin place FILE… --profile ACT [options]

Says where an act would draw what on PDF files, and how sure that is. Signs nothing and asks for no PIN.

${actUsage}  --json                         print the places as JSON

Exit code: 0 every place is sure, 2 a place is only a proposal, 1 a file is refused, 64 wrong use.
`

interface PlacedFile {
  file: string
  outcome: ActPlan | { refusal: Refusal }
}

export async function run(words: string[]): Promise<number> {
  let options: { files: string[]; act: ActFor; json: boolean }
  try {
    options = readOptions(words)
  } catch (error) {
    process.stderr.write(`antin: ${error instanceof Error ? error.message : String(error)}\n\n${usage}`)
    return 64
  }
  const placed = await placeFiles(options.files, options.act)
  if (options.json) process.stdout.write(`${JSON.stringify({ files: placed.map(({ file, outcome }) => ({ file, ...outcome })) })}\n`)
  else for (const one of placed) process.stdout.write(placeText(one))
  if (placed.some(({ outcome }) => 'refusal' in outcome)) return 1
  return placed.some(({ outcome }) => 'proposed' in outcome && outcome.proposed) ? 2 : 0
}

function readOptions(words: string[]): { files: string[]; act: ActFor; json: boolean } {
  const { values, positionals: files } = parseArgs({ args: words, allowPositionals: true, options: { ...actOptions, json: { type: 'boolean', default: false } } })
  if (files.length === 0) throw new Error('no file is named')
  const missing = files.find((file) => statSync(file, { throwIfNoEntry: false })?.isFile() !== true)
  if (missing !== undefined) throw new Error(`there is no file ${missing}`)
  const act = readAct(values, 'propose')
  if (!act) throw new Error('--profile is missing')
  return { files, act, json: values.json }
}

async function placeFiles(files: string[], act: ActFor): Promise<PlacedFile[]> {
  const workers = createDocumentWorkers()
  const placed: PlacedFile[] = []
  try {
    for (const file of files) {
      const signedAt = new Date()
      try {
        placed.push({ file, outcome: await workers.plan({ input: file, certificates: [], signedAt, act: act(undefined, signedAt) }) })
      } catch (error) {
        placed.push({ file, outcome: { refusal: refusalOf(error) } })
      }
    }
  } finally {
    await workers.close()
  }
  return placed
}

function placeText({ file, outcome }: PlacedFile): string {
  if ('refusal' in outcome) return `refused     ${inPlain(file)}: ${inPlain(errorText(outcome.refusal, 'en'))}\n`
  const { steps, proposed, confidence, doubt } = outcome
  const verdict = proposed ? `proposed    ${inPlain(file)} (${doubt ?? 'unsure'})` : `sure        ${inPlain(file)} (${Math.round(confidence * 100)} %)`
  const lines = steps.flatMap(({ what, appearance, stamps }) => [
    ...stamps.map((stamp) => `            ${inPlain(textOf(stamp))} at ${placeWords(stamp.place)}`),
    `            ${what} at ${placeWords(appearance?.place)}`,
  ])
  return `${[verdict, ...lines].join('\n')}\n`
}

function textOf({ drawing }: { drawing?: { texts: { text: string }[] } }): string {
  return drawing?.texts.map(({ text }) => `"${text}"`).join(' ') ?? 'image'
}

export function placeWords(place: Place | undefined): string {
  return place ? [place.page, ...[place.x, place.y, place.width, place.height].map((value) => Number(value.toFixed(1)))].join(',') : 'no place'
}
