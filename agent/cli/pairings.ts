import { existsSync, watch } from 'node:fs'
import path from 'node:path'
import { parseArgs } from 'node:util'
import type { Language } from '../../shared/text/errors.ts'
import { pairingsTexts } from '../../shared/text/pairings.ts'
import { Journal } from '../journal/journal.ts'
import { AgentRunningError, lockHome } from '../journal/lock-home.ts'
import { readDoorFile } from '../native-host/door-file.ts'
import { placeOrder, type Order } from '../server/orders.ts'
import { Pairings, type PairingView } from '../server/pairings.ts'
import { homeFolder } from '../settings/home.ts'
import { readSettings } from '../settings/read-settings.ts'

export const usage = `Usage: antin pairings list [options]
       antin pairings revoke ID [options]
       antin pairings reopen [options]

The browsers that may ask this agent for signatures. revoke takes one off the list and ends its connections at once; it
is let in again only when six digits are compared. reopen lets pairing windows be shown again after too many of them
went without a yes.

  --language vi|en   default: what the settings say
  --json             list: print the pairings as JSON
  --home DIR         the agent's folder (default: ANTIN_HOME, else the state folder of this user)

Exit code: 0 done, 1 there is no such pairing or the agent did not carry it out, 64 wrong use.
`

export async function run(words: string[]): Promise<number> {
  let options: ReturnType<typeof readOptions>
  try {
    options = readOptions(words)
  } catch (error) {
    process.stderr.write(`antin: ${error instanceof Error ? error.message : String(error)}\n\n${usage}`)
    return 64
  }
  const { verb, home, language, json } = options
  if (!existsSync(home)) return verb === 'list' ? list([], language, json) : fail(pairingsTexts[language].none)
  const pairings = new Pairings(home).list()
  if (verb === 'list') return list(pairings, language, json)
  return verb === 'reopen' ? reopen(home, language) : revoke(home, pairings, options)
}

type Texts = (typeof pairingsTexts)[Language]

function readOptions(words: string[]) {
  const { values, positionals } = parseArgs({
    args: words,
    allowPositionals: true,
    options: { language: { type: 'string' }, json: { type: 'boolean', default: false }, home: { type: 'string' } },
  })
  const [verb, id, ...rest] = positionals
  if (verb !== 'list' && verb !== 'revoke' && verb !== 'reopen') throw new Error('antin pairings takes list, revoke or reopen')
  if (rest.length > 0 || (id === undefined) === (verb === 'revoke')) throw new Error(verb === 'revoke' ? 'revoke takes one id' : `${verb} takes no id`)
  const home = values.home ?? homeFolder()
  const language = values.language ?? readSettings({ home }).settings.language
  if (language !== 'vi' && language !== 'en') throw new Error(`--language takes vi or en, not "${language}"`)
  return { verb, id, home, language, json: values.json } as const
}

function list(pairings: readonly PairingView[], language: Language, json: boolean): number {
  const say: Texts = pairingsTexts[language]
  if (json) process.stdout.write(`${JSON.stringify(pairings, undefined, 2)}\n`)
  else if (pairings.length === 0) process.stdout.write(`${say.none}\n`)
  else process.stdout.write(pairings.map((pairing) => `${asText(pairing, say)}\n`).join('\n'))
  return 0
}

function asText({ pairingId, name, origin, createdAt, lastSeenAt }: PairingView, { columns, never }: Texts): string {
  const time = (text: string): string => new Date(text).toLocaleString('vi-VN')
  const rows = [
    [columns.name, printable(name)],
    [columns.id, pairingId],
    [columns.origin, origin],
    [columns.created, time(createdAt)],
    [columns.seen, lastSeenAt === undefined ? never : time(lastSeenAt)],
  ] as const
  const width = Math.max(...rows.map(([title]) => title.length))
  return rows.map(([title, text]) => `${title.padEnd(width)}  ${text}`).join('\n')
}

/** A browser may call itself what it likes; a terminal must not obey it. */
function printable(name: string): string {
  return name.replaceAll(/[\p{Cc}\p{Cf}]/gu, '?')
}

async function revoke(home: string, pairings: readonly PairingView[], { id = '', language }: { id?: string | undefined; language: Language }): Promise<number> {
  const say = pairingsTexts[language]
  const pairing = pairings.find(({ pairingId }) => pairingId === id)
  if (pairing === undefined) return fail(say.unknown(printable(id)))
  const isDone = (await order(home, { order: 'revoke', pairingId: id })) ?? revokeHere(home, id)
  return isDone ? done(say.revoked(printable(pairing.name))) : fail(say.notCarriedOut)
}

/** No agent holds the folder, so it may be written from here. */
function revokeHere(home: string, pairingId: string): boolean {
  const lock = lockHome(home)
  try {
    const journal = new Journal(home)
    if (new Pairings(home).revoke(pairingId)) journal.write({ events: [{ what: 'pairing-revoked', facts: { pairingId } }] })
    journal.close()
    return true
  } finally {
    lock.release()
  }
}

async function reopen(home: string, language: Language): Promise<number> {
  const say = pairingsTexts[language]
  const isDone = await order(home, { order: 'reopen-pairing' })
  if (isDone === undefined) return done(say.notRunning)
  return isDone ? done(say.reopened) : fail(say.notCarriedOut)
}

const orderMs = 5_000

/** Whether a running agent carried it out; undefined where none runs. */
async function order(home: string, what: Order): Promise<boolean | undefined> {
  if (!isAgentRunning(home)) return undefined
  const file = placeOrder(home, what)
  return new Promise((resolve) => {
    const watcher = watch(path.dirname(file), () => look())
    const deadline = setTimeout(() => finish(false), orderMs)
    const finish = (isDone: boolean): void => {
      clearTimeout(deadline)
      watcher.close()
      resolve(isDone)
    }
    const look = (): void => {
      if (!existsSync(file)) finish(true)
    }
    look()
  })
}

function isAgentRunning(home: string): boolean {
  if (readDoorFile(home) !== undefined) return true
  try {
    lockHome(home).release()
    return false
  } catch (cause) {
    if (cause instanceof AgentRunningError) return true
    throw cause
  }
}

function done(text: string): number {
  process.stdout.write(`${text}\n`)
  return 0
}

function fail(text: string): number {
  process.stderr.write(`antin: ${text}\n`)
  return 1
}
