import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { onTestFinished } from 'vitest'
import { expectNoPinIn } from './canary-pins.ts'

/** Where files cost no disk, for tests of something else than that: a flush may take a hundred times as long as a message. */
export const memoryFolder = existsSync('/dev/shm') ? '/dev/shm' : tmpdir()

/** A folder of the running test's own, removed when the test ends. */
export function tempFolder(under = tmpdir()): string {
  const folder = mkdtempSync(path.join(under, 'antin-test-'))
  onTestFinished(() => {
    try {
      expectNoPinIn(folder)
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  })
  return folder
}
