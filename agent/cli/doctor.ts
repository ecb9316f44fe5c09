import { parseArgs } from 'node:util'
import { doctorText, doctorTexts } from '../../shared/text/doctor.ts'
import type { Language } from '../../shared/text/errors.ts'
import { inPlain } from '../session/shown-name.ts'
import { agentVersion } from '../settings/agent-version.ts'
import { homeFolder } from '../settings/home.ts'
import type { SettingsLayer } from '../settings/settings.ts'
import { catalogueVersion } from '../token/catalogue/drivers.ts'
import { examine } from './doctor/examine.ts'
import type { Finding, Level } from './doctor/finding.ts'
import { tokenSettings } from './token-option.ts'

export const usage = `Usage: antin doctor [options]

Looks at everything that signing needs on this PC, and says what to do about what is wrong. Asks for no PIN.

  --token p12:FILE               look at this key file; may be repeated
  --token pkcs11:MODULE[#serial] look at this PKCS#11 driver; may be repeated
                                 (default: what the settings name, else the drivers found on this PC)
  --home DIR                     the state folder (default: ANTIN_HOME, else the state folder of this user)
  --language vi|en               the language (default: what the settings say)
  --json                         print the findings as JSON, to be sent to whoever helps; it holds no secret

Exit code: 0 nothing has to be done, 1 something needs a person, 64 wrong use.
`

export async function run(words: string[]): Promise<number> {
  let options: ReturnType<typeof readOptions>
  try {
    options = readOptions(words)
  } catch (error) {
    process.stderr.write(`antin: ${error instanceof Error ? error.message : String(error)}\n\n${usage}`)
    return 64
  }
  const { findings, language } = await examine(options)
  process.stdout.write(options.json ? asJson(findings, language) : asText(findings, language))
  return findings.some(({ level }) => level === 'bad') ? 1 : 0
}

function readOptions(words: string[]): { home: string; command: SettingsLayer; json: boolean } {
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
  return { home: values.home ?? homeFolder(), command, json: values.json }
}

function asJson(findings: readonly Finding[], language: Language): string {
  const rows = findings.map((finding) => ({ ...finding, ...doctorText(finding.code, finding.facts, language) }))
  return `${JSON.stringify({ version: agentVersion, catalogueVersion, platform: process.platform, arch: process.arch, findings: rows }, undefined, 2)}\n`
}

const marks: Record<Level, string> = { ok: '✓', warn: '!', bad: '✗' }

function asText(findings: readonly Finding[], language: Language): string {
  const { sections, next: nextWord, summary } = doctorTexts[language]
  const parts = [...Map.groupBy(findings, ({ section }) => section)].map(([section, members]) => {
    const lines = members.flatMap(({ level, code, facts }) => {
      const { says, next } = doctorText(code, facts, language)
      return [`  ${marks[level]} ${inPlain(says)}\n`, ...(next === undefined ? [] : [`    → ${nextWord}: ${inPlain(next)}\n`])]
    })
    return `${sections[section]}\n${lines.join('')}`
  })
  const count = (level: Level): number => findings.filter((finding) => finding.level === level).length
  return `${parts.join('\n')}\n${summary(count('bad'), count('warn'))}\n`
}
