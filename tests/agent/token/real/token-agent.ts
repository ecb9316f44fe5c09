import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync } from 'node:fs'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { onTestFinished } from 'vitest'

const antin = path.resolve(import.meta.dirname, '../../../../agent/cli/antin.ts')

/** The real agent over one driver, with everything that it writes below `folder`. It ends with the test at the latest. */
export async function startTokenAgent(folder: string, module: string, pinentry: string, environment: Record<string, string>) {
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
  onTestFinished(() => {
    if (child.exitCode === null) child.kill('SIGKILL')
  })
  return { port: (JSON.parse(ready) as { port: number }).port, pid: child.pid ?? 0, printed: () => printed, stop }
}
