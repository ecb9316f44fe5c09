import { open } from 'node:fs/promises'
import { refuse } from '../../shared/errors.ts'
import type { Limits } from '../../shared/protocol/limits.ts'
import type { Link } from './link.ts'

export interface FileToSend {
  link: Link
  limits: Limits
  file: string
  sizeBytes: number
  /** What its chunks are called by. */
  chunkId: string
}

/** A file of the spool on its way over one connection: at most a window of pieces without an answer. */
export class FileSending {
  readonly #parts: FileToSend
  #answeredOffset = 0
  #isClosed = false
  #wake: (() => void) | undefined

  constructor(parts: FileToSend) {
    this.#parts = parts
  }

  answered(nextOffset: number): void {
    this.#answeredOffset = Math.max(this.#answeredOffset, nextOffset)
    this.#wake?.()
  }

  close(): void {
    this.#isClosed = true
    this.#wake?.()
  }

  /** Resolves to true when the last piece is out, to false where it was closed before or the connection is gone. */
  async send(): Promise<boolean> {
    const { link, limits, file, sizeBytes, chunkId } = this.#parts
    const handle = await open(file, 'r')
    try {
      for (let offset = 0; offset < sizeBytes; ) {
        if (!(await this.#room(offset))) return false
        const bytes = new Uint8Array(Math.min(limits.chunkBytes, sizeBytes - offset))
        const { bytesRead } = await handle.read(bytes, 0, bytes.length, offset)
        if (bytesRead !== bytes.length) refuse('document-changed')
        if (!(await link.sendChunk({ documentId: chunkId, offset, bytes }))) return false
        offset += bytesRead
      }
    } finally {
      await handle.close()
    }
    return !this.#isClosed
  }

  /** False where the other side fell silent or is gone. */
  async #room(offset: number): Promise<boolean> {
    const { link, limits } = this.#parts
    while (!this.#isClosed && offset - this.#answeredOffset >= limits.chunkWindow * limits.chunkBytes) {
      const silence = setTimeout(() => link.closeSilent(), limits.chunkSilenceMs)
      await new Promise<void>((resolve) => (this.#wake = resolve))
      clearTimeout(silence)
    }
    return !this.#isClosed
  }
}
