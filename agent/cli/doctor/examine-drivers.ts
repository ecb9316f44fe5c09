import { existsSync } from 'node:fs'
import path from 'node:path'
import { errorText } from '../../../shared/text/errors.ts'
import { doctorTexts } from '../../../shared/text/doctor.ts'
import { findDrivers, inspectNamed, type Candidate } from '../../token/catalogue/find-drivers.ts'
import type { UnloadableReason } from '../../token/catalogue/inspect-module.ts'
import { examineDriver, type DriverExamination } from '../../token/examine-driver.ts'
import { mustSearch } from '../../token/found-keys.ts'
import { parseModuleAddress } from '../../token/module-address.ts'
import { finding, type Finding, type Level, type Patient } from './finding.ts'

/** A driver that was loaded, and what it showed. */
export interface ExaminedDriver extends DriverExamination {
  candidate: Candidate
}

/** Longer than anybody takes for a fault of the token. */
const slowMs = 3_000

/** Looks at every file that may be a driver, and loads those that can be, each in a host of its own. */
export async function examineDrivers(patient: Patient): Promise<{ findings: Finding[]; drivers: ExaminedDriver[] }> {
  const { settings } = patient
  const isSearched = mustSearch(settings)
  const named = settings.pkcs11Modules.map((module) => parseModuleAddress(module).path)
  const candidates = isSearched ? await findDrivers({ environment: patient.environment }) : await inspectNamed(named)
  const drivers = await Promise.all(
    candidates.filter(isTried).map(async (candidate) => ({ candidate, ...(await examineDriver(candidate.path, settings.deadlines)) })),
  )
  const shown = candidates.map((candidate) => {
    const driver = drivers.find((one) => one.candidate === candidate)
    return driver === undefined ? unloaded(candidate) : loaded(driver, patient)
  })
  const works = drivers.some(({ refusal }) => refusal === undefined)
  return {
    findings: [searchFinding(patient, isSearched, candidates.length), ...shown, ...(works || settings.keyFiles.length > 0 ? [] : [finding('tokens', 'bad', 'driver-none')])],
    drivers,
  }
}

/** A file that somebody named is tried even where it seems to lack the one function, as the agent does. */
function isTried({ verdict, origin, path: file }: Candidate): boolean {
  if (verdict.loadable) return true
  return origin === 'settings' && verdict.reason === 'not-a-pkcs11-module' && besideShell(file) === undefined
}

function searchFinding({ settings: { pkcs11Modules, keyFiles } }: Patient, isSearched: boolean, count: number): Finding {
  if (isSearched) return finding('tokens', 'ok', 'drivers-searched', { count: String(count) })
  const isNothingNamed = pkcs11Modules.length + keyFiles.length === 0
  return isNothingNamed ? finding('tokens', 'bad', 'search-off') : finding('tokens', 'ok', 'drivers-named', { count: String(count) })
}

function loaded({ candidate, refusal, problems, loadMs }: ExaminedDriver, { language }: Patient): Finding {
  if (refusal !== undefined && !candidate.verdict.loadable) return unloaded(candidate)
  const facts = factsOf(candidate)
  const cause = refusal ?? problems[0]
  if (cause !== undefined) return finding('tokens', faultOf(candidate), 'driver-failed', { ...facts, cause: errorText(cause, language) })
  if (loadMs > slowMs) return finding('tokens', 'warn', 'driver-slow', { ...facts, ms: String(loadMs) })
  return finding('tokens', 'ok', 'driver-loaded', { ...facts, ms: String(loadMs), origin: doctorTexts[language].origins[candidate.origin] })
}

function unloaded(candidate: Candidate): Finding {
  const { verdict } = candidate
  if (verdict.loadable) throw new Error('a driver that can be loaded was not')
  const facts = factsOf(candidate)
  const level = faultOf(candidate)
  const beside = besideShell(candidate.path)
  if (verdict.reason === 'not-a-pkcs11-module' && beside !== undefined) return finding('tokens', level, 'driver-shell', { ...facts, beside })
  if (verdict.reason === 'wrong-architecture') return wrongMachine(candidate, level, { ...facts, built: verdict.built ?? '', needed: `${process.platform} ${process.arch}` })
  return finding('tokens', level, codes[verdict.reason], facts)
}

const codes = {
  'not-found': 'driver-not-found',
  'unreadable': 'driver-unreadable',
  'not-a-library': 'driver-not-a-library',
  'not-a-pkcs11-module': 'driver-not-pkcs11',
} as const satisfies Record<Exclude<UnloadableReason, 'wrong-architecture'>, Finding['code']>

function wrongMachine({ driver }: Candidate, level: Level, facts: Record<string, string>): Finding {
  const quirks = driver?.quirks ?? []
  if (process.platform === 'linux' && quirks.includes('only-32-bit')) return finding('tokens', level, 'driver-only-32-bit', facts)
  if (process.platform === 'darwin' && quirks.includes('only-intel')) return finding('tokens', level, 'driver-only-intel', facts)
  return finding('tokens', level, 'driver-wrong-architecture', facts)
}

/** A driver that somebody named has to work; one that was found may be left over from anything. */
function faultOf({ origin }: Candidate): Level {
  return origin === 'settings' ? 'bad' : 'warn'
}

function factsOf({ path: driver, driver: row }: Candidate): Record<string, string> {
  return { driver, name: row === undefined ? '' : ` (${row.name})` }
}

/** The PKCS#11 module beside a CSP shell: `X.dll` for `X_s.dll`. */
function besideShell(file: string): string | undefined {
  const { dir, name, ext } = path.parse(file)
  const [, stem] = /^(.+?)_(?:s|csp)$/i.exec(name) ?? []
  const beside = stem === undefined ? undefined : path.join(dir, `${stem}${ext}`)
  return beside !== undefined && existsSync(beside) ? beside : undefined
}
