import { DatabaseSync } from 'node:sqlite'

export interface FileLock {
  release(): void
}

/**
 * Holds `file` against every other process, and against another holder in this one. The lock is SQLite's file lock, which
 * the operating system lifts when the process ends in whatever way; a file with a process id would outlive it. The file stays.
 *
 * @param waitMs how long another holder is waited for, in milliseconds
 * @returns undefined where another holds it
 * @throws Error where the file cannot be made or opened
 */
export function lockFile(file: string, waitMs = 0): FileLock | undefined {
  const lock = new DatabaseSync(file)
  try {
    lock.exec(`PRAGMA busy_timeout = ${waitMs}; PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE`)
  } catch (cause) {
    lock.close()
    if (cause instanceof Error && cause.message.includes('locked')) return undefined
    throw cause
  }
  return { release: () => lock.close() }
}
