import { refusal as refusalValue, refusalOf, refuse, RefusalError, type Refusal } from '../../shared/errors.ts'
import type { CertificateView } from '../../shared/protocol/list-certificates.ts'
import type { Limits } from '../../shared/protocol/limits.ts'
import { shortCode } from '../../shared/protocol/digest-list.ts'
import type { DocumentView } from '../../shared/protocol/sign.ts'
import type { Settings } from '../settings/settings.ts'
import type { RaisedLevel } from '../signing/raise-document.ts'
import type { DocumentWorkers, SignedDocument, SignJob } from '../signing/sign-document.ts'
import { usualLevel } from '../signing/usual-level.ts'
import type { KeyInfo, KeySource, UnlockedKey } from '../token/key-source.ts'
import { actRequest } from './act-request.ts'
import type { Batch } from './batch.ts'
import { ConsentClock } from './consent-clock.ts'
import { Gate } from './gate.ts'
import { KeyQueue } from './key-queue.ts'
import type { ImageStore } from './image-store.ts'
import { pinPrompt } from './pin-prompt.ts'
import type { RunKeys, UnlockedKeys } from './run-keys.ts'
import { signDocuments } from './sign-documents.ts'
import type { Spool } from './spool.ts'
import type { StampLine } from './stamp-line.ts'

export interface RunParts {
  keys: KeySource
  workers: DocumentWorkers
  spool: Spool
  stamps: StampLine
  settings: Settings
  images: ImageStore
  limits: Limits
  /** Keeps the PC from falling asleep until the returned function is called. */
  stayAwake: () => () => void
  report: (thrown: unknown) => void
}

/** A key that is confirmed elsewhere and was asked for before the agent was started anew. */
export interface WaitingKey {
  reference: string
  /** When the clerk gave the consent, in milliseconds since the epoch. */
  sinceMs: number
}

/** One approval on its way: from the PIN window to the last document. It ends done, stopped or cancelled. */
export class BatchRun {
  /** Resolves when the key is released and nothing is under way any more. Never rejects. */
  readonly ended: Promise<void>
  readonly #batch: Batch
  readonly #approved: readonly DocumentView[]
  readonly #key: KeyInfo
  readonly #ownKey: KeyInfo | undefined
  readonly #parts: RunParts
  readonly #stopping = new AbortController()
  readonly #consent: ConsentClock
  readonly #waiting: WaitingKey | undefined
  readonly #gate = new Gate()
  #keyQueue: KeyQueue | undefined
  /** Beyond B-B, what is signed waits for servers, and nobody waits for it. */
  readonly #level: RaisedLevel | undefined
  #outcome: (() => void) | undefined

  constructor(batch: Batch, approved: readonly DocumentView[], { key, ownKey }: RunKeys, parts: RunParts, waiting?: WaitingKey) {
    this.#batch = batch
    this.#approved = approved
    this.#key = key
    this.#ownKey = ownKey
    this.#parts = parts
    this.#waiting = waiting
    this.#level = usualLevel(parts.settings, certificatesOf(key))
    this.#consent = new ConsentClock(parts.limits.consentIdleMs, () => this.stop(refusalValue('consent-expired')), waiting?.sinceMs)
    this.ended = this.#run()
  }

  /** Nothing more is signed; what has its signature is still checked and kept. */
  stop(refusal: Refusal): void {
    this.#end(() => this.#batch.stop(refusal))
  }

  /** The agent ends. What waits for a key goes on after its next start. */
  close(): void {
    const outcome = this.#batch.waiting === 'key' ? () => undefined : () => this.#batch.stop(refusalValue('batch-stopped'))
    this.#end(outcome)
  }

  /** After the signature under way. The consent lives on, and its end stops the batch as ever. */
  pause(): void {
    if (this.#batch.state !== 'signing' || this.#stopping.signal.aborted) return this.#batch.tell()
    this.#batch.pause()
    this.#gate.shut()
    this.#keyQueue?.takeBack()
  }

  goOn(): void {
    if (this.#batch.state !== 'paused' || this.#stopping.signal.aborted) return this.#batch.tell()
    this.#batch.goOn()
    this.#gate.open()
  }

  /** Whether the token works at this document: then it can no longer be left out. */
  hasAtKey(documentId: string): boolean {
    return this.#keyQueue?.atKey === documentId
  }

  /** A document that was left out is not signed, also where the key has its digest already. */
  skipped(documentId: string): void {
    this.#keyQueue?.takeBack(documentId)
  }

  cancel(): void {
    this.#end(() => this.#batch.cancel())
  }

  /** The first reason holds. */
  #end(outcome: () => void): void {
    this.#outcome ??= outcome
    this.#stopping.abort()
    this.#gate.open()
  }

  async #run(): Promise<void> {
    try {
      const keys = await this.#unlock()
      let maySleep: (() => void) | undefined
      try {
        maySleep = this.#parts.stayAwake()
        this.#batch.startSigning()
        await this.#sign(keys)
      } finally {
        maySleep?.()
        await Promise.all([keys.key.release(), keys.ownKey?.release()])
      }
    } catch (thrown) {
      const refusal = refusalOf(thrown)
      if (refusal.code === 'unexpected') this.#parts.report(thrown)
      this.stop(refusal)
    } finally {
      this.#consent.end()
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

  /** The registrar's own key first, then the key of the act: a PIN window for each, which names its key. */
  async #unlock(): Promise<UnlockedKeys> {
    if (this.#waiting) return { key: await this.#collect(this.#waiting.reference), ownKey: undefined }
    const { certificate, details: { ownCertificate } } = this.#batch.record
    if (ownCertificate === undefined) return { key: await this.#unlockOne(certificate), ownKey: undefined }
    const ownKey = await this.#unlockOne(ownCertificate, 'own')
    try {
      return { key: await this.#unlockOne(certificate, 'seal'), ownKey }
    } catch (thrown) {
      await ownKey.release()
      throw thrown
    }
  }

  async #unlockOne(certificate: CertificateView, ofTwo?: 'own' | 'seal'): Promise<UnlockedKey> {
    const { keys, settings } = this.#parts
    const { pageOrigin, documents } = this.#batch.record
    const consent = {
      pageOrigin, certificate, ofTwo,
      names: this.#approved.map(({ name }) => name),
      total: documents.length,
      shortCode: shortCode(this.#batch.digestListSha256 ?? ''),
    }
    const token = (ofTwo === 'own' ? this.#ownKey : this.#key)?.tokenSerial
    const authorisation = await keys.authorise(certificate.sha256, pinPrompt(consent, settings.language), this.#stopping.signal, settings.signatureScheme, token)
    // A window that is answered after the batch has ended unlocks nothing.
    if (this.#stopping.signal.aborted) {
      if (authorisation.state === 'now') await authorisation.key.release()
      throw new RefusalError(refusalValue('cancelled'))
    }
    if (authorisation.state === 'now') return authorisation.key
    this.#batch.wait(authorisation.reference)
    return this.#collect(authorisation.reference)
  }

  /** The agent may end and come back meanwhile: the batch stays as it is, and the key is collected then. */
  async #collect(reference: string): Promise<UnlockedKey> {
    const collecting = this.#parts.keys.collect?.(reference) ?? refuse('unexpected')
    const { promise: stopped, resolve: stop } = Promise.withResolvers<undefined>()
    this.#stopping.signal.addEventListener('abort', () => stop(undefined))
    const key = await Promise.race([collecting, stopped])
    if (key && !this.#stopping.signal.aborted) return key
    collecting.then((late) => late.release()).catch(this.#parts.report)
    throw new RefusalError(refusalValue('cancelled'))
  }

  #sign({ key, ownKey }: UnlockedKeys): Promise<void> {
    const { workers, report } = this.#parts
    const stopped = this.#stopping.signal
    const stop = (refusal: Refusal): void => this.stop(refusal)
    this.#keyQueue = new KeyQueue({ key, ownKey, stopped, stop, consent: this.#consent, gate: this.#gate })
    return signDocuments(this.#approved, {
      batch: this.#batch,
      keys: ownKey ? [key, ownKey] : [key],
      keyQueue: this.#keyQueue,
      workers,
      jobFor: (document) => this.#jobFor(document, { key, ownKey }),
      keep: (documentId, signed) => this.#keep(documentId, signed),
      stopped,
      stop,
      gate: this.#gate,
      report,
    })
  }

  /** The file has its name, and was checked. */
  #keep(documentId: string, signed: SignedDocument): void {
    if (this.#level === undefined) return this.#batch.checked(documentId, signed)
    this.#batch.awaitStamp(documentId, signed, this.#level)
    this.#parts.stamps.add(this.#batch, documentId)
  }

  /** The worker holds the bytes that it signs against what the clerk agreed to. */
  #jobFor(document: DocumentView, { key, ownKey }: UnlockedKeys): SignJob {
    const { documentId, sha256 } = document
    const { batchId } = this.#batch
    const { spool, settings, images } = this.#parts
    const own = this.#ownKey && ownKey && { certificates: certificatesOf(this.#ownKey), algorithm: this.#ownKey.algorithm, scheme: ownKey.scheme }
    const signedAt = new Date()
    return {
      input: spool.originalPath(batchId, documentId),
      // Without a digest there was no agreement: nothing matches the empty text.
      inputSha256: sha256 ?? '',
      output: this.#level === undefined ? spool.signedPath(batchId, documentId) : spool.waitingPath(batchId, documentId),
      certificates: certificatesOf(this.#key),
      algorithm: this.#key.algorithm,
      scheme: key.scheme,
      ...(own ? { own } : {}),
      signedAt,
      appearance: undefined,
      act: actRequest({ batch: this.#batch.record, document, settings, images, signedAt }),
      certify: settings.certify,
      // One that is broken was approved only because the clerk insisted.
      insist: document.facts?.warnings.includes('signature-broken') ?? false,
    }
  }
}

function certificatesOf({ certificate, chain }: KeyInfo): Uint8Array[] {
  return [certificate, ...chain]
}
