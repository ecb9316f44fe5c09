import { statSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { RefusalError, refusal } from '../../shared/errors.ts'
import type { Language } from '../../shared/text/errors.ts'
import { fileSource } from '../pdf/byte-source.ts'
import type { ByteSource } from '../pdf/byte-source.ts'
import { openDocument } from '../pdf/open-document.ts'
import { homeFolder } from '../settings/home.ts'
import { readSettings } from '../settings/read-settings.ts'
import { verifyDocument } from '../verify/verify-document.ts'
import type { VerificationOptions } from '../verify/verify-document.ts'
import { certificatesIn, readCertificates } from '../trust/certificate-files.ts'
import { verificationText } from './verification-text.ts'
import type { VerifiedFile } from './verification-text.ts'

export const usage = `Usage: antin verify FILE… [options]

Says of each PDF file who signed it, whether it is as it was signed, and whether the certificates lead to a root
that is trusted. Time stamps and evidence about revocation count as far as the file holds them; no server is asked.

  --root FILE           trust these root certificates (PEM or DER), beside those of the settings; may be repeated
  --intermediate FILE   certificates that may be missing between a signer and a root; may be repeated
  --home DIR            the settings folder (default: ANTIN_HOME, else the state folder of this user)
  --language vi|en      the language of the answer (default: what the settings say)
  --json                print the reports as JSON

Exit code: 0 every signature passed and covers its file, 1 a signature failed, 4 a file cannot be read,
3 a file has no signature, 2 undecided (the first that applies), 64 wrong use, 78 settings that cannot be read.
`

export async function run(words: string[]): Promise<number> {
  let asked: Asked
  let options: VerifyOptions
  try {
    asked = readWords(words)
  } catch (thrown) {
    return fail(64, thrown)
  }
  try {
    options = withSettings(asked)
  } catch (thrown) {
    return fail(78, thrown)
  }
  const verified: VerifiedFile[] = []
  for (const file of options.files) {
    const result: VerifiedFile = { file, outcome: await verifyFile(file, options) }
    verified.push(result)
    if (!options.json) process.stdout.write(`${verified.length > 1 ? '\n' : ''}${verificationText(result, options.language)}`)
  }
  if (options.json) process.stdout.write(`${JSON.stringify({ files: verified.map(({ file, outcome }) => ({ file, ...outcome })) })}\n`)
  return exitCode(verified)
}

function fail(exitCode: number, thrown: unknown): number {
  const [reason = ''] = (thrown instanceof Error ? thrown.message : String(thrown)).split('\n')
  process.stderr.write(`antin: ${reason} (see antin verify --help)\n`)
  return exitCode
}

interface Asked {
  files: string[]
  roots: Uint8Array[]
  extraCertificates: Uint8Array[]
  home: string
  language: Language | undefined
  json: boolean
}

interface VerifyOptions extends VerificationOptions {
  files: string[]
  language: Language
  json: boolean
}

function readWords(words: string[]): Asked {
  const { values, positionals: files } = parseArgs({
    args: words,
    allowPositionals: true,
    options: {
      root: { type: 'string', multiple: true, default: [] },
      intermediate: { type: 'string', multiple: true, default: [] },
      home: { type: 'string' },
      language: { type: 'string' },
      json: { type: 'boolean', default: false },
    },
  })
  if (files.length === 0) throw new Error('no file is named')
  const missing = files.find((file) => statSync(file, { throwIfNoEntry: false })?.isFile() !== true)
  if (missing !== undefined) throw new Error(`there is no file ${missing}`)
  return {
    files,
    roots: values.root.flatMap(readCertificates),
    extraCertificates: values.intermediate.flatMap(readCertificates),
    home: values.home ?? homeFolder(),
    language: languageFrom(values.language),
    json: values.json,
  }
}

function withSettings({ files, roots, extraCertificates, home, language, json }: Asked): VerifyOptions {
  const { settings } = readSettings({ home })
  const known = settings.rootsFolder === undefined ? [] : certificatesIn(settings.rootsFolder)
  return { files, roots: [...known, ...roots], extraCertificates, language: language ?? settings.language, json }
}

function languageFrom(text: string | undefined): Language | undefined {
  if (text === undefined || text === 'vi' || text === 'en') return text
  throw new Error(`--language takes vi or en, not "${text}"`)
}

async function verifyFile(file: string, options: VerifyOptions): Promise<VerifiedFile['outcome']> {
  let source: ByteSource | undefined
  try {
    source = fileSource(file)
    return { report: await verifyDocument(openDocument(source), options) }
  } catch (thrown) {
    if (thrown instanceof RefusalError) return { refusal: thrown.refusal }
    // Whatever it is, the reports of the other files must be seen.
    const { code, name, message }: NodeJS.ErrnoException = thrown instanceof Error ? thrown : new Error(String(thrown))
    if (code === undefined) process.stderr.write(`antin: ${file}: ${name}: ${message}\n`)
    return { refusal: refusal('document-unreadable', { reason: code ?? name }) }
  } finally {
    source?.close()
  }
}

/** What must be seen first comes first: a signature that failed, then what could not be looked at. */
function exitCode(verified: readonly VerifiedFile[]): number {
  const codes = verified.map(({ outcome }) => {
    if ('refusal' in outcome) return 4
    const { indication } = outcome.report
    return indication === undefined ? 3 : { 'TOTAL-PASSED': 0, 'TOTAL-FAILED': 1, 'INDETERMINATE': 2 }[indication]
  })
  return [1, 4, 3, 2].find((code) => codes.includes(code)) ?? 0
}
