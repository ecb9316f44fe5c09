import { readFileSync } from 'node:fs'

/**
 * How much of the time from the begin of its first signature to the end of its last a token was signing, in percent, by its
 * own clock: from the lines that the fault module writes for every C_Sign.
 */
export function tokenBusy(timesFile: string): number {
  const signatures = readFileSync(timesFile, 'utf8').trim().split('\n').map((line) => line.split(' ').map(Number))
  const busy = signatures.reduce((sum, [begun = 0, ended = 0]) => sum + ended - begun, 0)
  return (100 * busy) / ((signatures.at(-1)?.[1] ?? 0) - (signatures[0]?.[0] ?? 0))
}
