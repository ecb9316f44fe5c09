import type { DoctorCode } from '../../../shared/text/doctor.ts'
import type { Settings } from '../../settings/settings.ts'

export type Section = 'agent' | 'native-host' | 'pin-window' | 'settings' | 'tokens' | 'pc-sc' | 'store'

/** `ok`: as it should be; `warn`: signing goes on, but somebody should know; `bad`: somebody has to act. */
export type Level = 'ok' | 'warn' | 'bad'

/** One thing that was looked at. Facts are safe to show and to send on: no PIN, no key, no document. */
export interface Finding {
  section: Section
  level: Level
  code: DoctorCode
  facts: Readonly<Record<string, string>>
}

/** What every examination works with. */
export interface Patient {
  home: string
  settings: Settings
  environment: NodeJS.ProcessEnv
  language: Settings['language']
}

export function finding(section: Section, level: Level, code: DoctorCode, facts: Finding['facts'] = {}): Finding {
  return { section, level, code, facts }
}

export function megabytes(bytes: number): string {
  const mega = bytes / 1_048_576
  return mega >= 10_240 ? `${Math.round(mega / 1_024)} GB` : `${Math.round(mega)} MB`
}
