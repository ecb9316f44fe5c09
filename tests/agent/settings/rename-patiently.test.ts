import fs, { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import path from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { renamePatiently, renamePatientlySync } from '../../../agent/settings/rename-patiently.ts'
import { writeDurably } from '../../../agent/settings/write-durably.ts'
import { tempFolder } from '../../support/temp-folder.ts'

const { renameSync } = fs
const { rename } = fs.promises
const { platform } = process
afterEach(() => {
  become(platform)
  fs.renameSync = renameSync
  fs.promises.rename = rename
  syncBuiltinESMExports()
})

function become(value: NodeJS.Platform): void {
  Object.defineProperty(process, 'platform', { value })
}

/** A scanner has the file open for so many tries. @returns the tries so far */
function hold(code: string, tries: number): () => number {
  let tried = 0
  const refuses = (): void => {
    if (++tried <= tries) throw Object.assign(new Error(`${code}: operation not permitted, rename`), { code })
  }
  fs.renameSync = (from, to) => (refuses(), renameSync(from, to))
  fs.promises.rename = async (from, to) => (refuses(), rename(from, to))
  syncBuiltinESMExports()
  return () => tried
}

function files() {
  const folder = tempFolder()
  const [from, to] = [path.join(folder, 'a.part'), path.join(folder, 'a')]
  writeFileSync(from, 'new')
  writeFileSync(to, 'old')
  return { from, to, folder }
}

/** The one that holds its thread up, asked as the other. */
function atOnce(from: string, to: string): Promise<void> {
  return new Promise((resolve) => resolve(renamePatientlySync(from, to)))
}

describe.each([['renamePatiently', renamePatiently], ['renamePatientlySync', atOnce]] as const)('%s', (_, patiently) => {
  it.each(['EPERM', 'EACCES', 'EBUSY'])('asks again on Windows where a scanner has the file open: %s', async (code) => {
    const { from, to } = files()
    become('win32')
    const tried = hold(code, 3)
    await patiently(from, to)
    expect([tried(), readFileSync(to, 'utf8'), existsSync(from)]).toEqual([4, 'new', false])
  })

  it('gives up in the end, and both files are as they were', async () => {
    const { from, to } = files()
    become('win32')
    const tried = hold('EPERM', Infinity)
    await expect(patiently(from, to)).rejects.toMatchObject({ code: 'EPERM' })
    expect([tried(), readFileSync(from, 'utf8'), readFileSync(to, 'utf8')]).toEqual([8, 'new', 'old'])
  })

  it.each([['win32', 'ENOSPC'], ['win32', 'ENOENT'], ['linux', 'EACCES'], ['linux', 'EPERM']] as const)('and never where it says what will not pass: %s, %s', async (system, code) => {
    const { from, to } = files()
    become(system)
    const tried = hold(code, 1)
    await expect(patiently(from, to)).rejects.toMatchObject({ code })
    expect(tried()).toBe(1)
  })
})

it('a file that is written durably outlasts a scanner', () => {
  const { to } = files()
  become('win32')
  hold('EBUSY', 2)
  writeDurably(to, 'whole')
  expect(readFileSync(to, 'utf8')).toBe('whole')
})
