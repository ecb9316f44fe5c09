import type { RaisedLevel } from '../signing/raise-document.ts'
import { levels } from '../verify/report.ts'

/** How a signed file is called that waits for its time stamp: whole and valid, and not yet what was asked for. */
export const waitingSuffix = '.waiting'

/** @throws Error that says what is wrong */
export function readRaisedLevel(text: string): RaisedLevel {
  const level = readLevel(text)
  if (level === undefined) throw new Error('--level takes B-T, B-LT or B-LTA: a signature is B-B already')
  return level
}

/** @returns undefined for B-B, which needs nothing but the key; @throws Error that says what is wrong */
export function readLevel(text: string): RaisedLevel | undefined {
  const level = levels.find((candidate) => candidate === text.toUpperCase())
  if (level === undefined) throw new Error(`--level takes ${levels.join(', ')}, not "${text}"`)
  return level === 'B-B' ? undefined : level
}
