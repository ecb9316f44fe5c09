import { randomBytes, randomInt } from 'node:crypto'
import { subscribe } from 'node:diagnostics_channel'
import { existsSync } from 'node:fs'
import path from 'node:path'
import { secretsInFolder } from './find-secret.ts'

/**
 * The one place where tests get their PINs: each can be recognised wherever it turns up. Searched are the folders that tests leave,
 * the arguments and the environment of every process that a test or its agent starts, and every frame of a test's own wire.
 */
const given: string[] = []
/** Where one was seen outside of folders. */
const caught: string[] = []
/** Whoever plays the clerk must know it. */
const clerksScript = 'clerk.json'

/** A PIN that stands nowhere else. */
export function canaryPin(): string {
  return remembered(`Chim${randomBytes(9).toString('hex')}`)
}

/** The same for a card, which takes eight digits at most (NIST SP 800-73-4, part 2, 2.4.3). */
export function canaryDigits(): string {
  return remembered(String(randomInt(10_000_000, 100_000_000)))
}

/** Keeps in mind that a PIN of a token was seen there. */
export function noticePin(seen: string | Buffer, place: string): void {
  if (given.some((pin) => seen.includes(pin))) caught.push(place)
}

/**
 * What tests leave in their folders (journal, counts, spool, logs, temporary files) holds no PIN of any token, and none was seen
 * elsewhere meanwhile.
 * @throws Error naming the files and places
 */
export function expectNoPinIn(folder: string): void {
  const files = existsSync(folder) ? given.flatMap((pin) => secretsInFolder(folder, pin, [])).filter((file) => path.basename(file) !== clerksScript) : []
  const holding = [...files, ...caught.splice(0)]
  if (holding.length > 0) throw new Error(`a PIN stands in ${holding.join(', ')}`)
}

function remembered(pin: string): string {
  given.push(pin)
  return pin
}

// Of Node itself (node:diagnostics_channel, "Child Process"). What tests do at once (softhsm2-util, openssl) does not pass here.
subscribe('tracing:child_process.spawn:start', (message) => {
  const { process: child, options } = message as { process: { spawnargs?: readonly string[] }; options: { envPairs?: readonly string[] } }
  const [program = '?', ...words] = child.spawnargs ?? []
  for (const word of words) noticePin(word, `an argument of ${program}`)
  for (const pair of options.envPairs ?? []) noticePin(pair, `the environment of ${program}`)
})
