import { refusalOf, type Refusal } from '../../shared/errors.ts'
import type { DocumentView } from '../../shared/protocol/sign.ts'
import type { DocumentWorkers, SignedDocument, SignJob } from '../signing/sign-document.ts'
import type { UnlockedKey } from '../token/key-source.ts'
import type { Batch } from './batch.ts'
import type { Gate } from './gate.ts'
import type { KeyQueue } from './key-queue.ts'

/** Documents that are prepared while the key is at work, so that it never waits for one. */
const aheadOfKey = 3
/** Documents under way in all, the finished signatures that are being checked included. */
const underWayAtMost = 8

export interface SigningParts {
  batch: Batch
  keys: readonly Pick<UnlockedKey, 'release'>[]
  keyQueue: Pick<KeyQueue, 'sign'>
  workers: DocumentWorkers
  /** @throws RefusalError document-changed where the spooled bytes are not those that were approved */
  jobFor: (document: DocumentView) => SignJob
  /** What is to become of a signed document whose file was checked and has its name. */
  keep: (documentId: string, signed: SignedDocument) => void
  /** Aborted when nothing more may be signed. */
  stopped: AbortSignal
  /** Ends the batch for a reason that the documents still to come would meet as well. */
  stop: (refusal: Refusal) => void
  /** Shut while the clerk pauses. */
  gate: Pick<Gate, 'passed'>
  /** A defect, for the journal. */
  report: (thrown: unknown) => void
}

/** The key is lost, or the disk is: no other document would fare better. Everything else concerns one document. */
const stoppingCodes: readonly Refusal['code'][] = ['disk-full', 'folder-unwritable', 'cancelled']

/**
 * Signs the documents in their order, and never more than asked for. Resolves
 * when every document is checked, refused, or left where the stop found it.
 */
export async function signDocuments(documents: readonly DocumentView[], parts: SigningParts): Promise<void> {
  const line = new SigningLine(parts)
  for (const document of documents) {
    await line.room()
    await parts.gate.passed()
    if (parts.stopped.aborted) break
    if (!isSkipped(parts.batch, document)) line.start(document)
  }
  await line.keyDone()
  // The PIN is worth nothing to the documents that are only being checked.
  await Promise.all(parts.keys.map((key) => key.release()))
  await line.allDone()
}

function isSkipped(batch: Batch, { documentId }: DocumentView): boolean {
  return batch.document(documentId)?.state === 'refused'
}

class SigningLine {
  readonly #parts: SigningParts
  readonly #underWay = new Set<Promise<void>>()
  readonly #beforeKey = new Set<DocumentView>()
  #wake: (() => void)[] = []

  constructor(parts: SigningParts) {
    this.#parts = parts
  }

  room(): Promise<void> {
    return this.#until(() => this.#beforeKey.size <= aheadOfKey && this.#underWay.size < underWayAtMost)
  }

  keyDone(): Promise<void> {
    return this.#until(() => this.#beforeKey.size === 0)
  }

  allDone(): Promise<void> {
    return this.#until(() => this.#underWay.size === 0)
  }

  start(document: DocumentView): void {
    this.#beforeKey.add(document)
    const work = this.#sign(document).finally(() => {
      this.#beforeKey.delete(document)
      this.#underWay.delete(work)
      this.#changed()
    })
    this.#underWay.add(work)
  }

  async #sign(document: DocumentView): Promise<void> {
    const { batch, workers, jobFor, keep, stopped, stop, report } = this.#parts
    const { documentId } = document
    try {
      const job = jobFor(document)
      const onPrepared = () => this.#prepared(documentId)
      const signed = await workers.sign(job, (digest, step) => this.#askKey(document, digest, step), onPrepared)
      keep(documentId, signed)
    } catch (thrown) {
      const refusal = refusalOf(thrown)
      if (refusal.code === 'unexpected') report(thrown)
      if (stopped.aborted || isSkipped(batch, document)) return
      if (stoppingCodes.includes(refusal.code)) return stop(refusal)
      try {
        batch.refuseDocument(documentId, refusal)
      } catch (cause) {
        stop(refusalOf(cause))
      }
    }
  }

  /** A document of several signatures is signed with the last of them. */
  #askKey(document: DocumentView, digest: Uint8Array, { more, byOwnKey } = { more: false, byOwnKey: false }): Promise<Uint8Array> {
    const { batch, keyQueue } = this.#parts
    const { documentId } = document
    const whenSigned = (): void => {
      if (more) return
      batch.signed(documentId)
      this.#beforeKey.delete(document)
      this.#changed()
    }
    return keyQueue.sign({ documentId, digest, byOwnKey, isSkipped: () => isSkipped(batch, document), whenSigned })
  }

  /** A document whose worker died is prepared once more; that is no news. */
  #prepared(documentId: string): void {
    const { batch, stopped, stop } = this.#parts
    if (stopped.aborted || batch.document(documentId)?.state !== 'approved') return
    try {
      batch.prepared(documentId)
    } catch (thrown) {
      stop(refusalOf(thrown))
    }
  }

  async #until(reached: () => boolean): Promise<void> {
    while (!reached()) await new Promise<void>((resolve) => this.#wake.push(resolve))
  }

  #changed(): void {
    const woken = this.#wake
    this.#wake = []
    for (const wake of woken) wake()
  }
}
