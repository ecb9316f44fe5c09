import type { DiskFiles } from '../../../extension/background/disk-files.ts'

/** What IndexedDB keeps in a browser. */
export function memoryFiles(): DiskFiles & { held: Map<string, Blob> } {
  const held = new Map<string, Blob>()
  return {
    held,
    put: (key, file) => Promise.resolve(void held.set(key, file)),
    get: (key) => Promise.resolve(held.get(key)),
    keys: () => Promise.resolve([...held.keys()]),
    remove: (keys) => Promise.resolve(keys.forEach((key) => held.delete(key))),
  }
}
