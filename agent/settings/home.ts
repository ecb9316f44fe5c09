import { chmodSync, mkdirSync } from 'node:fs'
import { homedir } from 'node:os'
import path from 'node:path'
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
