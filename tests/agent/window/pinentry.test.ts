import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterEach, expect, test, vi } from 'vitest'
import { askPin, confirm, tell, type WindowOptions } from '../../../agent/window/pinentry.ts'
import { makeClerk, type Clerk, type ClerkAnswers } from '../../support/clerk.ts'
import { tempFolder } from '../../support/temp-folder.ts'

const texts = { title: 'Ấn Tín', description: 'Ký 12 văn bản\nNguyễn Văn An (100 %)', prompt: 'Mã PIN:', ok: 'Ký', cancel: 'Hủy' }

afterEach(() => void vi.unstubAllEnvs())

function clerkWith(answers: ClerkAnswers, folder = tempFolder()): { clerk: Clerk; options: WindowOptions } {
  const clerk = makeClerk(folder, answers)
  vi.stubEnv('ANTIN_PINENTRY_SCRIPT', clerk.environment.ANTIN_PINENTRY_SCRIPT)
  return { clerk, options: { pinentry: { program: clerk.pinentry }, deadlineMs: 20_000 } }
}

test('a PIN comes back as it was typed, and the window said what it should', async () => {
  const folder = tempFolder()
  const { clerk, options } = clerkWith({ pin: 'Mật-khẩu%1 ' }, folder)
  expect(await askPin({ ...texts, error: 'Mã PIN sai' }, options)).toEqual({ outcome: 'pin', pin: 'Mật-khẩu%1 ' })
  expect(clerk.saw()).toEqual([{ kind: 'getpin', ...texts, error: 'Mã PIN sai' }])
  expect(readFileSync(path.join(folder, 'clerk.jsonl'), 'utf8')).not.toContain('Mật-khẩu')
})

test('answers that come first are used once', async () => {
  const { options } = clerkWith({ pin: '1234', first: ['cancel', { pin: '0000' }] })
  expect(await askPin(texts, options)).toEqual({ outcome: 'cancelled' })
  expect(await askPin(texts, options)).toEqual({ outcome: 'pin', pin: '0000' })
  expect(await askPin(texts, options)).toEqual({ outcome: 'pin', pin: '1234' })
})

test.each([
  [{}, 'confirmed'],
  [{ confirm: false }, 'refused'],
] as const)('a question answered with %j is %s', async (answers, outcome) => {
  const { clerk, options } = clerkWith(answers)
  const { prompt: _, ...question } = texts
  expect(await confirm(question, options)).toEqual({ outcome })
  expect(clerk.saw()).toMatchObject([{ kind: 'confirm', description: texts.description, ok: 'Ký', cancel: 'Hủy' }])
})

test('something can be told', async () => {
  const { clerk, options } = clerkWith({})
  expect(await tell({ title: 'Ấn Tín', description: 'Xong', ok: 'Đóng' }, options)).toEqual({ outcome: 'confirmed' })
  expect(clerk.saw()).toMatchObject([{ kind: 'message', description: 'Xong' }])
})

test('the answer can wait for its time', async () => {
  const folder = tempFolder()
  const gate = path.join(folder, 'gate')
  const { clerk, options } = clerkWith({ pin: '1', waitFor: gate }, folder)
  const answer = askPin(texts, options)
  await vi.waitFor(() => expect(clerk.saw()).toHaveLength(1), 10_000)
  writeFileSync(gate, '')
  expect(await answer).toEqual({ outcome: 'pin', pin: '1' })
})

test('a window that is not answered in time is taken away', async () => {
  const { options } = clerkWith({ pin: '1', waitFor: '/never' })
  const opened: number[] = []
  expect(await askPin(texts, { ...options, deadlineMs: 300, onOpen: (pid) => opened.push(pid) })).toEqual({ outcome: 'expired' })
  await vi.waitFor(() => expect(opened.filter(isRunning)).toEqual([]), 10_000)
})

test('a window can be taken away', async () => {
  const { clerk, options } = clerkWith({ pin: '1', waitFor: '/never' })
  const away = new AbortController()
  const opened: number[] = []
  const answer = askPin(texts, { ...options, signal: away.signal, onOpen: (pid) => opened.push(pid) })
  await vi.waitFor(() => expect(clerk.saw()).toHaveLength(1), 10_000)
  away.abort()
  expect(await answer).toEqual({ outcome: 'cancelled' })
  await vi.waitFor(() => expect(opened.filter(isRunning)).toEqual([]), 10_000)
})

test.each([
  ['is not there', '/nowhere/pinentry'],
  ['ends at once', '/bin/true'],
])('a program that %s is no window', async (_, program) => {
  expect(await askPin(texts, { pinentry: { program }, deadlineMs: 10_000 })).toMatchObject({ outcome: 'unavailable' })
})

test('a script that others may read is refused', async () => {
  const { clerk, options } = clerkWith({ pin: '1' })
  chmodSync(clerk.environment.ANTIN_PINENTRY_SCRIPT, 0o644)
  expect(await askPin(texts, options)).toMatchObject({ outcome: 'unavailable' })
})

function isRunning(pid: number): boolean {
  // A killed child stays as a zombie until its exit is noted; then its folder is gone.
  return existsSync(`/proc/${pid}`) && !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))
}
