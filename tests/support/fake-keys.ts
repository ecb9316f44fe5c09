import { createHash, createSign, X509Certificate } from 'node:crypto'
import path from 'node:path'
import { refuse, RefusalError, type Refusal } from '../../shared/errors.ts'
import { usualScheme, type Authorisation, type KeyInfo, type KeyListing, type KeySource, type PinPrompt, type UnlockedKey } from '../../agent/token/key-source.ts'
import { makeCertificate, type OwnCertificate, type OwnCertificateOptions } from './own-certificate.ts'

const made = new Map<string, OwnCertificate>()

/** One for each kind in a test file: making a key takes longer than most tests. */
function certificateFor(folder: string, options: OwnCertificateOptions): OwnCertificate {
  const kind = JSON.stringify(options)
  const known = made.get(kind)
  if (known) return known
  const certificate = makeCertificate(folder, 'clerk', options)
  made.set(kind, certificate)
  return certificate
}

/** A source of keys that answers as a test tells it, with a real key behind it. */
export class FakeKeys implements KeySource {
  readonly prompts: PinPrompt[] = []
  readonly info: KeyInfo
  /** Digests that were signed, hexadecimal, in their order. */
  readonly signed: string[] = []
  listings = 0
  /** Signatures under way at the same time, at most. */
  mostAtOnce = 0
  /** Digests handed over at the same time, at most. */
  mostInHand = 0
  unlocked = 0
  released = 0
  isClosed = false
  /** Told of every change, while somebody watches. */
  tellPlugged: ((listing: KeyListing) => void) | undefined
  tellReading: (() => void) | undefined
  /** What the PIN window answers; by default the right PIN. */
  answer: (signal: AbortSignal | undefined) => Promise<'now' | 'waiting' | Refusal> = () => Promise.resolve('now')
  /** Called before each signature; may throw or take its time. */
  beforeSign: (count: number) => Promise<void> = () => Promise.resolve()
  /** When a key that is confirmed elsewhere is there. */
  confirmedElsewhere: Promise<void> = Promise.resolve()
  readonly #keyPem: string
  #atOnce = 0
  #inHand = 0

  constructor(folder: string, options: OwnCertificateOptions & { name?: string } = {}) {
    const name = options.name ?? 'clerk'
    const own = certificateFor(folder, { key: 'P-256', ...options })
    this.#keyPem = own.keyPem
    const certificate = new X509Certificate(own.certificatePem).raw
    const certificateSha256 = createHash('sha256').update(certificate).digest('hex')
    const tokenSerial = path.join(folder, `${name}.p12`)
    this.info = { certificateSha256, certificate, chain: [], tokenSerial, tokenLabel: name, kind: 'file', algorithm: 'ecdsa-p256' }
  }

  list(): Promise<KeyListing> {
    this.listings++
    return Promise.resolve({ keys: [this.info], problems: [] })
  }

  async authorise(certificateSha256: string, prompt: PinPrompt, signal?: AbortSignal): Promise<Authorisation> {
    if (certificateSha256 !== this.info.certificateSha256) refuse('certificate-missing')
    this.prompts.push(prompt)
    const answer = await this.answer(signal)
    if (signal?.aborted) refuse('cancelled')
    if (answer === 'waiting') return { state: 'waiting', reference: 'reference-1' }
    if (answer !== 'now') throw new RefusalError(answer)
    return { state: 'now', key: this.#unlock() }
  }

  async collect(): Promise<UnlockedKey> {
    await this.confirmedElsewhere
    return this.#unlock()
  }

  watch(tell: (listing: KeyListing) => void, reading?: () => void): () => void {
    this.tellPlugged = tell
    this.tellReading = reading
    return () => {
      this.tellPlugged = undefined
      this.tellReading = undefined
    }
  }

  close(): Promise<void> {
    this.isClosed = true
    return Promise.resolve()
  }

  #unlock(): UnlockedKey {
    this.unlocked++
    let isReleased = false
    /** What was handed over and is not answered: the next one waits for it, and is not made where it fails. */
    let ahead: Promise<unknown> | undefined
    const sign = async (digestSha256: Uint8Array, withdrawn: AbortSignal | undefined): Promise<Uint8Array> => {
        if (withdrawn?.aborted === true) refuse('cancelled')
        if (isReleased) throw new Error('signed after the release')
        this.mostAtOnce = Math.max(this.mostAtOnce, ++this.#atOnce)
        try {
          await this.beforeSign(this.signed.length)
          this.signed.push(Buffer.from(digestSha256).toString('hex'))
          return createSign('sha256').update(digestSha256).sign(this.#keyPem)
        } finally {
          this.#atOnce--
        }
    }
    return {
      scheme: usualScheme,
      sign: (digestSha256, withdrawn) => {
        this.mostInHand = Math.max(this.mostInHand, ++this.#inHand)
        const signed = (ahead ?? Promise.resolve()).then(() => sign(digestSha256, withdrawn)).finally(() => this.#inHand--)
        const answered = signed.catch(() => {
          if (withdrawn?.aborted !== true) refuse('cancelled')
        })
        ahead = answered
        answered.finally(() => (ahead = ahead === answered ? undefined : ahead)).catch(() => undefined)
        return signed
      },
      release: () => {
        if (!isReleased) this.released++
        isReleased = true
        return Promise.resolve()
      },
    }
  }
}
