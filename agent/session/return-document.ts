import type { Limits } from '../../shared/protocol/limits.ts'
import type { DocumentView } from '../../shared/protocol/sign.ts'
import type { Batch } from './batch.ts'
import type { Link } from './link.ts'
import { FileSending } from './send-file.ts'

export interface ReturnParts {
  link: Link
  file: string
  limits: Limits
}

/** A signed document on its way back over one connection. */
export class Return {
  readonly #batch: Batch
  readonly #document: DocumentView
  readonly #link: Link
  readonly #sending: FileSending

  constructor(batch: Batch, document: DocumentView, { link, file, limits }: ReturnParts) {
    this.#batch = batch
    this.#document = document
    this.#link = link
    this.#sending = new FileSending({ link, file, limits, sizeBytes: document.signedBytes ?? 0, chunkId: document.documentId })
  }

  answered(nextOffset: number): void {
    this.#sending.answered(nextOffset)
  }

  close(): void {
    this.#sending.close()
  }

  /** Resolves when the last piece and `bytes` are out, or the connection is gone. */
  async send(): Promise<void> {
    const { batchId } = this.#batch
    const { documentId, signedBytes = 0, signedSha256 = '' } = this.#document
    if (!(await this.#sending.send())) return
    if (this.#batch.document(documentId)?.state === 'checked') this.#batch.returned(documentId)
    this.#link.tell({ kind: 'sign', step: 'bytes', batchId, documentId, sizeBytes: signedBytes, sha256: signedSha256 })
  }
}
