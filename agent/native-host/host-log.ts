import { appendFileSync, readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import { openHome } from '../settings/home.ts'
import { renamePatientlySync } from '../settings/rename-patiently.ts'

/** One line for each time that the host was started: when, by which program, for what, and what came of it. No secret. */
export interface HostLogLine {
  at: string
  parent: string
  asked: string
  answered: string
}

/** Then the file begins anew, and one older one is kept. */
const longestBytes = 64 * 1024

export function logHostCall(home: string, line: Omit<HostLogLine, 'at'>): void {
  const file = path.join(home, hostLogName)
  openHome(home)
  if ((statSync(file, { throwIfNoEntry: false })?.size ?? 0) > longestBytes) renamePatientlySync(file, `${file}.old`)
  appendFileSync(file, `${JSON.stringify({ at: new Date().toISOString(), ...line })}\n`, { mode: 0o600 })
}

export function lastHostCall(home: string): HostLogLine | undefined {
  try {
    return JSON.parse(readFileSync(path.join(home, hostLogName), 'utf8').trimEnd().split('\n').at(-1) ?? '') as HostLogLine
  } catch {
    return undefined
  }
}

const hostLogName = 'native-host.jsonl'
