import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { refuse } from '../../shared/errors.ts'

export class AgentRunningError extends Error {
  override readonly name = 'AgentRunningError'

  constructor(folder: string) {
    super(`another agent is already running with the folder ${folder}`)
  }
}

/**
 * Keeps a second agent off the same folder. The lock is SQLite's file lock, which the operating system lifts
 * when the process ends in whatever way; a file with a process id would outlive it.
 */
export function lockHome(folder: string): { release(): void } {
  const lock = new DatabaseSync(path.join(folder, 'lock.sqlite'))
  try {
    lock.exec('PRAGMA busy_timeout = 0; PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE')
  } catch (cause) {
    lock.close()
    if (cause instanceof Error && cause.message.includes('locked')) throw new AgentRunningError(folder)
    return refuse('folder-unwritable', { folder }, cause)
  }
  return { release: () => lock.close() }
}
