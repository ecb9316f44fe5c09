import { refusal, RefusalError, type Refusal } from '../../shared/errors.ts'
import type { CertificateCheckView } from '../../shared/protocol/sign.ts'
import type { CertificateCheck, CertificateJob, EvidenceWorkers } from '../signing/raise-document.ts'
import { certificateFacts } from '../token/certificate.ts'
import type { KeyInfo } from '../token/key-source.ts'
import type { Batch } from './batch.ts'

export interface CheckParts {
  evidence: Pick<EvidenceWorkers, 'checkCertificate'>
  trust: Pick<CertificateJob, 'roots'> & { intermediates: Uint8Array[] }
}

/** Longer no clerk waits for authorities: then nobody could say. */
const patienceMs = 10_000
/** How long an answer holds that says nothing of its own end, or that may be another one soon. */
const briefMs = 60_000

/** What the authorities say of certificates. An answer is asked for again only when it holds no more. */
export class CertificateChecks {
  readonly #parts: CheckParts
  readonly #closing: AbortSignal
  readonly #answers = new Map<string, { answer: Promise<CertificateCheck>; holdsUntilMs: number }>()

  constructor(parts: CheckParts, closing: AbortSignal) {
    this.#parts = parts
    this.#closing = closing
  }

  /** As soon as the batch is opened, so that the answer is there when the clerk agrees. */
  async begin(batch: Batch, keys: readonly KeyInfo[]): Promise<void> {
    if (!this.#arePossible) return
    batch.askedAboutCertificate()
    const check = await this.#ofAll(keys)
    if (!this.#closing.aborted) batch.answeredAboutCertificate(check)
  }

  /** Why the clerk has to insist, where nobody could say. @throws RefusalError certificate-revoked, certificate-untrusted */
  async doubtAbout(batch: Batch, keys: readonly KeyInfo[]): Promise<Refusal | undefined> {
    if (!this.#arePossible) return undefined
    const check = await this.#ofAll(keys)
    // A good answer is told with the approval itself.
    batch.answeredAboutCertificate(check, { tell: check.state !== 'good' })
    if (check.state === 'blocked' && check.refusal) throw new RefusalError(check.refusal)
    return check.refusal
  }

  /** All keys of a batch are one question, asked at once, and the worst answer is the answer: it never becomes a better one half-way. */
  async #ofAll(keys: readonly KeyInfo[]): Promise<CertificateCheckView> {
    const checks = await Promise.all(keys.map(async (key) => viewCheck(await this.#of(key))))
    return checks.find(({ state }) => state === 'blocked') ?? checks.find(({ state }) => state === 'unknown') ?? { state: 'good' }
  }

  /** Without a root there is nothing that an answer could be judged by. */
  get #arePossible(): boolean {
    return this.#parts.trust.roots.length > 0
  }

  /** Never rejects, and never takes longer than a clerk waits. */
  async #of(key: KeyInfo): Promise<CertificateCheck> {
    const { promise: tooLong, resolve } = Promise.withResolvers<CertificateCheck>()
    const { holder } = certificateFacts(key.certificate)
    const clock = setTimeout(() => resolve({ kind: 'unknown', holder, reason: 'unreachable' }), patienceMs)
    return Promise.race([this.#answer(key, holder), tooLong]).finally(() => clearTimeout(clock))
  }

  #answer(key: KeyInfo, holder: string): Promise<CertificateCheck> {
    const known = this.#answers.get(key.certificateSha256)
    if (known && known.holdsUntilMs > Date.now()) return known.answer
    const { evidence, trust } = this.#parts
    const certificates = [key.certificate, ...key.chain, ...trust.intermediates]
    const asked: Promise<CertificateCheck> = evidence.checkCertificate({ certificates, roots: trust.roots }).catch(() => ({ kind: 'unknown', holder, reason: 'unreachable' }))
    // While the question is under way nobody asks it twice.
    const entry = { answer: asked, holdsUntilMs: Number.POSITIVE_INFINITY }
    this.#answers.set(key.certificateSha256, entry)
    void asked.then((check) => (entry.holdsUntilMs = holdsUntilMs(check)))
    return asked
  }
}

function holdsUntilMs(check: CertificateCheck): number {
  const briefly = Date.now() + briefMs
  return check.kind === 'good' ? (check.until?.getTime() ?? briefly) : briefly
}

/** What it means for a batch. */
function viewCheck(check: CertificateCheck): CertificateCheckView {
  switch (check.kind) {
    case 'good':
      return { state: 'good' }
    case 'unknown':
      return { state: 'unknown', refusal: refusal('revocation-unknown', { holder: check.holder }) }
    case 'untrusted':
      return { state: 'blocked', refusal: refusal('certificate-untrusted', { holder: check.holder }) }
    case 'revoked':
      return { state: 'blocked', refusal: refusal('certificate-revoked', { holder: check.holder, revokedAt: check.revokedAt.toISOString() }) }
  }
}
