import { execFile, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { promisify } from 'node:util'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { findPinentry } from '../../../../agent/window/find-pinentry.ts'
import { askPin } from '../../../../agent/window/pinentry.ts'
import { missingTools } from './token-rig.ts'

const texts = { title: 'Ấn Tín', description: `${'Quyết định số 12/QĐ-UBND\n'.repeat(60)}Mã đối chiếu: K7QF`, prompt: 'Mã PIN', ok: 'Ký', cancel: 'Hủy' }

describe.skipIf(missingTools('Xvfb', 'xdotool', 'pinentry-gtk-2'))('the window of pinentry-gtk-2', () => {
  let screen: ChildProcess
  let display = ''

  beforeAll(async () => {
    screen = spawn('Xvfb', ['-displayfd', '3', '-screen', '0', '1000x900x24'], { stdio: ['ignore', 'ignore', 'ignore', 'pipe'] })
    const [number] = (await once(screen.stdio[3] as NodeJS.ReadableStream, 'data')) as [Buffer]
    display = `:${number.toString().trim()}`
  })
  afterAll(() => void screen.kill())
  beforeEach(() => {
    vi.stubEnv('DISPLAY', display)
    // A PC whose own locale is not UTF-8 must show Vietnamese all the same.
    vi.stubEnv('LANG', 'C')
  })
  afterEach(() => void vi.unstubAllEnvs())

  const onWindow = (...words: string[]): Promise<unknown> => promisify(execFile)('xdotool', ['search', '--sync', '--onlyvisible', '--class', 'pinentry', ...words])

  test('what is typed there comes back', async () => {
    const answer = askPin(texts, { pinentry: findPinentry({ onTerminal: false }), deadlineMs: 60_000 })
    await onWindow('type', 'M4t-kh%u 1')
    await onWindow('keydown', 'Return')
    expect(await answer).toEqual({ outcome: 'pin', pin: 'M4t-kh%u 1' })
  })

  test('Escape is no', async () => {
    const answer = askPin(texts, { pinentry: findPinentry({ onTerminal: false }), deadlineMs: 60_000 })
    await onWindow('keydown', 'Escape')
    expect(await answer).toEqual({ outcome: 'cancelled' })
  })
})
