import { open } from 'node:fs/promises'
import { refuse } from '../../shared/errors.ts'
import type { Limits } from '../../shared/protocol/limits.ts'
import type { DocumentView } from '../../shared/protocol/sign.ts'
import type { Batch } from './batch.ts'
import type { Link } from './link.ts'

export interface ReturnParts {
  link: Link
  file: string
  limits: Limits
}

/** A signed document on its way back over one connection: at most a window of pieces without an answer. */
export class Return {
  readonly #batch: Batch
  readonly #document: DocumentView
  readonly #parts: ReturnParts
  #answeredOffset = 0
  #isClosed = false
  #wake: (() => void) | undefined

  constructor(batch: Batch, document: DocumentView, parts: ReturnParts) {
    this.#batch = batch
    this.#document = document
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

  /** Resolves when the last piece and `bytes` are out, or the connection is gone. */
  async send(): Promise<void> {
    const { link, limits, file } = this.#parts
    const { batchId } = this.#batch
    const { documentId, signedBytes = 0, signedSha256 = '' } = this.#document
    const handle = await open(file, 'r')
    try {
      for (let offset = 0; offset < signedBytes; ) {
        if (!(await this.#room(offset))) return
        const bytes = new Uint8Array(Math.min(limits.chunkBytes, signedBytes - offset))
        const { bytesRead } = await handle.read(bytes, 0, bytes.length, offset)
        if (bytesRead !== bytes.length) refuse('document-changed')
        if (!(await link.sendChunk({ documentId, offset, bytes }))) return
        offset += bytesRead
      }
    } finally {
      await handle.close()
    }
    if (this.#isClosed) return
    if (this.#batch.document(documentId)?.state === 'checked') this.#batch.returned(documentId)
    link.tell({ kind: 'sign', step: 'bytes', batchId, documentId, sizeBytes: signedBytes, sha256: signedSha256 })
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
