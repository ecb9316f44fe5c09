import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { describe, expect, it, onTestFinished } from 'vitest'
import { usage } from '../../../agent/cli/run.ts'
import { AgentClient } from '../../support/agent-client.ts'
import { makeClerk } from '../../support/clerk.ts'
import { tempFolder } from '../../support/temp-folder.ts'

const antin = path.resolve(import.meta.dirname, '../../../agent/cli/antin.ts')

function run(words: string[], environment: NodeJS.ProcessEnv = {}): ChildProcessWithoutNullStreams {
  const child = spawn(process.execPath, [antin, 'run', ...words], { env: { ...process.env, ...environment } })
  onTestFinished(() => void child.kill('SIGKILL'))
  return child
}

async function ended(child: ChildProcessWithoutNullStreams): Promise<{ code: number | null; errors: string }> {
  let errors = ''
  child.stderr.on('data', (data: Buffer) => (errors += data.toString('utf8')))
  const [code] = (await once(child, 'close')) as [number | null]
  return { code, errors }
}

async function firstLine(child: ChildProcessWithoutNullStreams): Promise<string> {
  const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string]
  return line
}

describe('antin run', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)('says when it is ready, pairs, and ends cleanly on %s', async (signal) => {
    const home = tempFolder()
    writeFileSync(path.join(home, 'settings.json'), JSON.stringify({ searchDrivers: false }))
    const clerk = makeClerk(tempFolder(), { confirm: true })
    const child = run(['--json', '--port', '0', '--home', home, '--pinentry', clerk.pinentry], clerk.environment)
    const { ready, port, ms } = JSON.parse(await firstLine(child)) as { ready: boolean; port: number; ms: number }
    expect(ready).toBe(true)
    expect(ms).toBeGreaterThan(0)

    const client = await AgentClient.pairAndConnect(port)
    const [window] = clerk.saw()
    expect(window).toMatchObject({ kind: 'confirm', title: 'Ấn Tín: ghép nối trình duyệt', ok: 'Giống nhau', cancel: 'Không phải' })
    expect(window?.description).toMatch(/“Chromium”[\s\S]*\n\d{3} \d{3}\n/)
    expect((await client.listCertificates()).certificates).toEqual([])

    const outcome = ended(child)
    child.kill(signal)
    expect(await client.wire.closed).toBe(1001)
    expect(await outcome).toEqual({ code: 0, errors: '' })
  })

  it('refuses to be the second one on the same folder, and says so', async () => {
    const home = tempFolder()
    const first = run(['--port', '0', '--home', home])
    expect(await firstLine(first)).toMatch(/^antin: ready on 127\.0\.0\.1:\d+ after \d+ ms$/)
    expect(await ended(run(['--port', '0', '--home', home]))).toEqual({
      code: 75,
      errors: `antin: another agent is already running with the folder ${home}\n`,
    })
  })

  it('starts again after it was killed', async () => {
    const home = tempFolder()
    const first = run(['--port', '0', '--home', home])
    await firstLine(first)
    const gone = once(first, 'close')
    first.kill('SIGKILL')
    await gone
    expect(await firstLine(run(['--port', '0', '--home', home]))).toContain('ready')
  })

  it.each([
    [['--port', 'x'], 64, '--port takes a number from 0 to 65535, not "x"'],
    [['--token', 'usb'], 64, '--token takes p12:FILE or pkcs11:MODULE[#serial], not "usb"'],
    [['--pin', '1234'], 64, "Unknown option '--pin'"],
  ])('refuses %j with a sentence', async (words, code, text) => {
    const outcome = await ended(run(['--home', tempFolder(), ...words]))
    expect(outcome.code).toBe(code)
    expect(outcome.errors).toContain(text)
  })

  it('refuses a damaged settings file and names it', async () => {
    const home = tempFolder()
    writeFileSync(path.join(home, 'settings.json'), '{"language":"fr"}')
    const outcome = await ended(run(['--port', '0', '--home', home]))
    expect(outcome.code).toBe(78)
    expect(outcome.errors).toContain(path.join(home, 'settings.json'))
    expect(outcome.errors).toContain('language')
  })

  it('explains its options', () => {
    for (const option of ['--port', '--token', '--pinentry', '--home', '--json']) expect(usage).toContain(option)
  })
})
