import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { keepAwake } from '../../../agent/session/keep-awake.ts'
import { tempFolder } from '../../support/temp-folder.ts'

let folder: string
let searched: string | undefined
beforeEach(() => {
  folder = tempFolder()
  searched = process.env.PATH
  process.env.PATH = `${folder}:${searched}`
})
afterEach(() => {
  process.env.PATH = searched
})

function program(name: string, ...lines: string[]): void {
  const file = path.join(folder, name)
  writeFileSync(file, ['#!/bin/sh', ...lines, ''].join('\n'))
  chmodSync(file, 0o755)
}

const said = (name: string): string => (existsSync(path.join(folder, name)) ? readFileSync(path.join(folder, name), 'utf8') : '')

it.each([
  ['linux', 'systemd-inhibit', '--what=sleep:idle'],
  ['darwin', 'caffeinate', '-i'],
  ['win32', 'powershell.exe', 'SetThreadExecutionState'],
] as const)('on %s sleep is held off by %s until the work is over', async (platform, name, words) => {
  program(name, `echo "$@" > "${folder}/begun"`, 'cat > /dev/null', `echo over > "${folder}/ended"`)
  const failures: string[] = []
  const release = keepAwake((reason) => failures.push(reason), platform)
  await expect.poll(() => said('begun')).toContain(words)
  expect(said('ended')).toBe('')
  release()
  await expect.poll(() => said('ended')).toBe('over\n')
  expect(failures).toEqual([])
})

it('a program that fails, or is not there, is told and does no harm', async () => {
  program('systemd-inhibit', 'exit 3')
  const failures: string[] = []
  const release = keepAwake((reason) => failures.push(reason), 'linux')
  await expect.poll(() => failures).toEqual(['systemd-inhibit ended with 3'])
  release()
  process.env.PATH = folder
  keepAwake((reason) => failures.push(reason), 'darwin')()
  const late = keepAwake((reason) => failures.push(reason), 'win32')
  await expect.poll(() => failures).toEqual(['systemd-inhibit ended with 3', 'powershell.exe: ENOENT'])
  late()
})

it('where there is no such program nothing is tried', () => {
  expect(() => keepAwake(() => undefined, 'freebsd')()).not.toThrow()
})
