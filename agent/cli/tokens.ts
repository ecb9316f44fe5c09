import { parseArgs } from 'node:util'
import type { Refusal } from '../../shared/errors.ts'
import type { CertificateView } from '../../shared/protocol/list-certificates.ts'
import { errorText, type Language } from '../../shared/text/errors.ts'
import { tokenTexts } from '../../shared/text/tokens.ts'
import { viewCertificate } from '../session/certificate.ts'
import { homeFolder } from '../settings/home.ts'
import { readSettings } from '../settings/read-settings.ts'
import type { KeyInfo } from '../token/key-source.ts'
import { createKeySource } from '../token/sources.ts'
import { readTokenOptions, type NamedTokens } from './token-option.ts'

export const usage = `Usage: antin tokens [options]

Lists the certificates that can sign on this PC: on tokens that are plugged in, and in key files. Asks for no PIN.

  --token p12:FILE               this key file; may be repeated
  --token pkcs11:MODULE[#serial] the tokens of this PKCS#11 driver, or one of them; may be repeated
                                 (default: what the settings name)
  --home DIR                     the settings folder (default: ANTIN_HOME, else the state folder of this user)
  --language vi|en               the language of the table (default: what the settings say)
  --json                         print the list as JSON

Exit code: 0 a certificate can sign, 1 none can, 64 wrong use, 78 settings that cannot be read.
`

type TokenRow = CertificateView & Pick<KeyInfo, 'tokenSerial' | 'algorithm'>

export async function run(words: string[]): Promise<number> {
  let options: ReturnType<typeof readOptions>
  try {
    options = readOptions(words)
  } catch (error) {
    return fail(64, error)
  }
  let asked: NamedTokens & { language: Language }
  try {
    asked = withSettings(options)
  } catch (error) {
    return fail(78, error)
  }
  const source = createKeySource({ home: options.home, ...asked })
  try {
    const { keys, problems } = await source.list()
    const rows = keys.map((key): TokenRow => ({ ...viewCertificate(key), tokenSerial: key.tokenSerial, algorithm: key.algorithm }))
    process.stdout.write(options.json ? `${JSON.stringify({ certificates: rows, problems })}\n` : table(rows, problems, asked))
    return rows.some(({ refusal }) => refusal === undefined) ? 0 : 1
  } finally {
    await source.close()
  }
}

function readOptions(words: string[]): { tokens: NamedTokens | undefined; home: string; language: Language | undefined; json: boolean } {
  const { values } = parseArgs({
    args: words,
    options: {
      token: { type: 'string', multiple: true, default: [] },
      home: { type: 'string' },
      language: { type: 'string' },
      json: { type: 'boolean', default: false },
    },
  })
  const { language } = values
  if (language !== undefined && language !== 'vi' && language !== 'en') throw new Error(`--language takes vi or en, not "${language}"`)
  return { tokens: values.token.length === 0 ? undefined : readTokenOptions(values.token), home: values.home ?? homeFolder(), language, json: values.json }
}

function withSettings({ tokens, home, language }: ReturnType<typeof readOptions>): NamedTokens & { language: Language } {
  const { settings } = readSettings({ home })
  return { ...(tokens ?? { modules: settings.pkcs11Modules, keyFiles: settings.keyFiles }), language: language ?? settings.language }
}

function table(rows: readonly TokenRow[], problems: readonly Refusal[], { modules, keyFiles, language }: NamedTokens & { language: Language }): string {
  const say = tokenTexts[language]
  const cells = rows.map((row) => [
    row.kind === 'file' ? `${row.token} (${say.keyFile})` : `${row.token} (${row.tokenSerial})`,
    row.holder,
    row.organisation,
    row.issuer,
    `${day(row.validFrom, language)} – ${day(row.validTo, language)}`,
    row.refusal === undefined ? say.usable : say.notUsable,
  ])
  const reasons = [...rows.flatMap(({ refusal }) => refusal ?? []), ...problems].map((refusal) => `! ${errorText(refusal, language)}\n`)
  if (modules.length + keyFiles.length === 0) return `${say.nothingNamed}\n`
  if (rows.length === 0) return `${say.none}\n${reasons.join('')}`
  return `${aligned([Object.values(say.columns), ...cells])}${reasons.join('')}`
}

function aligned(lines: readonly (readonly string[])[]): string {
  const widths = (lines[0] ?? []).map((_, column) => Math.max(...lines.map((line) => length(line[column] ?? ''))))
  return lines.map((line) => `${line.map((cell, column) => cell + ' '.repeat((widths[column] ?? 0) - length(cell))).join('  ').trimEnd()}\n`).join('')
}

/** How many places of a terminal a text takes: letters with their marks count once. */
function length(text: string): number {
  return [...new Intl.Segmenter('vi', { granularity: 'grapheme' }).segment(text)].length
}

function day(iso: string, language: Language): string {
  return new Date(iso).toLocaleDateString(language === 'vi' ? 'vi-VN' : 'en-GB', { day: '2-digit', month: '2-digit', year: 'numeric' })
}

function fail(exitCode: number, error: unknown): number {
  process.stderr.write(`antin: ${error instanceof Error ? error.message : String(error)}\n${exitCode === 64 ? `\n${usage}` : ''}`)
  return exitCode
}
