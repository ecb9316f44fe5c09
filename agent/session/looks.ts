import { refusalOf, refuse } from '../../shared/errors.ts'
import { waitsForStamp } from '../../shared/protocol/document-states.ts'
import type { Limits } from '../../shared/protocol/limits.ts'
import type { DocumentState, SignToAgent } from '../../shared/protocol/sign.ts'
import type { Batch } from './batch.ts'
import type { Link } from './link.ts'
import { FileSending } from './send-file.ts'
import type { Spool } from './spool.ts'

export interface LookParts {
  link: Link
  spool: Spool
  limits: Limits
  report: (thrown: unknown) => void
}

type LookRequest = Pick<Extract<SignToAgent, { step: 'look' }>, 'batchId' | 'documentId' | 'lookId'>

/** Each holds an open file and a window of chunks. */
const looksAtOnce = 16

/** In these the spool holds what will be signed, or what was. */
const shown: readonly DocumentState[] = ['received', 'approved', 'prepared', 'signed', 'stamped', 'checked', 'returned', 'delivered', 'sending', 'sent']

/** The agent's own copies of documents, shown to the clerk over one connection. Nothing of a batch changes by a look. */
export class Looks {
  readonly #parts: LookParts
  readonly #under = new Map<string, FileSending>()

  constructor(parts: LookParts) {
    this.#parts = parts
  }

  /** Resolves when the copy is out, the clerk looked away, or it was told why there is nothing to see. */
  async look({ batchId, documentId, lookId }: LookRequest, find: () => Promise<Batch>): Promise<void> {
    const { link, limits, report } = this.#parts
    try {
      const batch = await find()
      if (this.#under.has(lookId) || this.#under.size >= looksAtOnce) refuse('message-malformed', { kind: 'look' })
      const { file, sizeBytes, sha256 } = this.#copy(batch, documentId)
      const sending = new FileSending({ link, limits, file, sizeBytes, chunkId: lookId })
      this.#under.set(lookId, sending)
      const isOut = await sending.send().finally(() => this.#under.delete(lookId))
      if (isOut) link.tell({ kind: 'sign', step: 'looked', batchId, lookId, sizeBytes, sha256 })
    } catch (thrown) {
      const refusal = refusalOf(thrown)
      if (refusal.code === 'unexpected') report(thrown)
      link.tell({ kind: 'sign', step: 'unseen', batchId, lookId, refusal })
    }
  }

  answered(lookId: string, nextOffset: number): void {
    this.#under.get(lookId)?.answered(nextOffset)
  }

  away(lookId: string): void {
    this.#under.get(lookId)?.close()
  }

  close(): void {
    for (const sending of this.#under.values()) sending.close()
  }

  #copy(batch: Batch, documentId: string): { file: string; sizeBytes: number; sha256: string } {
    const { spool } = this.#parts
    const document = batch.document(documentId)
    if (document === undefined || !shown.includes(document.state)) return refuse('batch-unknown')
    const { sizeBytes = 0, sha256 = '', signedBytes, signedSha256 } = document
    const signedFile = waitsForStamp(document) ? spool.waitingPath.bind(spool) : spool.signedPath.bind(spool)
    const copy =
      signedBytes === undefined || signedSha256 === undefined
        ? { file: spool.originalPath(batch.batchId, documentId), sizeBytes, sha256 }
        : { file: signedFile(batch.batchId, documentId), sizeBytes: signedBytes, sha256: signedSha256 }
    return spool.sizeOf(copy.file) === copy.sizeBytes ? copy : refuse('batch-unknown')
  }
}
