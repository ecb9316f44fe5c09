import { parseArgs } from 'node:util'
import type { Refusal } from '../../shared/errors.ts'
import { errorText } from '../../shared/text/errors.ts'
import { actOptions, actUsage, readAct, readPlace } from './act-options.ts'
import { pairFiles } from './file-pairs.ts'
import { readLevel } from './level-option.ts'
import { readScheme } from './scheme-option.ts'
import { inPlain } from '../session/shown-name.ts'
import { homeFolder } from '../settings/home.ts'
import { readSettings } from '../settings/read-settings.ts'
import { refusalFor, SeveralKeysError, signFiles, type SignedFile, type SignFilesOptions } from './sign-files.ts'
import { readTokenOptions } from './token-option.ts'
import { readTrust, trustOptions, trustUsage } from './trust-options.ts'

export const usage = `Usage: antin sign FILE… --out DIR --token TOKEN [options]

Signs PDF files, all with one PIN, and writes them under their own names to DIR. The PIN is asked for in a window.
With --profile an act of Decree 30/2020 is done, placed by reading the document; where the place is not sure, nothing is
signed and a place is proposed.

  --out DIR                      where the signed files go; another folder than that of the originals
  --token p12:FILE               sign with this key file; may be repeated
  --token pkcs11:MODULE[#serial] sign with a token of this PKCS#11 driver; may be repeated
  --certificate SHA256           which certificate, where there are several that can sign
  --pinentry PROGRAM             the program that asks for the PIN (default: the first one found)
${actUsage}  --page N                       without --profile: show it on page N (default: the last page)
  --invisible                    show nothing
  --reason TEXT                  the reason, as the signature states it
  --scheme SCHEME                sha256, sha384 or sha512, with RSA keys by PKCS#1 v1.5; sha256-pss and so on by PSS, where
                                 the token has it (default: sha256)
  --level B-B|B-T|B-LT|B-LTA     how long the signature can be judged (default: B-T where a time-stamp server is set, else
                                 B-B). A file whose time stamp or evidence cannot be had stays as NAME.pdf.waiting: give
                                 it to "antin extend" later, no PIN is needed
  --field NAME                   sign in this empty signature field of the document, where its author wants the signature;
                                 with --profile for approve and initials only
  --certify                      certify documents that carry no signature yet: afterwards only fields may be filled in and
                                 signed (default: what the settings say)
  --insist                       sign even where nobody can say whether the certificate was revoked, or where the newest
                                 signature in the document is broken already
${trustUsage}  --json                         print the outcome as JSON

Exit code: 0 all signed to the level, 1 some or all not, 64 wrong use.
`

class UsageError extends Error {}

export async function run(words: string[]): Promise<number> {
  let options: ReturnType<typeof readOptions>
  try {
    options = readOptions(words)
  } catch (error) {
    return wrongUse(error)
  }
  try {
    const results = await signFiles(options, options.json || !process.stderr.isTTY ? () => undefined : showProgress)
    report(results, options.json)
    return results.every(({ outcome }) => 'sha256' in outcome) ? 0 : 1
  } catch (error) {
    if (error instanceof SeveralKeysError) return wrongUse(error)
    reportStop(refusalFor(error), options.json)
    return 1
  }
}

function wrongUse(error: unknown): number {
  process.stderr.write(`antin: ${error instanceof Error ? error.message : String(error)}\n\n${usage}`)
  return 64
}

function readOptions(words: string[]): SignFilesOptions & { json: boolean } {
  const { values, positionals } = parseArgs({
    args: words,
    allowPositionals: true,
    options: {
      out: { type: 'string' },
      token: { type: 'string', multiple: true, default: [] },
      certificate: { type: 'string' },
      pinentry: { type: 'string' },
      page: { type: 'string' },
      ...actOptions,
      invisible: { type: 'boolean', default: false },
      reason: { type: 'string' },
      level: { type: 'string' },
      scheme: { type: 'string', default: 'sha256' },
      field: { type: 'string' },
      certify: { type: 'boolean' },
      insist: { type: 'boolean', default: false },
      ...trustOptions,
      json: { type: 'boolean', default: false },
    },
  })
  if (values.out === undefined) throw new UsageError('--out is missing')
  if (values.token.length === 0) throw new UsageError('--token is missing')
  if (positionals.length === 0) throw new UsageError('no file is named')
  if (values.field !== undefined && !['approve', 'initials', undefined].includes(values.profile)) throw new UsageError(`--field does not go with --profile ${values.profile}`)
  const trust = readTrust(values)
  const { settings } = readSettings({ home: homeFolder() })
  const level = readLevel(values.level ?? (trust.timeStamp === undefined ? 'B-B' : 'B-T'))
  if (level !== undefined && trust.timeStamp === undefined) throw new UsageError('--tsa is missing')
  return {
    trust,
    level,
    insist: values.insist,
    field: values.field,
    certify: values.certify ?? settings.certify,
    allowClassified: settings.allowClassified,
    ...readTokenOptions(values.token),
    files: pairFiles(positionals, values.out),
    pinentry: values.pinentry,
    certificateSha256: values.certificate?.toLowerCase(),
    scheme: readScheme(values.scheme),
    reason: values.reason,
    look: values.invisible ? undefined : { image: values.image, page: pageNumber(values.page), place: values.place === 'auto' ? undefined : readPlace(values.place) },
    act: readAct(values, values.field === undefined ? 'refuse' : 'propose'),
    json: values.json,
  }
}

function pageNumber(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  if (!/^[1-9]\d*$/.test(text)) throw new UsageError(`--page takes a number from 1, not "${text}"`)
  return Number(text)
}

function showProgress(done: number, count: number): void {
  process.stderr.write(done === count ? '\r\u001B[2K' : `\r\u001B[2Ksigned ${done} of ${count}`)
}

function report(results: SignedFile[], json: boolean): void {
  if (json) {
    process.stdout.write(`${JSON.stringify({ files: results.map(({ input, outcome }) => ({ file: input, ...outcome })) })}\n`)
    return
  }
  for (const { input, outcome } of results) {
    if ('sha256' in outcome) process.stdout.write(`signed      ${inPlain(outcome.output)}\n`)
    else if (outcome.waiting !== undefined) process.stdout.write(`waiting     ${inPlain(outcome.waiting)}: ${inPlain(errorText(outcome.refusal, 'en'))}\n`)
    else process.stdout.write(`not signed  ${inPlain(input)}: ${inPlain(errorText(outcome.refusal, 'en'))}\n`)
  }
}

function reportStop(refusal: Refusal, json: boolean): void {
  if (json) process.stdout.write(`${JSON.stringify({ files: [], refusal })}\n`)
  else process.stderr.write(`antin: ${errorText(refusal, 'en')}\n`)
}
