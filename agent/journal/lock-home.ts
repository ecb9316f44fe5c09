import path from 'node:path'
import { refuse } from '../../shared/errors.ts'
import { lockFile, type FileLock } from './lock-file.ts'

export class AgentRunningError extends Error {
  override readonly name = 'AgentRunningError'

  constructor(folder: string) {
    super(`another agent is already running with the folder ${folder}`)
  }
}

/** Keeps a second agent off the same folder. @throws AgentRunningError, RefusalError folder-unwritable */
export function lockHome(folder: string): FileLock {
  const lock = tryLock(folder)
  if (lock === undefined) throw new AgentRunningError(folder)
  return lock
}

function tryLock(folder: string): FileLock | undefined {
  try {
    return lockFile(path.join(folder, 'lock.sqlite'))
  } catch (cause) {
    return refuse('folder-unwritable', { folder }, cause)
  }
}
