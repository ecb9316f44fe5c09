import { createPrivateKey, randomUUID, X509Certificate } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, watch, writeFileSync } from 'node:fs'
import path from 'node:path'
import { refuse } from '../../../shared/errors.ts'
import { algorithmOf, sha256Of } from '../../../agent/token/certificate.ts'
import { signEcdsa } from '../../../agent/token/ecdsa.ts'
import { usualScheme, type Authorisation, type KeyInfo, type KeyListing, type KeySource, type UnlockedKey } from '../../../agent/token/key-source.ts'
import { signPkcs1 } from '../../../agent/token/pkcs1.ts'
import type { OwnCertificate } from '../../support/own-certificate.ts'

/**
 * A signing service as the next kind of key will be: its key lies elsewhere, the holder confirms on a telephone,
 * minutes later, and what was asked for is still known after the agent has started again. Its memory is a folder.
 */
export class FakeRemote implements KeySource {
  readonly #folder: string
  readonly #own: OwnCertificate

  constructor(folder: string, own: OwnCertificate) {
    this.#folder = path.join(folder, 'remote')
    this.#own = own
    mkdirSync(this.#folder, { recursive: true })
  }

  list(): Promise<KeyListing> {
    return Promise.resolve({ keys: [this.#info()], problems: [] })
  }

  authorise(certificateSha256: string): Promise<Authorisation> {
    if (certificateSha256 !== this.#info().certificateSha256) refuse('certificate-missing')
    const reference = randomUUID()
    writeFileSync(this.#asked(reference), '')
    return Promise.resolve({ state: 'waiting', reference })
  }

  async collect(reference: string): Promise<UnlockedKey> {
    if (!existsSync(this.#asked(reference))) refuse('batch-unknown')
    const answer = this.#answered(reference)
    await appearance(answer)
    if (readFileSync(answer, 'utf8') !== 'yes') refuse('pin-cancelled')
    return this.#unlocked()
  }

  /** What the holder does on the telephone. */
  confirm(reference: string, agrees = true): void {
    writeFileSync(this.#answered(reference), agrees ? 'yes' : 'no')
  }

  close(): Promise<void> {
    return Promise.resolve()
  }

  #unlocked(): UnlockedKey {
    const key = createPrivateKey(this.#own.keyPem)
    let released = false
    return {
      scheme: usualScheme,
      sign: (digest) => {
        if (released) refuse('cancelled')
        return Promise.resolve(key.asymmetricKeyType === 'rsa' ? signPkcs1(key, digest) : signEcdsa(key, digest))
      },
      release: () => {
        released = true
        return Promise.resolve()
      },
    }
  }

  #info(): KeyInfo {
    const certificate = new X509Certificate(this.#own.certificatePem)
    return {
      certificateSha256: sha256Of(certificate.raw),
      certificate: new Uint8Array(certificate.raw),
      chain: [],
      tokenSerial: 'remote-1',
      tokenLabel: 'Remote service',
      kind: 'token',
      algorithm: algorithmOf(certificate) ?? 'rsa',
    }
  }

  #asked(reference: string): string {
    return path.join(this.#folder, `${reference}.asked`)
  }

  #answered(reference: string): string {
    return path.join(this.#folder, `${reference}.answered`)
  }
}

function appearance(file: string): Promise<void> {
  return new Promise((resolve) => {
    const look = (): void => {
      if (!existsSync(file) || readFileSync(file, 'utf8') === '') return
      watcher.close()
      resolve()
    }
    const watcher = watch(path.dirname(file), look)
    look()
  })
}
