import { closeSync, fsyncSync, openSync, writeSync } from 'node:fs'
import path from 'node:path'
import { renamePatientlySync } from './rename-patiently.ts'

/**
 * A small file, whole or not at all, for this user alone: written beside, flushed, renamed over, and its folder flushed, so that
 * neither a crash nor a power cut brings the old one back once this has returned.
 */
export function writeDurably(file: string, text: string): void {
  const beside = `${file}.part`
  flushed(openSync(beside, 'w', 0o600), (descriptor) => writeSync(descriptor, text))
  renamePatientlySync(beside, file)
  // Windows cannot flush a folder; its file system journals the rename itself.
  if (process.platform !== 'win32') flushed(openSync(path.dirname(file), 'r'))
}

function flushed(descriptor: number, write?: (descriptor: number) => void): void {
  try {
    write?.(descriptor)
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}
