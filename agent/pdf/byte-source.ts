import { closeSync, fstatSync, openSync, readSync } from 'node:fs'

/** Random access to a document's bytes, synchronous: it runs in worker threads. */
export interface ByteSource {
  readonly sizeBytes: number
  /**
   * The bytes from `offset` on, shorter at the end of the document. They are a view that the caller may keep but
   * must not change.
   */
  read(offset: number, lengthBytes: number): Uint8Array
  /** The same into memory of the caller's, for passes over whole files: returns the part that was filled. */
  readInto(offset: number, into: Uint8Array): Uint8Array
  close(): void
}

export function memorySource(bytes: Uint8Array): ByteSource {
  const plain = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return {
    sizeBytes: plain.length,
    read: (offset, lengthBytes) => plain.subarray(Math.max(0, offset), Math.max(0, offset) + Math.max(0, lengthBytes)),
    readInto(offset, into) {
      const bytes = this.read(offset, into.length)
      into.set(bytes)
      return into.subarray(0, bytes.length)
    },
    close: () => undefined,
  }
}

/** The first bytes of a document: an earlier revision of it, as a signature covers it. */
export function prefixSource(source: ByteSource, sizeBytes: number): ByteSource {
  const size = Math.max(0, Math.min(sizeBytes, source.sizeBytes))
  return {
    sizeBytes: size,
    read: (offset, lengthBytes) => source.read(offset, Math.min(lengthBytes, size - offset)),
    readInto: (offset, into) => source.readInto(offset, into.subarray(0, Math.max(0, Math.min(into.length, size - offset)))),
    close: () => source.close(),
  }
}

const blockBytes = 64 * 1024

/** A file that is never whole in memory: one block of 64 KiB is kept, as neighbouring objects are read together. */
export function fileSource(path: string): ByteSource {
  const descriptor = openSync(path, 'r')
  const sizeBytes = fstatSync(descriptor).size
  let block = new Uint8Array(0)
  let blockStart = 0

  return {
    sizeBytes,
    read(offset, lengthBytes) {
      const start = Math.min(Math.max(0, offset), sizeBytes)
      const end = Math.min(start + Math.max(0, lengthBytes), sizeBytes)
      if (end - start > blockBytes) return fill(descriptor, start, new Uint8Array(end - start))
      if (start < blockStart || end > blockStart + block.length) {
        blockStart = start
        block = fill(descriptor, start, new Uint8Array(Math.min(blockBytes, sizeBytes - start)))
      }
      return block.subarray(start - blockStart, end - blockStart)
    },
    readInto: (offset, into) => fill(descriptor, Math.max(0, offset), into),
    close: () => closeSync(descriptor),
  }
}

function fill<Memory extends Uint8Array>(descriptor: number, start: number, into: Memory): Memory {
  let filled = 0
  while (filled < into.length) {
    const count = readSync(descriptor, into, filled, into.length - filled, start + filled)
    if (count === 0) break
    filled += count
  }
  return into.subarray(0, filled) as Memory
}
