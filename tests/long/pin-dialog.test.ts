import { execFile, execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { promisify } from 'node:util'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { askPin, confirm, tell } from '../../agent/window/pinentry.ts'
import { makeSuiteFolder } from '../support/own-certificate.ts'
import { missingTools } from '../agent/token/real/token-rig.ts'

// The agent's window on Windows, run by Wine, typed into through the screen, asked by the code that asks it there.

const { folder, remove } = makeSuiteFolder()
afterAll(remove)

const root = path.resolve(import.meta.dirname, '../..')
const texts = {
  title: 'Ấn Tín: nhập mã PIN để ký',
  description: 'Trang yêu cầu: https://vanban.example.vn\nSố văn bản sẽ ký: 12\n1. Quyết định số 12/QĐ-UBND\nMã đối chiếu: K7QF',
  prompt: 'Mã PIN',
  ok: 'Ký',
  cancel: 'Hủy',
}

describe.skipIf(missingTools('wine', 'x86_64-w64-mingw32-gcc', 'Xvfb', 'xdotool'))('the PIN dialog for Windows', () => {
  let screen: ChildProcess
  const pinentry = path.join(folder, 'pin-dialog')
  const environment: Record<string, string> = { WINEPREFIX: path.join(folder, 'wine'), WINEDEBUG: '-all', WINEDLLOVERRIDES: 'mscoree=d;mshtml=d' }

  beforeAll(async () => {
    const program = path.join(folder, 'pin-dialog.exe')
    execFileSync(path.join(root, 'packaging/windows/build-pin-dialog.sh'), [program])
    writeFileSync(pinentry, `#!/bin/sh\nexec wine ${program}\n`)
    chmodSync(pinentry, 0o755)
    screen = spawn('Xvfb', ['-displayfd', '3', '-screen', '0', '1000x900x24'], { stdio: ['ignore', 'ignore', 'ignore', 'pipe'] })
    const [number] = (await once(screen.stdio[3] as NodeJS.ReadableStream, 'data')) as [Buffer]
    environment.DISPLAY = `:${number.toString().trim()}`
    execFileSync('wineboot', ['--init'], { env: { ...process.env, ...environment }, stdio: 'ignore' })
  }, 600_000)
  afterAll(() => {
    execFileSync('wineserver', ['--kill', '--wait'], { env: { ...process.env, ...environment }, stdio: 'ignore' })
    screen.kill()
  })
  beforeEach(() => {
    for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value)
  })
  afterEach(() => void vi.unstubAllEnvs())

  const options = { pinentry: { program: pinentry }, deadlineMs: 120_000 }
  const onWindow = (...words: string[]): Promise<unknown> => promisify(execFile)('xdotool', ['search', '--sync', '--onlyvisible', '--name', 'Tín', ...words])

  test('what is typed there comes back', async () => {
    const answer = askPin({ ...texts, error: 'Chỉ còn 1 lần thử' }, options)
    await onWindow('windowfocus', '--sync', 'type', 'M4t-kh%u 1')
    await onWindow('key', 'Return')
    expect(await answer).toEqual({ outcome: 'pin', pin: 'M4t-kh%u 1' })
  })

  test('Escape is no', async () => {
    const answer = askPin(texts, options)
    await onWindow('windowfocus', '--sync', 'key', 'Escape')
    expect(await answer).toEqual({ outcome: 'cancelled' })
  })

  test.each([
    ['Return', 'confirmed'],
    ['Escape', 'refused'],
  ])('a question is answered by %s: %s', async (key, outcome) => {
    const answer = confirm(texts, options)
    await onWindow('windowfocus', '--sync', 'key', key)
    expect(await answer).toEqual({ outcome })
  })

  test('a message is read', async () => {
    const answer = tell(texts, options)
    await onWindow('windowfocus', '--sync', 'key', 'Return')
    expect(await answer).toEqual({ outcome: 'confirmed' })
  })

  test('lines that end in CRLF are understood, escapes are decoded, and what is unknown is told', async () => {
    const dialog = spawn('wine', [path.join(folder, 'pin-dialog.exe')], { stdio: ['pipe', 'pipe', 'ignore'] })
    let said = ''
    dialog.stdout.setEncoding('utf8').on('data', (text: string) => (said += text))
    dialog.stdin.end('OPTION lc-ctype=C.UTF-8\r\nSETDESC a%0Ab%25%zz\r\nGETINFO pid\r\nRESET\r\nBYE\r\n')
    await once(dialog, 'close')
    expect(said.split('\n')).toEqual(['OK Pleased to meet you', 'OK', 'OK', 'ERR 83886355 Unknown IPC command <Pinentry>', 'OK', 'OK closing connection', ''])
  })
})
