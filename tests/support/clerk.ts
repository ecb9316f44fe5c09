import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'

export interface ClerkAnswers {
  pin?: string
  confirm?: boolean
  first?: ('cancel' | { pin: string })[]
  waitFor?: string
}

export interface ShownQuestion {
  kind: 'getpin' | 'confirm' | 'message'
  title: string
  description: string
  prompt: string
  ok: string
  cancel: string
  error: string
}

/** Somebody who answers the agent's windows from a script, and remembers what they said. */
export interface Clerk {
  /** For the setting `pinentry`. */
  pinentry: string
  /** Must be in the environment of whatever opens the window. */
  environment: { ANTIN_PINENTRY_SCRIPT: string; PATH: string }
  saw(): ShownQuestion[]
  change(answers: ClerkAnswers): void
}

export function makeClerk(folder: string, answers: ClerkAnswers): Clerk {
  const script = path.join(folder, 'clerk.json')
  const log = path.join(folder, 'clerk.jsonl')
  const change = (changed: ClerkAnswers): void => writeFileSync(script, JSON.stringify({ ...changed, log }), { mode: 0o600 })
  change(answers)
  return {
    pinentry: path.resolve(import.meta.dirname, '../../demo/scripted-pinentry.js'),
    environment: { ANTIN_PINENTRY_SCRIPT: script, PATH: `${wakefulPrograms(folder)}${path.delimiter}${process.env.PATH ?? ''}` },
    saw: () => (existsSync(log) ? readFileSync(log, 'utf8').trim().split('\n').map((line) => JSON.parse(line) as ShownQuestion) : []),
    change,
  }
}

/** A PC on which sleep can be held off, whatever this one is: a test of what the agent writes must not depend on it. */
function wakefulPrograms(folder: string): string {
  const programs = path.join(folder, 'programs')
  mkdirSync(programs, { recursive: true })
  for (const name of ['systemd-inhibit', 'caffeinate']) writeFileSync(path.join(programs, name), '#!/bin/sh\nexec cat\n', { mode: 0o755 })
  return programs
}
