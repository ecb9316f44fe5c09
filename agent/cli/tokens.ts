import { parseArgs } from 'node:util'
import type { Refusal } from '../../shared/errors.ts'
import type { CertificateView } from '../../shared/protocol/list-certificates.ts'
import { errorText, type Language } from '../../shared/text/errors.ts'
import { tokenTexts } from '../../shared/text/tokens.ts'
import { viewCertificate } from '../session/certificate.ts'
import { RoleAnswers } from '../session/role-answers.ts'
import { inPlain } from '../session/shown-name.ts'
import { homeFolder } from '../settings/home.ts'
import { readSettings } from '../settings/read-settings.ts'
import type { Settings, SettingsLayer } from '../settings/settings.ts'
import type { KeyInfo, KeySource } from '../token/key-source.ts'
import { findModules } from '../token/catalogue/find-drivers.ts'
import { createFoundKeySource, mustSearch } from '../token/found-keys.ts'
import { createKeySource } from '../token/sources.ts'
import { tokenSettings } from './token-option.ts'

export const usage = `Usage: antin tokens [options]

Lists the certificates that can sign on this PC: on tokens that are plugged in, and in key files. Asks for no PIN.

  --token p12:FILE               this key file; may be repeated
  --token pkcs11:MODULE[#serial] the tokens of this PKCS#11 driver, or one of them; may be repeated
                                 (default: what the settings name, else the drivers found on this PC)
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
  let settings: Settings
  try {
    settings = readSettings({ home: options.home, command: options.command }).settings
  } catch (error) {
    return fail(78, error)
  }
  const source = openSource(settings, options.home)
  try {
    const { keys, problems } = await source.list()
    const answers = new RoleAnswers(options.home)
    const rows = keys.map((key): TokenRow => ({ ...viewCertificate(key, settings, answers), tokenSerial: key.tokenSerial, algorithm: key.algorithm }))
    process.stdout.write(options.json ? `${JSON.stringify({ certificates: rows, problems })}\n` : table(rows, problems, settings))
    return rows.some(({ refusal }) => refusal === undefined) ? 0 : 1
  } finally {
    await source.close()
  }
}

function readOptions(words: string[]): { command: SettingsLayer; home: string; json: boolean } {
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
  const command: SettingsLayer = { ...tokenSettings(values.token), ...(language === undefined ? {} : { language }) }
  return { command, home: values.home ?? homeFolder(), json: values.json }
}

function openSource(settings: Settings, home: string): KeySource {
  const open = (modules: string[]) => createKeySource({ home, modules, keyFiles: settings.keyFiles, deadlines: settings.deadlines })
  return mustSearch(settings) ? createFoundKeySource(open, findModules) : open(settings.pkcs11Modules)
}

function table(rows: readonly TokenRow[], problems: readonly Refusal[], settings: Settings): string {
  const { pkcs11Modules, keyFiles, language } = settings
  const say = tokenTexts[language]
  // What a token or a certificate calls itself must neither steer the terminal nor begin a line of ours.
  const cells = rows.map((row) => [
    row.kind === 'file' ? `${row.token} (${say.keyFile})` : `${row.token} (${row.tokenSerial})`,
    row.holder,
    row.organisation,
    say.roles[row.role],
    row.issuer,
    `${day(row.validFrom, language)} – ${day(row.validTo, language)}`,
    row.refusal === undefined ? say.usable : say.notUsable,
  ].map(inPlain))
  const reasons = [...rows.flatMap(({ refusal }) => refusal ?? []), ...problems].map((refusal) => `! ${inPlain(errorText(refusal, language))}\n`)
  if (pkcs11Modules.length + keyFiles.length === 0 && !mustSearch(settings)) return `${say.nothingNamed}\n`
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
