import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { onTestFinished } from 'vitest'
import { expectNoPinIn } from './canary-pins.ts'

/** A folder of the running test's own, removed when the test ends. */
export function tempFolder(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'antin-test-'))
  onTestFinished(() => {
    try {
      expectNoPinIn(folder)
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  })
  return folder
}
