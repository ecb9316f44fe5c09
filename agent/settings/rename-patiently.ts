import { renameSync } from 'node:fs'
import { rename } from 'node:fs/promises'
import { setTimeout as pause } from 'node:timers/promises'

/**
 * A virus scanner or an indexer opens a file as soon as it was written, and for some 100 ms Windows lets nobody rename it or put another in
 * its place. A rename is all or nothing, so that asking again does nothing twice. Elsewhere these codes mean what they say.
 */
const pausesMs = [10, 20, 40, 80, 160, 320, 640]
const passing = new Set(['EPERM', 'EACCES', 'EBUSY'])

/** As `rename` of node:fs/promises, for a file of ours. Throws what the last try said. */
export async function renamePatiently(from: string, to: string): Promise<void> {
  for (const pauseMs of pausesMs) {
    try {
      return await rename(from, to)
    } catch (cause) {
      if (!mayPass(cause)) throw cause
    }
    await pause(pauseMs)
  }
  await rename(from, to)
}

/** As `renameSync`. It holds its thread up, as the writing before it does. */
export function renamePatientlySync(from: string, to: string): void {
  for (const pauseMs of pausesMs) {
    try {
      return renameSync(from, to)
    } catch (cause) {
      if (!mayPass(cause)) throw cause
    }
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, pauseMs)
  }
  renameSync(from, to)
}

function mayPass(cause: unknown): boolean {
  return process.platform === 'win32' && passing.has((cause as NodeJS.ErrnoException).code ?? '')
}
