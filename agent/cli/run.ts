import { parseArgs } from 'node:util'
import { refusalOf, RefusalError } from '../../shared/errors.ts'
import { errorText } from '../../shared/text/errors.ts'
import { AgentRunningError } from '../journal/lock-home.ts'
import { startAgent, type Agent } from '../main.ts'
import { PortsTakenError } from '../server/door.ts'
import { SettingsError } from '../settings/read-settings.ts'
import type { SettingsLayer } from '../settings/settings.ts'
import { tokenSettings } from './token-option.ts'

export const usage = `Usage: antin run [options]

Starts the agent that the browser extension talks to, and runs until it is ended (Ctrl+C).

  --port N                       listen on this port of 127.0.0.1 (default: the first free one of 27181 to 27185)
  --token p12:FILE               use this key file; may be repeated
  --token pkcs11:MODULE[#serial] use the tokens of this PKCS#11 driver, or one of them; may be repeated
                                 (default: what the settings name, else the drivers found on this PC)
  --pinentry PROGRAM             the program that asks for the PIN (default: the first one found)
  --home DIR                     keep state here (default: ANTIN_HOME, else the state folder of this user)
  --json                         print {"ready":true,"port":…,"ms":…} when ready
`

export async function run(words: string[]): Promise<number> {
  let options: ReturnType<typeof readOptions>
  try {
    options = readOptions(words)
  } catch (cause) {
    return fail(64, cause)
  }
  let agent: Agent
  try {
    agent = await startAgent(options)
  } catch (cause) {
    return fail(exitCodeOf(cause), cause)
  }
  const ms = Math.round(performance.now())
  const { port } = agent
  process.stdout.write(options.json ? `${JSON.stringify({ ready: true, port, ms })}\n` : `antin: ready on 127.0.0.1:${port} after ${ms} ms\n`)
  await ended()
  await agent.close()
  return 0
}

function readOptions(words: string[]) {
  const { values } = parseArgs({
    args: words,
    options: {
      port: { type: 'string' },
      token: { type: 'string', multiple: true, default: [] },
      pinentry: { type: 'string' },
      home: { type: 'string' },
      json: { type: 'boolean', default: false },
    },
  })
  const settings: SettingsLayer = {
    ...(values.port === undefined ? {} : { ports: [portNumber(values.port)] }),
    ...(values.pinentry === undefined ? {} : { pinentry: values.pinentry }),
    ...tokenSettings(values.token),
  }
  return { settings, json: values.json, ...(values.home === undefined ? {} : { home: values.home }) }
}

function portNumber(text: string): number {
  const port = Number(text)
  if (!/^\d+$/.test(text) || port > 65_535) throw new Error(`--port takes a number from 0 to 65535, not "${text}"`)
  return port
}

/** By the person (Ctrl+C), by the session's end, or by whoever started us. */
function ended(): Promise<void> {
  return new Promise((resolve) => {
    process.once('SIGTERM', () => resolve())
    process.once('SIGINT', () => resolve())
  })
}

/** EX_TEMPFAIL, EX_CONFIG, EX_UNAVAILABLE and EX_SOFTWARE of sysexits.h. */
function exitCodeOf(thrown: unknown): number {
  if (thrown instanceof AgentRunningError) return 75
  if (thrown instanceof SettingsError) return 78
  return thrown instanceof PortsTakenError || thrown instanceof RefusalError ? 69 : 70
}

function fail(exitCode: number, thrown: unknown): number {
  const text = thrown instanceof RefusalError ? errorText(refusalOf(thrown), 'en') : thrown instanceof Error ? thrown.message : String(thrown)
  process.stderr.write(`antin: ${text}\n`)
  return exitCode
}
