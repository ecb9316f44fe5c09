import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import path from 'node:path'
import { secretsInFolder } from './find-secret.ts'

/** The PINs of this process's tokens: each can be recognised wherever it turns up. */
const given: string[] = []
/** Whoever plays the clerk must know it. */
const clerksScript = 'clerk.json'

/** A PIN that stands nowhere else. */
export function canaryPin(): string {
  const pin = `Chim${randomBytes(9).toString('hex')}`
  given.push(pin)
  return pin
}

/**
 * What tests leave in their folders (journal, counts, spool, logs, temporary files) holds no PIN of any token.
 * @throws Error naming the files
 */
export function expectNoPinIn(folder: string): void {
  if (!existsSync(folder)) return
  const holding = given.flatMap((pin) => secretsInFolder(folder, pin, [])).filter((file) => path.basename(file) !== clerksScript)
  if (holding.length > 0) throw new Error(`a PIN stands in ${holding.join(', ')}`)
}
