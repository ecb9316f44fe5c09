import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { onTestFinished } from 'vitest'
import { AgentClient, newDocument, type ClientDocument } from '../../../support/agent-client.ts'
import { makeClerk } from '../../../support/clerk.ts'
import { writeDecision } from '../../signing/sample-pdf.ts'
import type { FaultyToken } from './faulty-token.ts'

const antin = path.resolve(import.meta.dirname, '../../../../agent/cli/antin.ts')

/** The real agent over one driver, with everything that it writes below `folder`. It ends with the test at the latest. */
export async function startTokenAgent(...words: Parameters<typeof startSuiteAgent>) {
  const { child, ...agent } = await startSuiteAgent(...words)
  onTestFinished(() => {
    if (child.exitCode === null) child.kill('SIGKILL')
  })
  return agent
}

/** The same for all tests of a file, which end it. */
export async function startSuiteAgent(folder: string, module: string, pinentry: string, environment: Record<string, string>) {
  const temporary = path.join(folder, 'tmp')
  mkdirSync(temporary, { recursive: true })
  const words = [antin, 'run', '--json', '--port', '0', '--home', path.join(folder, 'home'), '--token', `pkcs11:${module}`, '--pinentry', pinentry]
  const child = spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...environment, TMPDIR: temporary } })
  const gone = once(child, 'exit')
  let printed = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => (printed += text))
  const [ready] = (await once(createInterface({ input: child.stdout }).on('line', (line) => (printed += line)), 'line')) as [string]
  const stop = async (): Promise<void> => {
    child.kill('SIGTERM')
    await gone
  }
  return { child, port: (JSON.parse(ready) as { port: number }).port, pid: child.pid ?? 0, printed: () => printed, stop }
}

/** The agent over a faulty token with these settings, a clerk who knows its PIN, and an extension; they end with the test. */
export async function connectOver(faulty: FaultyToken, folder: string, settings: object) {
  const home = path.join(folder, 'home')
  mkdirSync(home, { recursive: true, mode: 0o700 })
  writeFileSync(path.join(home, 'settings.json'), JSON.stringify(settings), { mode: 0o600 })
  const clerkFolder = path.join(folder, 'clerk')
  mkdirSync(clerkFolder, { recursive: true })
  const clerk = makeClerk(clerkFolder, { pin: faulty.token.pin, confirm: true })
  const agent = await startTokenAgent(folder, faulty.fault.module, clerk.pinentry, { ...faulty.token.environment, ...faulty.fault.environment, ...clerk.environment })
  const client = await AgentClient.pairAndConnect(agent.port)
  onTestFinished(async () => {
    faulty.order({})
    await client.close()
    await agent.stop()
  })
  return { agent, client }
}

export async function decisions(folder: string, count: number): Promise<ClientDocument[]> {
  const file = path.join(folder, 'decision.pdf')
  const documents: ClientDocument[] = []
  for (let number = 1; number <= count; number++) {
    await writeDecision(file, number)
    documents.push(newDocument(`Quyết định ${number}.pdf`, readFileSync(file)))
  }
  return documents
}
