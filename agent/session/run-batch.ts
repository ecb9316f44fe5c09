import { refusal as refusalValue, refusalOf, refuse, RefusalError, type Refusal } from '../../shared/errors.ts'
import type { Limits } from '../../shared/protocol/limits.ts'
import { shortCode, type DocumentView } from '../../shared/protocol/sign.ts'
import type { Settings } from '../settings/settings.ts'
import type { DocumentWorkers, SignJob } from '../signing/sign-document.ts'
import type { KeyInfo, KeySource, UnlockedKey } from '../token/key-source.ts'
import { appearanceFor } from './appearance.ts'
import type { Batch } from './batch.ts'
import { pinPrompt } from './pin-prompt.ts'
import { signDocuments } from './sign-documents.ts'
import { sha256OfFile, type Spool } from './spool.ts'

export interface RunParts {
  keys: KeySource
  workers: DocumentWorkers
  spool: Spool
  settings: Settings
  limits: Limits
  report: (thrown: unknown) => void
}

/** One approval on its way: from the PIN window to the last document. It ends done, stopped or cancelled. */
export class BatchRun {
  /** Resolves when the key is released and nothing is under way any more. Never rejects. */
  readonly ended: Promise<void>
  readonly #batch: Batch
  readonly #approved: readonly DocumentView[]
  readonly #key: KeyInfo
  readonly #parts: RunParts
  readonly #stopping = new AbortController()
  readonly #idle: NodeJS.Timeout
  #outcome: (() => void) | undefined

  constructor(batch: Batch, approved: readonly DocumentView[], key: KeyInfo, parts: RunParts) {
    this.#batch = batch
    this.#approved = approved
    this.#key = key
    this.#parts = parts
    this.#idle = setTimeout(() => this.stop(refusalValue('consent-expired')), parts.limits.consentIdleMs)
    this.ended = this.#run()
  }

  /** Nothing more is signed; what has its signature is still checked and kept. */
  stop(refusal: Refusal): void {
    this.#end(() => this.#batch.stop(refusal))
  }

  cancel(): void {
    this.#end(() => this.#batch.cancel())
  }

  /** The first reason holds. */
  #end(outcome: () => void): void {
    this.#outcome ??= outcome
    this.#stopping.abort()
  }

  async #run(): Promise<void> {
    try {
      const key = await this.#unlock()
      try {
        this.#batch.startSigning()
        await this.#sign(key)
      } finally {
        await key.release()
      }
    } catch (thrown) {
      const refusal = refusalOf(thrown)
      if (refusal.code === 'unexpected') this.#parts.report(thrown)
      this.stop(refusal)
    } finally {
      clearTimeout(this.#idle)
    }
    try {
      if (this.#outcome) this.#outcome()
      else this.#batch.finish()
    } catch (thrown) {
      // A full disk: the end cannot be written. The next start would find the same as a stop leaves behind.
      this.#parts.report(thrown)
      this.#batch.stop(refusalOf(thrown))
    }
  }

  async #unlock(): Promise<UnlockedKey> {
    const { keys, settings } = this.#parts
    const { certificate, pageOrigin, documents } = this.#batch.record
    const consent = {
      pageOrigin,
      certificate,
      names: this.#approved.map(({ name }) => name),
      total: documents.length,
      shortCode: shortCode(this.#batch.digestListSha256 ?? ''),
    }
    const authorising = keys.authorise(certificate.sha256, pinPrompt(consent, settings.language), this.#stopping.signal)
    const authorisation = await this.#unlessStopped(authorising, async (late) => {
      if (late.state === 'now') await late.key.release()
    })
    if (authorisation.state === 'now') return authorisation.key
    this.#batch.wait(authorisation.reference)
    const collecting = keys.collect?.(authorisation.reference) ?? refuse('unexpected')
    return this.#unlessStopped(collecting, (late) => late.release())
  }

  /** A window that is answered, or a key that comes, after the batch has ended, unlocks nothing. */
  async #unlessStopped<Value>(work: Promise<Value>, drop: (late: Value) => Promise<void>): Promise<Value> {
    const value = await work
    if (!this.#stopping.signal.aborted) return value
    await drop(value)
    throw new RefusalError(refusalValue('cancelled'))
  }

  #sign(key: UnlockedKey): Promise<void> {
    const { workers, report } = this.#parts
    return signDocuments(this.#approved, {
      batch: this.#batch,
      key,
      workers,
      jobFor: (document) => this.#jobFor(document),
      stopped: this.#stopping.signal,
      stop: (refusal) => this.stop(refusal),
      onSignature: () => void this.#idle.refresh(),
      report,
    })
  }

  /** The bytes on the disk must still be those that the clerk agreed to. */
  async #jobFor({ documentId, sha256 }: DocumentView): Promise<SignJob> {
    const { batchId, profile, certificate } = this.#batch.record
    const { spool, settings } = this.#parts
    const input = spool.originalPath(batchId, documentId)
    if ((await sha256OfFile(input)) !== sha256) refuse('document-changed')
    const signedAt = new Date()
    return {
      input,
      output: spool.signedPath(batchId, documentId),
      certificates: [this.#key.certificate, ...this.#key.chain],
      algorithm: this.#key.algorithm,
      signedAt,
      appearance: appearanceFor(profile, certificate, settings.appearance, signedAt),
    }
  }
}
