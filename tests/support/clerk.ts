import { existsSync, readFileSync, writeFileSync } from 'node:fs'
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
  environment: { ANTIN_PINENTRY_SCRIPT: string }
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
    environment: { ANTIN_PINENTRY_SCRIPT: script },
    saw: () => (existsSync(log) ? readFileSync(log, 'utf8').trim().split('\n').map((line) => JSON.parse(line) as ShownQuestion) : []),
    change,
  }
}
