import path from 'node:path'
import { parseArgs } from 'node:util'
import { extensionIds } from '../../shared/protocol/extension-ids.ts'
import { answerNative } from '../native-host/answer.ts'
import type { KnownBrowser } from '../native-host/browsers.ts'
import { ancestors } from '../native-host/parent.ts'
import { register, unregister, type Registration } from '../native-host/register.ts'
import { homeFolder } from '../settings/home.ts'
import { readSettings } from '../settings/read-settings.ts'

export const usage = `Usage: antin native-host register --browser NAME [options]
       antin native-host unregister --browser NAME [options]

Lets a browser start Ấn Tín by itself and be paired with it without a click. "antin native-host" alone is what the
browser runs; it answers its extension and nobody else.

  --browser NAME      chrome, chromium, edge, coccoc or firefox
  --machine           for every user of this PC (needs an administrator; default: for this user)
  --profile-dir DIR   for the Chromium that keeps its state in this folder alone
  --home DIR          the agent's state folder (default: ANTIN_HOME, else the state folder of this user)
  --no-start          never start an agent: tell only of one that runs

Exit code: 0 done, 1 it was not registered or could not be, 64 wrong use.
`

type Verb = 'register' | 'unregister' | undefined

export async function run(words: string[]): Promise<number> {
  let options: ReturnType<typeof readOptions>
  try {
    options = readOptions(words)
  } catch (error) {
    process.stderr.write(`antin: ${messageOf(error)}\n\n${usage}`)
    return 64
  }
  try {
    if (options.verb === undefined) return await serve(options)
    return options.verb === 'register' ? enrol(options) : withdraw(options)
  } catch (error) {
    process.stderr.write(`antin: ${messageOf(error)}\n`)
    return 1
  }
}

type Options = ReturnType<typeof readOptions>

function readOptions(words: string[]) {
  const [first] = words
  const verb: Verb = first === 'register' || first === 'unregister' ? first : undefined
  const { values, positionals } = parseArgs({
    args: verb === undefined ? words : words.slice(1),
    // A browser adds words of its own.
    strict: verb !== undefined,
    allowPositionals: verb === undefined,
    options: {
      browser: { type: 'string' },
      machine: { type: 'boolean', default: false },
      'profile-dir': { type: 'string' },
      home: { type: 'string' },
      'no-start': { type: 'boolean', default: false },
    },
  })
  if (verb !== undefined && values.browser === undefined) throw new Error('--browser is missing')
  const home = values.home === undefined ? undefined : String(values.home)
  return {
    verb,
    positionals,
    ownHome: home,
    home: home ?? homeFolder(),
    noStart: values['no-start'] === true,
    registration: {
      browser: values.browser as KnownBrowser['name'],
      place: values.machine === true ? 'machine' : 'user',
      profileDir: values['profile-dir'] === undefined ? undefined : String(values['profile-dir']),
    } satisfies Registration,
  }
}

async function serve({ home, ownHome, noStart, positionals }: Options): Promise<number> {
  const antin = process.argv[1] ?? ''
  const start = [process.execPath, antin, 'run', '--json', ...(ownHome === undefined ? [] : ['--home', ownHome])]
  await answerNative({
    home,
    input: process.stdin,
    output: process.stdout,
    ancestors: ancestors(),
    extensionOrigins: extensionOriginsOf(home),
    words: positionals,
    start: noStart ? undefined : start,
  })
  process.stdin.destroy()
  return 0
}

function enrol({ home, ownHome, noStart, registration }: Options): number {
  const command = [process.execPath, process.argv[1] ?? '', 'native-host', ...(ownHome === undefined ? [] : ['--home', ownHome]), ...(noStart ? ['--no-start'] : [])]
  process.stdout.write(`${register(registration, { command, folder: folderOf(registration, home), extensionOrigins: extensionOriginsOf(home) })}\n`)
  return 0
}

function withdraw({ home, registration }: Options): number {
  return unregister(registration, folderOf(registration, home)) ? 0 : 1
}

/** Where the starting script lies: for every user beside the program itself, where only an administrator writes. */
function folderOf({ place, profileDir }: Registration, home: string): string {
  return profileDir ?? (place === 'machine' ? path.dirname(process.argv[1] ?? '') : home)
}

function extensionOriginsOf(home: string): string[] {
  return [...extensionIds, ...readSettings({ home }).settings.extensionIds].map((id) => `chrome-extension://${id}`)
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
