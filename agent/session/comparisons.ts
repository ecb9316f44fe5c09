import { refusalOf, refuse } from '../../shared/errors.ts'
import type { Chunk } from '../../shared/protocol/chunk.ts'
import type { Limits } from '../../shared/protocol/limits.ts'
import type { DocumentWorkers } from '../signing/sign-document.ts'
import type { Batch } from './batch.ts'
import type { Link } from './link.ts'
import type { Reception, Spool } from './spool.ts'

export interface ComparisonParts {
  link: Link
  spool: Spool
  workers: DocumentWorkers
  limits: Limits
  report: (thrown: unknown) => void
}

interface Comparison {
  batch: Batch
  documentId: string
  reception: Promise<Reception>
  silence: NodeJS.Timeout
}

const comparisonsAtOnce = 4

/**
 * Files that the document system holds, read back by the extension and held against what was signed. A copy never gets a name on the
 * disk: whatever becomes of it, it is gone when the verdict is told, and a start removes what a killed agent left.
 */
export class Comparisons {
  readonly #parts: ComparisonParts
  readonly #under = new Map<string, Comparison>()

  constructor(parts: ComparisonParts) {
    this.#parts = parts
  }

  has(copyId: string): boolean {
    return this.#under.has(copyId)
  }

  begin(batch: Batch, documentId: string, copyId: string): void {
    const state = batch.document(documentId)?.state
    const isKept = state === 'checked' || state === 'returned'
    if (!isKept || batch.document(copyId) || this.#under.has(copyId) || this.#under.size >= comparisonsAtOnce) refuse('message-malformed', { kind: 'sign' })
    const { link, limits, spool } = this.#parts
    const silence = setTimeout(() => link.closeSilent(), limits.chunkSilenceMs)
    const reception = spool.receive(batch.batchId, copyId)
    // Its failure is told by the first chunk, or by `sent`.
    reception.catch(() => undefined)
    this.#under.set(copyId, { batch, documentId, reception, silence })
  }

  async chunk({ documentId: copyId, offset, bytes }: Chunk): Promise<void> {
    const comparison = this.#under.get(copyId)
    if (!comparison) return
    comparison.silence.refresh()
    try {
      const nextOffset = await (await comparison.reception).write(offset, bytes)
      this.#parts.link.tell({ kind: 'sign', step: 'received-chunk', batchId: comparison.batch.batchId, documentId: copyId, nextOffset })
    } catch (thrown) {
      await this.#giveUp(copyId, thrown)
    }
  }

  /** The whole copy is here: the verdict is in the journal before it is told. */
  async sent({ documentId: copyId, sizeBytes, sha256 }: { documentId: string; sizeBytes: number; sha256: string }): Promise<void> {
    const comparison = this.#under.get(copyId)
    if (!comparison) return
    const { batch, documentId, silence } = comparison
    clearTimeout(silence)
    try {
      const copy = await (await comparison.reception).endUnnamed({ sizeBytes, sha256 })
      const verdict = await this.#judge(batch, documentId, { copy, sha256 })
      batch.compared(documentId, verdict, sha256)
      this.#parts.link.tell({ kind: 'sign', step: 'compared', batchId: batch.batchId, copyId, verdict })
      await this.#drop(copyId)
    } catch (thrown) {
      await this.#giveUp(copyId, thrown)
    }
  }

  /** The copy could not be read to its end. */
  lost(copyId: string): Promise<void> {
    return this.#drop(copyId)
  }

  close(): void {
    for (const copyId of [...this.#under.keys()]) this.#drop(copyId).catch(this.#parts.report)
  }

  #judge({ batchId, record }: Batch, documentId: string, { copy, sha256 }: { copy: string; sha256: string }) {
    const { spool, workers } = this.#parts
    const document = record.documents.find((candidate) => candidate.documentId === documentId)
    if (sha256 === document?.signedSha256) return 'same'
    return sha256 === document?.sha256 ? 'original' : workers.compare(spool.signedPath(batchId, documentId), copy)
  }

  async #giveUp(copyId: string, thrown: unknown): Promise<void> {
    const comparison = this.#under.get(copyId)
    if (!comparison) return
    await this.#drop(copyId)
    const refusal = refusalOf(thrown)
    if (refusal.code === 'unexpected') this.#parts.report(thrown)
    this.#parts.link.tell({ kind: 'sign', step: 'incomparable', batchId: comparison.batch.batchId, copyId, refusal })
  }

  async #drop(copyId: string): Promise<void> {
    const comparison = this.#under.get(copyId)
    if (!comparison) return
    clearTimeout(comparison.silence)
    this.#under.delete(copyId)
    const reception = await comparison.reception.catch(() => undefined)
    await reception?.discard()
  }
}
