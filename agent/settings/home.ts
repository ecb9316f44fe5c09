import { chmodSync, mkdirSync } from 'node:fs'
import { homedir } from 'node:os'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { refuse } from '../../shared/errors.ts'

/** Where the agent keeps its state: ANTIN_HOME, else the place that the operating system has for it. */
export function homeFolder(environment: NodeJS.ProcessEnv = process.env, platform: NodeJS.Platform = process.platform): string {
  if (environment.ANTIN_HOME) return path.resolve(environment.ANTIN_HOME)
  if (platform === 'win32') return path.join(environment.LOCALAPPDATA ?? path.join(homedir(), 'AppData', 'Local'), 'Antin')
  return path.join(environment.XDG_STATE_HOME ?? path.join(homedir(), '.local', 'state'), 'antin')
}

/** Makes the folder with access for this user alone. */
export function openHome(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    chmodSync(folder, 0o700)
  } catch (cause) {
    refuse('folder-unwritable', { folder }, cause)
  }
}

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
